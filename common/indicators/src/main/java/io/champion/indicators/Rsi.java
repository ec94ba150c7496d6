package io.champion.indicators;

import java.util.List;

/**
 * RSI: 100 * gain / (gain + loss), with gain and loss the averages of rises and falls from bar to
 * bar; by default Wilder's, begun with the mean of the first {@code window} changes, or with {@code
 * smoothing: sma} Cutler's. From 0 to 100; known from bar window + 1 on. A series without a fall
 * has 100, one without a rise 0. Of one that does not move it is not known: TA-Lib says 0, Skender
 * 100.
 *
 * <p>Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; StockCharts
 * ChartSchool, "Relative Strength Index".
 *
 * <p>Slice: the averages of rises and of falls, and the value before.
 */
final class Rsi implements Indicator {

    /**
     * On a series that stands still, Wilder's averages shrink for ever. Here they have lost none of
     * their digits yet.
     */
    private static final double NO_MOVEMENT = 1e-280;

    private final Price source;
    private final Average average;
    private final Lag before = new Lag(1);

    Rsi(Parameters parameters) {
        source = parameters.source(Price.CLOSE);
        int window = parameters.window("window", 14);
        Smoothing smoothing = parameters.choice("smoothing", Smoothing.WILDER);
        average = smoothing.over(window, parameters.seed());
    }

    /** Wilder's, as other indicators use it. */
    Rsi(Price source, int window) {
        this.source = source;
        this.average = ExponentialAverage.wilder(window, Seed.SMA);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 2 * average.stateSize() + before.stateSize();
    }

    @Override
    public int warmUp() {
        return average.warmUp() + 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = next(bar, state, at);
    }

    double next(Bar bar, double[] state, int at) {
        int lossAt = at + average.stateSize();
        double value = source.of(bar);
        double change = value - before.next(value, state, lossAt + average.stateSize());
        // Of NaN, Math.max is NaN.
        double gain = average.next(Math.max(change, 0), state, at);
        double loss = average.next(Math.max(-change, 0), state, lossAt);
        double movement = gain + loss;
        return movement < NO_MOVEMENT ? Double.NaN : 100 * (gain / movement);
    }
}
