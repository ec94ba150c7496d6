package io.champion.indicators;

import java.util.List;

/**
 * Bollinger bands: middle, the SMA; upper and lower, {@code multiplier} standard deviations above
 * and below it, of the population unless {@code deviation: sample}; width, (upper - lower) /
 * middle, a ratio. Prices; known from bar {@code window} on.
 *
 * <p>Source: John Bollinger, "Bollinger on Bollinger Bands", 2001; StockCharts ChartSchool,
 * "Bollinger Bands".
 */
final class Bollinger implements Indicator {

    private final Price source;
    private final RollingDeviation window;
    private final double multiplier;

    Bollinger(Parameters parameters) {
        source = parameters.source(Price.CLOSE);
        int bars = parameters.window("window", 20, 2);
        multiplier = parameters.number("multiplier", 2);
        window = new RollingDeviation(bars, parameters.choice("deviation", Deviation.POPULATION));
    }

    @Override
    public List<String> outputs() {
        return List.of("upper", "middle", "lower", "width");
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
        double value = source.of(bar);
        double middle = Double.NaN;
        double span = Double.NaN;
        if (!Double.isNaN(value) && window.next(value, state, at)) {
            middle = window.mean(state, at);
            span = multiplier * window.deviation(state, at);
        }
        Bands.write(middle, span, out, outAt);
    }
}
