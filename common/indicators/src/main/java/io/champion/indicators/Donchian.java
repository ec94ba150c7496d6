package io.champion.indicators;

import java.util.List;

/**
 * Donchian channel: upper, the highest high, and lower, the lowest low of {@code window} bars;
 * middle, their mean; width, (upper - lower) / middle, a ratio. Prices. The bar itself is one of
 * them, so that it is known from bar {@code window} on; with {@code current: exclude}, as Skender
 * does and as breakouts need, they are the bars before it, and it is known one bar later.
 *
 * <p>Source: Richard Donchian; StockCharts ChartSchool, "Price Channels"; Skender's Stock
 * Indicators, "Donchian Channels".
 *
 * <p>Slice: that of the range.
 */
final class Donchian implements Indicator {

    /** Whether the channel of a bar is made of the bar too. */
    enum Current {
        INCLUDE,
        EXCLUDE
    }

    private final RollingRange range;
    private final boolean exclude;

    Donchian(Parameters parameters) {
        range = new RollingRange(parameters.window("window", 20));
        exclude = parameters.choice("current", Current.INCLUDE) == Current.EXCLUDE;
    }

    @Override
    public List<String> outputs() {
        return List.of("upper", "middle", "lower", "width");
    }

    @Override
    public int stateSize() {
        // What is excluded stands one bar longer in a slice whose range of zeros is known.
        return range.stateSize() + (exclude ? 1 : 0);
    }

    @Override
    public int warmUp() {
        return range.extreme().window() + (exclude ? 1 : 0);
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double upper = Double.NaN;
        double lower = Double.NaN;
        if (Numbers.known(bar.high, bar.low)) {
            int full = at + range.stateSize();
            if (exclude && state[full] == 1) {
                upper = range.highest(state, at);
                lower = range.lowest(state, at);
            }
            boolean isFull = range.next(bar.high, bar.low, state, at);
            if (exclude) {
                state[full] = isFull ? 1 : 0;
            } else {
                upper = range.highest(state, at);
                lower = range.lowest(state, at);
            }
        }
        double middle = (upper + lower) / 2;
        out[outAt] = upper;
        out[outAt + 1] = middle;
        out[outAt + 2] = lower;
        out[outAt + 3] = Numbers.ratio(upper - lower, middle);
    }
}
