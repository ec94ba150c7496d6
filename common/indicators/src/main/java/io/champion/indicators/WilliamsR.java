package io.champion.indicators;

import java.util.List;

/**
 * Williams %R: 100 * (close - highest high) / (highest high - lowest low) over {@code window} bars,
 * from -100 to 0; known from bar {@code window} on, and not where highest and lowest are the same
 * (TA-Lib says 0, Skender -100).
 *
 * <p>Source: Larry Williams; StockCharts ChartSchool, "Williams %R".
 */
final class WilliamsR implements Indicator {

    private final RollingRange range;

    WilliamsR(Parameters parameters) {
        range = new RollingRange(parameters.window("window", 14));
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return range.stateSize();
    }

    @Override
    public int warmUp() {
        return range.extreme().window();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        if (Numbers.known(bar.high, bar.low) && range.next(bar.high, bar.low, state, at)) {
            double highest = range.highest(state, at);
            out[outAt] =
                    100 * Numbers.ratio(bar.close - highest, highest - range.lowest(state, at));
        }
    }
}
