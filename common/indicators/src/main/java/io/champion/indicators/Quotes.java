package io.champion.indicators;

import java.util.List;

/**
 * What a quote says by itself: its mid price, spread, or spread in percent of the mid price. Known
 * from the first bar on where both sides are quoted. A side whose price is not known or not above
 * nought is not quoted: feeds write nought where nobody bids or asks. Of crossed quotes the spread
 * is negative.
 */
public final class Quotes implements Indicator {

    private final Price value;

    private Quotes(Price value) {
        this.value = value;
    }

    static Quotes mid(Parameters parameters) {
        return new Quotes(Price.MID);
    }

    static Quotes spread(Parameters parameters) {
        return new Quotes(Price.SPREAD);
    }

    static Quotes spreadPercent(Parameters parameters) {
        return new Quotes(Price.SPREAD_PERCENT);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 0;
    }

    @Override
    public int warmUp() {
        return 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = value.of(bar);
    }

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
