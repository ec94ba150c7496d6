package io.champion.indicators;

/**
 * What a quote says by itself. A side whose price is not known or not above nought is not quoted:
 * feeds write nought where nobody bids or asks. Of crossed quotes the spread is negative.
 */
public final class Quotes {
    private Quotes() {}

    /** Mid price: (bid + ask) / 2; NaN if a side is missing. */
    public static double mid(double bid, double ask) {
        return areQuoted(bid, ask) ? bid + (ask - bid) / 2 : Double.NaN;
    }

    /** Spread: ask - bid, a price; NaN if a side is missing. */
    public static double spread(double bid, double ask) {
        return areQuoted(bid, ask) ? ask - bid : Double.NaN;
    }

    /** Spread in percent of the mid price; NaN if a side is missing. */
    public static double spreadPercent(double bid, double ask) {
        return 100 * spread(bid, ask) / mid(bid, ask);
    }

    private static boolean areQuoted(double bid, double ask) {
        return bid > 0 && ask > 0;
    }
}
