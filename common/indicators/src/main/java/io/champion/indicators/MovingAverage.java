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

    /**
     * SMMA, also RMA: smma += (value - smma) / window, seeded like {@link #ema}. Wilder's own
     * smoothing.
     *
     * <p>Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978.
     */
    static MovingAverage smma(Parameters parameters) {
        return new MovingAverage(
                parameters.source(Price.CLOSE),
                ExponentialAverage.wilder(parameters.window("window", 20), parameters.seed()));
    }

    /**
     * WMA: the mean of the last {@code window} values, weighted 1 for the oldest up to {@code
     * window} for the newest.
     *
     * <p>Source: TA-Lib WMA; Skender's Stock Indicators, "Weighted Moving Average".
     */
    static MovingAverage wma(Parameters parameters) {
        return new MovingAverage(
                parameters.source(Price.CLOSE),
                new WeightedAverage(parameters.window("window", 20)));
    }

    /**
     * DEMA: 2 EMA - EMA of EMA. With {@code seed: sma} each EMA begins with the mean of the first
     * {@code window} values that it gets (as TA-Lib does; known from bar 2 window - 1 on), with
     * {@code shared} both with the mean of the first bars (as Skender does; from bar {@code window}
     * on), with {@code first} both with the first value (as ta4j does).
     *
     * <p>Source: Patrick Mulloy, Technical Analysis of Stocks and Commodities, February 1994.
     */
    static MovingAverage dema(Parameters parameters) {
        return repeated(parameters, 2);
    }

    /**
     * TEMA: 3 EMA - 3 EMA of EMA + EMA of EMA of EMA; seeds as of {@link #dema}, known from bar 3
     * window - 2 on where each begins by itself.
     *
     * <p>Source: Patrick Mulloy, Technical Analysis of Stocks and Commodities, January 1994.
     */
    static MovingAverage tema(Parameters parameters) {
        return repeated(parameters, 3);
    }

    /**
     * HMA: WMA over the root of {@code window} of (2 WMA over half of it - WMA over all of it);
     * half and root are rounded down. Known from bar window + root - 1 on.
     *
     * <p>Source: Alan Hull, "Hull Moving Average", alanhull.com.
     */
    static MovingAverage hma(Parameters parameters) {
        return new MovingAverage(
                parameters.source(Price.CLOSE),
                new HullAverage(parameters.window("window", 20, 2)));
    }

    private static MovingAverage repeated(Parameters parameters, int times) {
        return new MovingAverage(
                parameters.source(Price.CLOSE),
                new RepeatedAverage(
                        parameters.window("window", 20),
                        times,
                        parameters.choice("seed", RepeatedAverage.Begin.SMA)));
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
