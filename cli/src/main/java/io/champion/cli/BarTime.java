package io.champion.cli;

import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;

/**
 * A date or time as files of bars write it.
 *
 * @param nanos since the epoch; what says no offset is taken for UTC
 * @param session the date as written, as days since the epoch
 * @param local seconds from 1970-01-01T00:00 to the time as written, whatever its offset
 */
record BarTime(long nanos, int session, long local) {

    static final String TAKES =
            "such as 2025-06-18, 2025-06-18 09:15, 2025-06-18T09:15:00+05:30, 6/18/2025 (month"
                    + " first), 18-Jun-2025 or a time since the epoch";

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final List<DateTimeFormatter> DATES =
            List.of(
                    strict("uuuu-M-d"),
                    strict("uuuuMMdd"),
                    strict("M/d/uuuu"),
                    strict("d-MMM-uuuu"),
                    strict("d-MMM-uu"));

    private static final DateTimeFormatter TIME = strict("H:mm[:ss][.SSSSSSSSS][.SSSSSS][.SSS]");

    private static DateTimeFormatter strict(String pattern) {
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern(pattern)
                .toFormatter(Locale.ENGLISH)
                .withResolverStyle(ResolverStyle.STRICT);
    }

    /**
     * Reads a text.
     *
     * @throws DateTimeException if it is neither date nor time
     */
    static BarTime parse(String text) {
        if (text.matches("\\d{10}|\\d{13}|\\d{16}|\\d{19}")) {
            return sinceEpoch(text);
        }
        int blank = text.indexOf('T') == 10 ? 10 : text.indexOf(' ');
        if (blank < 0) {
            return of(date(text).atStartOfDay(), ZoneOffset.UTC);
        }
        String clock = text.substring(blank + 1).strip();
        LocalDate date = date(text.substring(0, blank));
        int offset = Math.max(clock.indexOf('+'), Math.max(clock.indexOf('-'), clock.indexOf('Z')));
        if (offset < 0) {
            return of(date.atTime(LocalTime.parse(clock, TIME)), ZoneOffset.UTC);
        }
        OffsetDateTime time = OffsetDateTime.parse(date + "T" + clock.replace(" ", ""));
        return of(time.toLocalDateTime(), time.getOffset());
    }

    private static BarTime sinceEpoch(String text) {
        long nanos = Long.parseLong(text);
        for (int digits = text.length(); digits < 19; digits += 3) {
            nanos *= 1000;
        }
        Instant instant = Instant.ofEpochSecond(0, nanos);
        return of(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), ZoneOffset.UTC);
    }

    private static LocalDate date(String text) {
        for (DateTimeFormatter format : DATES) {
            ParsePosition end = new ParsePosition(0);
            if (format.parseUnresolved(text, end) != null && end.getIndex() == text.length()) {
                return LocalDate.parse(text, format);
            }
        }
        throw new DateTimeException("'" + text + "' is no date.");
    }

    private static BarTime of(LocalDateTime time, ZoneOffset offset) {
        try {
            return new BarTime(
                    Math.addExact(
                            Math.multiplyExact(time.toEpochSecond(offset), NANOS_PER_SECOND),
                            time.getNano()),
                    Math.toIntExact(time.toLocalDate().toEpochDay()),
                    time.toEpochSecond(ZoneOffset.UTC));
        } catch (ArithmeticException e) {
            throw new DateTimeException("'" + time + "' is too far away.", e);
        }
    }
}
