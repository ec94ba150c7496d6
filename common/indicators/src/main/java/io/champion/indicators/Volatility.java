package io.champion.indicators;

import java.util.List;

/**
 * Historical volatility: the standard deviation of the log returns of the last {@code window} bars,
 * of the sample unless {@code deviation: population}, times the root of {@code periods}: how many
 * bars a year has, 252 for daily ones, 1 for a figure per bar. A ratio per root of a year; known
 * from bar window + 1 on.
 *
 * <p>Source: John C. Hull, "Options, Futures, and Other Derivatives", "Estimating volatility from
 * historical data".
 */
final class Volatility implements Indicator {

    private final Price source;
    private final Lag before = new Lag(1);
    private final RollingDeviation window;
    private final double factor;

    Volatility(Parameters parameters) {
        source = parameters.source(Price.CLOSE);
        int bars = parameters.window("window", 20, 2);
        window = new RollingDeviation(bars, parameters.choice("deviation", Deviation.SAMPLE));
        factor = Math.sqrt(parameters.number("periods", 252));
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return before.stateSize() + window.stateSize();
    }

    @Override
    public int warmUp() {
        return window.window() + 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        double value = source.of(bar);
        double logReturn = Numbers.logReturn(value, before.next(value, state, at));
        int windowAt = at + before.stateSize();
        if (!Double.isNaN(logReturn) && window.next(logReturn, state, windowAt)) {
            out[outAt] = factor * window.deviation(state, windowAt);
        }
    }
}
