package io.champion.indicators;

import java.util.List;

/**
 * MACD: fast EMA minus slow EMA of the close; signal, the EMA of that; histogram, their difference.
 * Prices. All three averages are seeded the same way; with the mean, the signal's begins with the
 * first MACD. MACD is known from bar {@code slow} on, the others from {@code slow + signal - 1}.
 *
 * <p>Source: Gerald Appel; StockCharts ChartSchool, "MACD".
 */
final class Macd implements Indicator {

    private final Price source;
    private final ExponentialAverage fast;
    private final ExponentialAverage slow;
    private final ExponentialAverage signal;

    Macd(Parameters parameters) {
        source = parameters.source(Price.CLOSE);
        int fastWindow = parameters.window("fast", 12);
        int slowWindow = parameters.window("slow", 26);
        int signalWindow = parameters.window("signal", 9);
        Seed seed = parameters.seed();
        parameters.require(fastWindow < slowWindow, "'fast' has to be less than 'slow'");
        fast = ExponentialAverage.ema(fastWindow, seed);
        slow = ExponentialAverage.ema(slowWindow, seed);
        signal = ExponentialAverage.ema(signalWindow, seed);
    }

    @Override
    public List<String> outputs() {
        return List.of("", "signal", "histogram");
    }

    @Override
    public int stateSize() {
        return fast.stateSize() + slow.stateSize() + signal.stateSize();
    }

    @Override
    public int warmUp() {
        return slow.warmUp() + signal.warmUp() - 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double value = source.of(bar);
        int slowAt = at + fast.stateSize();
        int signalAt = slowAt + slow.stateSize();
        double macd = fast.next(value, state, at) - slow.next(value, state, slowAt);
        double smoothed = signal.next(macd, state, signalAt);
        out[outAt] = macd;
        out[outAt + 1] = smoothed;
        out[outAt + 2] = macd - smoothed;
    }
}
