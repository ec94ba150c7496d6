package io.champion.indicators;

import java.util.List;

/**
 * Stochastic: %K = 100 * (close - lowest low) / (highest high - lowest low) over {@code window}
 * bars, averaged over {@code smooth} of them; %D, the average of {@code signal} %K. With {@code
 * smooth: 1}, the default, it is the fast one, with 3 the slow one. From 0 to 100; known from bar
 * window + smooth + signal - 2 on. Where highest and lowest are the same, it is not known (TA-Lib
 * and Skender say 0, which is "at the bottom"), and the averages pass over it.
 *
 * <p>KDJ is the same with %J = kfactor * %K - dfactor * %D.
 *
 * <p>Source: George Lane; StockCharts ChartSchool, "Stochastic Oscillator"; Skender's Stock
 * Indicators for %J, and for {@code smoothing: wilder, seed: first}.
 */
final class Stochastic implements Indicator {

    private final RollingRange range;
    private final Average k;
    private final Average d;
    private final boolean withJ;
    private final double kFactor;
    private final double dFactor;

    private Stochastic(Parameters parameters, boolean withJ) {
        range = new RollingRange(parameters.window("window", 14));
        int smooth = parameters.window("smooth", withJ ? 3 : 1);
        int signal = parameters.window("signal", 3);
        Smoothing smoothing = parameters.choice("smoothing", Smoothing.SMA);
        Seed seed = parameters.seed();
        k = smoothing.over(smooth, seed);
        d = smoothing.over(signal, seed);
        this.withJ = withJ;
        kFactor = withJ ? parameters.number("kfactor", 3) : 0;
        dFactor = withJ ? parameters.number("dfactor", 2) : 0;
    }

    static Stochastic stochastic(Parameters parameters) {
        return new Stochastic(parameters, false);
    }

    static Stochastic kdj(Parameters parameters) {
        return new Stochastic(parameters, true);
    }

    @Override
    public List<String> outputs() {
        return withJ ? List.of("k", "d", "j") : List.of("k", "d");
    }

    @Override
    public int stateSize() {
        return range.stateSize() + k.stateSize() + d.stateSize();
    }

    @Override
    public int warmUp() {
        return range.extreme().window() + k.warmUp() + d.warmUp() - 2;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        int kAt = at + range.stateSize();
        double raw = Double.NaN;
        if (Numbers.known(bar.high, bar.low) && range.next(bar.high, bar.low, state, at)) {
            double lowest = range.lowest(state, at);
            raw = 100 * Numbers.ratio(bar.close - lowest, range.highest(state, at) - lowest);
        }
        double smoothed = k.next(raw, state, kAt);
        double signal = d.next(smoothed, state, kAt + k.stateSize());
        out[outAt] = smoothed;
        out[outAt + 1] = signal;
        if (withJ) {
            out[outAt + 2] = kFactor * smoothed - dFactor * signal;
        }
    }
}
