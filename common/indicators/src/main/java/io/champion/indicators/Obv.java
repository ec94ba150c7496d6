package io.champion.indicators;

import java.util.List;

/**
 * OBV: the sum of the volumes of bars that closed higher than the bar before, less those of bars
 * that closed lower. Units traded, since the first bar; that has 0, or with {@code start: volume},
 * as in TA-Lib, its volume.
 *
 * <p>Source: Joseph Granville, "New Key to Stock Market Profits", 1963; StockCharts ChartSchool,
 * "On Balance Volume".
 *
 * <p>Slice: the close before; the sum, as {@link DoubleDouble}: it returns to nought again and
 * again.
 */
final class Obv implements Indicator {

    /** What the first bar has. */
    enum Start {
        ZERO,
        VOLUME
    }

    private final Lag before = new Lag(1);
    private final boolean withFirst;

    Obv(Parameters parameters) {
        withFirst = parameters.choice("start", Start.ZERO) == Start.VOLUME;
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return before.stateSize() + 2;
    }

    @Override
    public int warmUp() {
        return 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        if (!Numbers.known(bar.close, bar.volume)) {
            return;
        }
        int sum = at + before.stateSize();
        double change = bar.close - before.next(bar.close, state, at);
        if (change > 0 || (withFirst && Double.isNaN(change))) {
            DoubleDouble.add(bar.volume, state, sum);
        } else if (change < 0) {
            DoubleDouble.add(-bar.volume, state, sum);
        }
        out[outAt] = state[sum];
    }
}
