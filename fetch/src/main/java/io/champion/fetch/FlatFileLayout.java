package io.champion.fetch;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How keys are made below {@code PREFIX/FOLDER/YEAR/MONTH/}. */
public enum FlatFileLayout {
    /** One file a day with all tickers, as published: {@code 2024-01-02.csv.gz}. */
    DAILY("(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})\\.csv(\\.gz)?"),

    /**
     * One file per ticker and day, {@code 02/AAPL.csv.gz}, or, of day bars, per ticker and month,
     * {@code AAPL.csv.gz}, which counts as of the month's first day.
     */
    TICKER("((?<day>\\d{2})/)?(?<symbol>[^/]+?)\\.csv(\\.gz)?");

    private final Pattern pattern;

    FlatFileLayout(String pattern) {
        this.pattern = Pattern.compile(pattern);
    }

    /**
     * What a key says.
     *
     * @param symbol the ticker, or null for all of them
     * @param ofMonth whether the file holds a whole month
     */
    record Named(LocalDate day, String symbol, boolean ofMonth) {}

    /** Reads the rest of a key after the folder of a month; null where it is no flat file's. */
    Named parse(YearMonth month, String rest) {
        Matcher matcher = pattern.matcher(rest);
        if (!matcher.matches()) {
            return null;
        }
        String day = matcher.group("day");
        try {
            LocalDate date = month.atDay(day == null ? 1 : Integer.parseInt(day));
            if (this == TICKER) {
                return new Named(date, matcher.group("symbol"), day == null);
            }
            LocalDate named = LocalDate.parse(rest.substring(0, 10));
            return named.equals(date) ? new Named(date, null, false) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
