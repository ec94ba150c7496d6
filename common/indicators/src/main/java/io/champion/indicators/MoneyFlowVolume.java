package io.champion.indicators;

/**
 * ((close - low) - (high - close)) / (high - low) * volume; nought for a bar whose high is its low,
 * as StockCharts and Skender have it.
 */
final class MoneyFlowVolume {
    private MoneyFlowVolume() {}

    static double of(Bar bar) {
        double range = bar.high - bar.low;
        double position = (bar.close - bar.low) - (bar.high - bar.close);
        return (range == 0 ? 0 * position : position / range) * bar.volume;
    }
}
