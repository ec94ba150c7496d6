package io.champion.flatfile;

import io.champion.model.record.FlatFileValidation;
import java.util.Map;

/**
 * What the checks remember of one ticker's rows in a file. All of it is of the rows so far, so that
 * no row waits for those behind it: whether a price is an outlier is judged by the mean and the
 * deviation of the ticker's prices before it, which makes the flag the same however the file is
 * read. The sums are of distances to the first price, so that they stay exact where prices are far
 * from zero.
 */
final class TickerState {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final int FEW_BARS = 16;

    final Ticker ticker = new Ticker();
    final History history;

    /** Of bars: what each of them said, to tell one that repeats from another of the same time. */
    final History contents;

    private final Checks checks;
    private final Session session;

    /** Whether rows are refused because of their ticker. */
    boolean isTest;

    private long rows;
    private long trades;
    private long duplicates;
    private long rejected;
    private long firstTime;
    private long lastTime;
    private long backward;
    private long gaps;
    private long longestGap;
    private long prices;
    private double base;
    private double sum;
    private double squares;
    private long outliers;

    TickerState(Checks checks, Session session, int expectedRows) {
        this.checks = checks;
        this.session = session;
        this.history = new History(expectedRows);
        this.contents = new History(FEW_BARS);
    }

    /** Begins again, with another ticker. */
    void begin(Ticker newTicker) {
        ticker.set(newTicker.bytes, 0, newTicker.length);
        history.clear();
        contents.clear();
        isTest = checks.isTest(newTicker.toString());
        rows = 0;
        trades = 0;
        duplicates = 0;
        rejected = 0;
        backward = 0;
        gaps = 0;
        longestGap = 0;
        prices = 0;
        outliers = 0;
    }

    void duplicate() {
        duplicates++;
    }

    void reject() {
        rejected++;
    }

    /** Counts a row that is written. */
    void row(long time) {
        if (rows++ == 0) {
            firstTime = time;
            lastTime = time;
            return;
        }
        long passed = time - lastTime;
        if (passed < 0) {
            backward++;
        } else if (passed > checks.maxGap()) {
            long gap = session.openBetween(lastTime, time);
            if (gap > checks.maxGap()) {
                gaps++;
                longestGap = Math.max(longestGap, gap);
            }
        }
        lastTime = time;
    }

    /** Counts the price of a row that is written; whether it lies too far from those before. */
    boolean price(double price) {
        if (prices == 0) {
            base = price;
            sum = 0;
            squares = 0;
        }
        double distance = price - base;
        boolean outlier = false;
        if (prices >= Checks.MIN_PRICES) {
            // All times the count, which spares divisions.
            double off = prices * distance - sum;
            double least = Checks.MIN_DEVIATION * (prices * base + sum);
            double variance = Math.max(prices * squares - sum * sum, least * least);
            outlier = off * off > checks.deviations() * checks.deviations() * variance;
            if (outlier) {
                outliers++;
            }
        }
        prices++;
        sum += distance;
        squares += distance * distance;
        return outlier;
    }

    /** Counts trades of the day. */
    void trades(long count) {
        trades += count;
    }

    /**
     * The result.
     *
     * @param wholeDay whether {@link #trades} was told all trades of the day
     * @return without the envelope, and what the file tells
     */
    FlatFileValidation.Builder result(boolean wholeDay) {
        boolean tooFew = isTooFew(wholeDay);
        double mean = prices == 0 ? 0 : base + sum / prices;
        double variance =
                prices == 0 ? 0 : Math.max(0, squares / prices - sum / prices * (sum / prices));
        return FlatFileValidation.newBuilder()
                .setSymbol(ticker.toString())
                .setRows(rows)
                .setDuplicates(duplicates)
                .setUnchecked(history.unchecked())
                .setRejected(rejected)
                .setFirstTime(rows == 0 ? null : (Long) firstTime)
                .setLastTime(rows == 0 ? null : (Long) lastTime)
                .setBackwardTimes(backward)
                .setGaps(gaps)
                .setLongestGap(longestGap / NANOS_PER_SECOND)
                .setPriceMean(prices == 0 ? null : (Double) mean)
                .setPriceDeviation(prices == 0 ? null : (Double) Math.sqrt(variance))
                .setOutliers(outliers)
                .setTooFew(tooFew)
                .setFlagged(
                        tooFew
                                || backward > 0
                                || gaps > 0
                                || outliers > 0
                                || history.unchecked() > 0);
    }

    /** Counts what was found, for the books. */
    void warnings(Map<String, Long> found, boolean wholeDay) {
        warning(found, "price_outlier", outliers);
        warning(found, "gap_in_session", gaps);
        warning(found, "time_goes_back", backward);
        warning(found, "duplicates_not_checked", history.unchecked());
        warning(found, "ticker_with_too_few_trades", isTooFew(wholeDay) ? 1 : 0);
    }

    private static void warning(Map<String, Long> found, String reason, long times) {
        if (times > 0) {
            found.merge(reason, times, Long::sum);
        }
    }

    private boolean isTooFew(boolean wholeDay) {
        return wholeDay && rows > 0 && trades < checks.minTrades();
    }
}
