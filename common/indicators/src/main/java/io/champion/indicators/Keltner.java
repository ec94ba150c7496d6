package io.champion.indicators;

import java.util.List;

/**
 * Keltner channel: middle, the EMA of the close (or {@code average: sma}, {@code source: typical});
 * upper and lower, {@code multiplier} times Wilder's {@link Atr} above and below it; width, (upper
 * - lower) / middle, a ratio. Prices; known when both averages are. The middle alone is given from
 * bar {@code window} on.
 *
 * <p>Source: Chester Keltner, "How to Make Money in Commodities", 1960, as changed by Linda
 * Raschke; StockCharts ChartSchool, "Keltner Channels".
 */
final class Keltner implements Indicator {

    private final Price source;
    private final Average middle;
    private final Atr atr;
    private final double multiplier;

    Keltner(Parameters parameters) {
        source = parameters.source(Price.CLOSE);
        int window = parameters.window("window", 20);
        Smoothing smoothing =
                parameters.choice("average", Smoothing.EMA, List.of(Smoothing.EMA, Smoothing.SMA));
        middle = smoothing.over(window, parameters.seed());
        int atrWindow = parameters.window("atr", 10);
        atr = new Atr(atrWindow, new TrueRange(parameters));
        multiplier = parameters.number("multiplier", 2);
    }

    @Override
    public List<String> outputs() {
        return List.of("upper", "middle", "lower", "width");
    }

    @Override
    public int stateSize() {
        return middle.stateSize() + atr.stateSize();
    }

    @Override
    public int warmUp() {
        return Math.max(middle.warmUp(), atr.warmUp());
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double center = middle.next(source.of(bar), state, at);
        double span = multiplier * atr.next(bar, state, at + middle.stateSize());
        Bands.write(center, span, out, outAt);
    }
}
