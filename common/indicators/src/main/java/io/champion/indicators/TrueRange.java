package io.champion.indicators;

import java.util.List;

/**
 * True range: the greatest of high - low, |high - close of the bar before| and |low - close of the
 * bar before|. Price. The first bar has none; with {@code first: high_low}, it has high - low, as
 * StockCharts counts it.
 *
 * <p>Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978.
 *
 * <p>Slice: whether there was a bar, and its close.
 */
record TrueRange(boolean ofFirst) implements Indicator {

    /** What the first bar gives. */
    enum First {
        NONE,
        HIGH_LOW
    }

    TrueRange(Parameters parameters) {
        this(parameters.choice("first", First.NONE) == First.HIGH_LOW);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 2;
    }

    @Override
    public int warmUp() {
        return ofFirst ? 1 : 2;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = next(bar, state, at);
    }

    /** The true range of a bar; NaN if not known. */
    double next(Bar bar, double[] state, int at) {
        double range = bar.high - bar.low;
        if (Double.isNaN(range + bar.close)) {
            return Double.NaN;
        }
        boolean isFirst = state[at] == 0;
        double before = state[at + 1];
        state[at] = 1;
        state[at + 1] = bar.close;
        if (isFirst) {
            return ofFirst ? range : Double.NaN;
        }
        return Math.max(range, Math.max(Math.abs(bar.high - before), Math.abs(bar.low - before)));
    }
}
