package io.champion.indicators;

import java.util.List;

/**
 * Standard deviation of the last {@code window} values, of the population unless {@code deviation:
 * sample}; or how many of them the value is above their mean: the z-score, not known where there is
 * no deviation. Known from bar {@code window} on.
 *
 * <p>Source: StockCharts ChartSchool, "Standard Deviation (Volatility)"; Skender's Stock
 * Indicators, "Standard Deviation".
 */
final class StandardDeviation implements Indicator {

    private final Price source;
    private final RollingDeviation window;
    private final boolean score;

    private StandardDeviation(Parameters parameters, boolean score) {
        source = parameters.source(Price.CLOSE);
        int bars = parameters.window("window", 20, 2);
        window = new RollingDeviation(bars, parameters.choice("deviation", Deviation.POPULATION));
        this.score = score;
    }

    static StandardDeviation deviation(Parameters parameters) {
        return new StandardDeviation(parameters, false);
    }

    static StandardDeviation zScore(Parameters parameters) {
        return new StandardDeviation(parameters, true);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return window.stateSize();
    }

    @Override
    public int warmUp() {
        return window.window();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        double value = source.of(bar);
        if (!Double.isNaN(value) && window.next(value, state, at)) {
            double deviation = window.deviation(state, at);
            out[outAt] =
                    score
                            ? Numbers.ratio(window.aboveMean(value, state, at), deviation)
                            : deviation;
        }
    }
}
