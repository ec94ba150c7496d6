package io.champion.indicators;

import java.util.List;

/**
 * ATR: the average of the {@link TrueRange}; by default Wilder's, begun with the mean of the first
 * {@code window} of them. Price. Known from bar window + 1 on; with {@code first: high_low}, as
 * StockCharts does, from bar {@code window} on. NATR is the same in percent of the close.
 *
 * <p>Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; StockCharts
 * ChartSchool, "Average True Range"; TA-Lib ATR and NATR.
 */
final class Atr implements Indicator {

    private final TrueRange range;
    private final Average average;
    private final boolean percent;

    private Atr(TrueRange range, Average average, boolean percent) {
        this.range = range;
        this.average = average;
        this.percent = percent;
    }

    /** Wilder's, as other indicators use it. */
    Atr(int window, TrueRange range) {
        this(range, ExponentialAverage.wilder(window, Seed.SMA), false);
    }

    private static Atr of(Parameters parameters, boolean percent) {
        int window = parameters.window("window", 14);
        Smoothing smoothing = parameters.choice("smoothing", Smoothing.WILDER);
        Seed seed = parameters.seed();
        return new Atr(new TrueRange(parameters), smoothing.over(window, seed), percent);
    }

    static Atr atr(Parameters parameters) {
        return of(parameters, false);
    }

    static Atr natr(Parameters parameters) {
        return of(parameters, true);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return range.stateSize() + average.stateSize();
    }

    @Override
    public int warmUp() {
        return range.warmUp() - 1 + average.warmUp();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double atr = next(bar, state, at);
        out[outAt] = percent ? Numbers.ratio(100 * atr, bar.close) : atr;
    }

    double next(Bar bar, double[] state, int at) {
        return average.next(range.next(bar, state, at), state, at + range.stateSize());
    }
}
