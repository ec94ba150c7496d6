package io.champion.indicators;

import java.util.List;

/**
 * An average of one number of the bars; unit and warm-up are those of the number and the average.
 */
record MovingAverage(Price source, Average average) implements Indicator {

    /**
     * SMA: the mean of the last {@code window} values.
     *
     * <p>Source: StockCharts ChartSchool, "Moving Averages - Simple and Exponential".
     */
    static MovingAverage sma(Parameters parameters) {
        return new MovingAverage(
                parameters.source(Price.CLOSE), new SimpleAverage(parameters.window("window", 20)));
    }

    /**
     * EMA: ema += 2 / (window + 1) * (value - ema), begun with the mean of the first {@code window}
     * values, or with {@code seed: first} with the first value.
     *
     * <p>Source: StockCharts ChartSchool, "Moving Averages - Simple and Exponential"; the mean as
     * seed there, in TA-Lib and in Skender's Stock Indicators, the first value in ta4j.
     */
    static MovingAverage ema(Parameters parameters) {
        return new MovingAverage(
                parameters.source(Price.CLOSE),
                ExponentialAverage.ema(parameters.window("window", 20), parameters.seed()));
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return average.stateSize();
    }

    @Override
    public int warmUp() {
        return average.warmUp();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = average.next(source.of(bar), state, at);
    }
}
