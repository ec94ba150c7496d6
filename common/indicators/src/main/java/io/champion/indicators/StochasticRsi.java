package io.champion.indicators;

import java.util.List;

/**
 * StochRSI: where Wilder's RSI of the close stands between its own lowest and highest of {@code
 * window} bars, from 0 to 100, averaged over {@code smooth} bars; signal, the mean of {@code
 * signal} of them. Known from bar rsi + window + smooth + signal - 2 on. Where the RSI did not
 * move, it is not known. StockCharts and TA-Lib give the same as a fraction of 1, or in percent.
 *
 * <p>Source: Tushar Chande and Stanley Kroll, "The New Technical Trader", 1994; StockCharts
 * ChartSchool, "StochRSI"; Skender's Stock Indicators for smoothing and signal.
 */
final class StochasticRsi implements Indicator {

    private final Rsi rsi;
    private final RollingRange range;
    private final SimpleAverage k;
    private final SimpleAverage signal;

    StochasticRsi(Parameters parameters) {
        Price source = parameters.source(Price.CLOSE);
        rsi = new Rsi(source, parameters.window("rsi", 14));
        range = new RollingRange(parameters.window("window", 14));
        k = new SimpleAverage(parameters.window("smooth", 1));
        signal = new SimpleAverage(parameters.window("signal", 3));
    }

    @Override
    public List<String> outputs() {
        return List.of("", "signal");
    }

    @Override
    public int stateSize() {
        return rsi.stateSize() + range.stateSize() + k.stateSize() + signal.stateSize();
    }

    @Override
    public int warmUp() {
        return rsi.warmUp() + range.extreme().window() + k.warmUp() + signal.warmUp() - 3;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        int rangeAt = at + rsi.stateSize();
        int kAt = rangeAt + range.stateSize();
        double value = rsi.next(bar, state, at);
        double raw = Double.NaN;
        if (!Double.isNaN(value) && range.next(value, value, state, rangeAt)) {
            double lowest = range.lowest(state, rangeAt);
            raw = 100 * Numbers.ratio(value - lowest, range.highest(state, rangeAt) - lowest);
        }
        double smoothed = k.next(raw, state, kAt);
        out[outAt] = smoothed;
        out[outAt + 1] = signal.next(smoothed, state, kAt + k.stateSize());
    }
}
