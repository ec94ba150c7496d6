package io.champion.flatfile;

import java.io.Serializable;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Thresholds of the quality checks.
 *
 * @param maxGap longest time without a row in the session that is not flagged, nanoseconds
 * @param deviations how many standard deviations from the mean a price may lie
 * @param minTrades trades that a ticker should have in a day
 * @param testTickers patterns of tickers that are for tests
 */
record Checks(long maxGap, double deviations, long minTrades, List<Pattern> testTickers)
        implements Serializable {

    /** Prices before one can be judged. */
    static final int MIN_PRICES = 30;

    /** A deviation is no less than this part of the mean: a price that hardly moves may move. */
    static final double MIN_DEVIATION = 0.001;

    boolean isTest(String ticker) {
        for (Pattern pattern : testTickers) {
            if (pattern.matcher(ticker).matches()) {
                return true;
            }
        }
        return false;
    }
}
