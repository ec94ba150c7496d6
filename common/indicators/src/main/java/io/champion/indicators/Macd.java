package io.champion.indicators;

import java.util.List;

/**
 * MACD: fast EMA minus slow EMA of the close; signal, the EMA of that; histogram, their difference.
 * Prices. All three averages are seeded the same way; with the mean, the signal's begins with the
 * first MACD. MACD is known from bar {@code slow} on, the others from {@code slow + signal - 1}.
 * With {@code seed: aligned} the fast EMA too begins at bar {@code slow}, with the mean of the
 * {@code fast} bars up to there, as in TA-Lib.
 *
 * <p>Source: Gerald Appel; StockCharts ChartSchool, "MACD"; TA-Lib, ta_MACD.c.
 *
 * <p>Slice: of the fast, slow and signal average; with {@code aligned} how many bars the fast one
 * has passed over.
 */
final class Macd implements Indicator {

    /** How the averages begin. */
    enum Begin {
        SMA,
        FIRST,
        ALIGNED
    }

    private final Price source;

    /** How many bars the fast average does not see. */
    private final int passed;

    private final ExponentialAverage fast;
    private final ExponentialAverage slow;
    private final ExponentialAverage signal;

    Macd(Parameters parameters) {
        source = parameters.source(Price.CLOSE);
        int fastWindow = parameters.window("fast", 12);
        int slowWindow = parameters.window("slow", 26);
        int signalWindow = parameters.window("signal", 9);
        Begin begin = parameters.choice("seed", Begin.SMA);
        Seed seed = begin == Begin.FIRST ? Seed.FIRST : Seed.SMA;
        parameters.require(fastWindow < slowWindow, "'fast' has to be less than 'slow'");
        passed = begin == Begin.ALIGNED ? Math.max(0, slowWindow - fastWindow) : 0;
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
        return fast.stateSize() + slow.stateSize() + signal.stateSize() + (passed == 0 ? 0 : 1);
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
        int passedAt = signalAt + signal.stateSize();
        double quick = Double.NaN;
        if (passed == 0 || state[passedAt] == passed) {
            quick = fast.next(value, state, at);
        } else if (!Double.isNaN(value)) {
            state[passedAt]++;
        }
        double macd = quick - slow.next(value, state, slowAt);
        double smoothed = signal.next(macd, state, signalAt);
        out[outAt] = macd;
        out[outAt + 1] = smoothed;
        out[outAt + 2] = macd - smoothed;
    }
}
