package io.champion.indicators;

import java.util.List;

/**
 * CCI: (typical price - its SMA) / (0.015 * mean absolute deviation from that SMA) over {@code
 * window} bars. Without a unit; known from bar {@code window} on, and not where the deviation is
 * nought (TA-Lib says 0). The deviation is from a mean that moves with each bar, so that a step
 * looks at all bars of the window: its cost grows with it.
 *
 * <p>Source: Donald Lambert, Commodities magazine, October 1980; StockCharts ChartSchool,
 * "Commodity Channel Index".
 *
 * <p>Slice: bars so far, counted like {@link RollingSum} does, and the typical prices.
 */
final class Cci implements Indicator {

    private static final double CONSTANT = 0.015;

    private final int window;

    Cci(Parameters parameters) {
        window = parameters.window("window", 20, 2);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 1 + window;
    }

    @Override
    public int warmUp() {
        return window;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        double typical = Price.TYPICAL.of(bar);
        if (Double.isNaN(typical)) {
            return;
        }
        int steps = (int) state[at];
        int first = at + 1;
        state[first + (steps < window ? steps : steps - window)] = typical;
        state[at] = steps + 1 == 2 * window ? window : steps + 1;
        if (steps + 1 < window) {
            return;
        }
        // About one of the values: equal ones then differ by nought, not by what their sum lost.
        double origin = state[first];
        double sum = 0;
        for (int i = first; i < first + window; i++) {
            sum += state[i] - origin;
        }
        double mean = sum / window;
        double deviation = 0;
        for (int i = first; i < first + window; i++) {
            deviation += Math.abs(state[i] - origin - mean);
        }
        out[outAt] = Numbers.ratio(typical - origin - mean, CONSTANT * (deviation / window));
    }
}
