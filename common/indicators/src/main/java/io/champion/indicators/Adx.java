package io.champion.indicators;

import java.util.List;

/**
 * ADX with its directional indicators. +DM is high - high before where that is positive and greater
 * than low before - low, -DM the other way round. plus_di and minus_di: 100 times Wilder's average
 * of +DM and -DM by that of the true range; known from bar window + 1 on. ADX: Wilder's average of
 * DX = 100 |plus_di - minus_di| / (plus_di + minus_di), begun with the mean of the first {@code
 * window}; known from bar 2 window on. From 0 to 100. With {@code begin: early} the averages of
 * +DM, -DM and true range begin with a mean that counts the first bar, of which they are not known,
 * as nought, as in TA-Lib; both come near to each other in time.
 *
 * <p>Source: J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978; StockCharts
 * ChartSchool, "Average Directional Index"; TA-Lib, ta_ADX.c.
 *
 * <p>Slice: of the true range, its average, those of +DM, -DM and DX; and the high and low before.
 */
final class Adx implements Indicator {

    /** Whether the first bar counts. */
    enum Begin {
        WILDER,
        EARLY
    }

    private final TrueRange range = new TrueRange(false);
    private final ExponentialAverage average;
    private final Lag before = new Lag(1);
    private final boolean early;

    Adx(Parameters parameters) {
        average = ExponentialAverage.wilder(parameters.window("window", 14), Seed.SMA);
        early = parameters.choice("begin", Begin.WILDER) == Begin.EARLY;
    }

    @Override
    public List<String> outputs() {
        return List.of("", "plus_di", "minus_di");
    }

    @Override
    public int stateSize() {
        return range.stateSize() + 4 * average.stateSize() + 2 * before.stateSize();
    }

    @Override
    public int warmUp() {
        return 2 * average.warmUp();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        int rangeAverage = at + range.stateSize();
        int plusAverage = rangeAverage + average.stateSize();
        int minusAverage = plusAverage + average.stateSize();
        int dxAverage = minusAverage + average.stateSize();
        int highBefore = dxAverage + average.stateSize();
        int lowBefore = highBefore + before.stateSize();
        if (Double.isNaN(bar.high + bar.low + bar.close)) {
            out[outAt] = Double.NaN;
            out[outAt + 1] = Double.NaN;
            out[outAt + 2] = Double.NaN;
            return;
        }
        double up = bar.high - before.next(bar.high, state, highBefore);
        double down = before.next(bar.low, state, lowBefore) - bar.low;
        // NaN on the first bar, as they are.
        double plusDm = up > down || Double.isNaN(up) ? Math.max(up, 0) : 0;
        double minusDm = down > up || Double.isNaN(down) ? Math.max(down, 0) : 0;
        double ownRange = range.next(bar, state, at);
        if (early && Double.isNaN(up)) {
            plusDm = 0;
            minusDm = 0;
            ownRange = 0;
        }
        boolean begins = early && state[rangeAverage] < average.window();
        double trueRange = average.next(ownRange, state, rangeAverage);
        double plus = 100 * Numbers.ratio(average.next(plusDm, state, plusAverage), trueRange);
        double minus = 100 * Numbers.ratio(average.next(minusDm, state, minusAverage), trueRange);
        if (begins) {
            plus = Double.NaN;
            minus = Double.NaN;
        }
        double dx = 100 * Numbers.ratio(Math.abs(plus - minus), plus + minus);
        out[outAt] = average.next(dx, state, dxAverage);
        out[outAt + 1] = plus;
        out[outAt + 2] = minus;
    }
}
