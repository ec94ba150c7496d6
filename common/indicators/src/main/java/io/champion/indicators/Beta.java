package io.champion.indicators;

import java.util.List;

/**
 * Beta to an index: covariance of the returns with the returns of the benchmark, by the variance of
 * the latter, over {@code window} bars; returns from close to close, or with {@code returns: log}
 * their logarithms. Without a unit; known from bar window + 1 on, and not where the benchmark's
 * returns are all the same. Bars without a benchmark are passed over: the next return then is from
 * the last bar that had one.
 *
 * <p>Source: William F. Sharpe, 1964; Skender's Stock Indicators, "Beta Coefficient".
 *
 * <p>Slice: both closes before; sums of benchmark, instrument, their product, and the benchmark's
 * square.
 */
final class Beta implements Indicator {

    /** How returns are counted. */
    enum Returns {
        SIMPLE,
        LOG
    }

    private static final double ROUNDING = 0x1p-98;

    private final Lag before = new Lag(1);
    private final RollingSums sums;
    private final boolean log;

    Beta(Parameters parameters) {
        sums = new RollingSums(parameters.window("window", 60, 2), 4);
        log = parameters.choice("returns", Returns.SIMPLE) == Returns.LOG;
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 2 * before.stateSize() + sums.stateSize();
    }

    @Override
    public int warmUp() {
        return sums.window() + 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        if (!Numbers.known(bar.close, bar.benchmark)) {
            return;
        }
        int benchmarkAt = at + before.stateSize();
        int sumsAt = benchmarkAt + before.stateSize();
        double own = change(bar.close, before.next(bar.close, state, at));
        double market = change(bar.benchmark, before.next(bar.benchmark, state, benchmarkAt));
        if (!Numbers.known(own, market)) {
            return;
        }
        int slot = sums.open(state, sumsAt);
        state[slot] = market;
        state[slot + 1] = 0;
        state[slot + 2] = own;
        state[slot + 3] = 0;
        DoubleDouble.multiply(market, own, state, slot + 4);
        DoubleDouble.multiply(market, market, state, slot + 6);
        if (sums.close(state, sumsAt)) {
            int markets = sums.sum(sumsAt, 0);
            int owns = sums.sum(sumsAt, 1);
            int products = sums.sum(sumsAt, 2);
            int squares = sums.sum(sumsAt, 3);
            int n = sums.window();
            double covariance =
                    DoubleDouble.multiplyAndSubtract(
                            n, state, products, state, markets, state, owns);
            double variance =
                    DoubleDouble.multiplyAndSubtract(
                            n, state, squares, state, markets, state, markets);
            if (variance > ROUNDING * n * state[squares]) {
                out[outAt] = covariance / variance;
            }
        }
    }

    private double change(double close, double closeBefore) {
        return log
                ? Numbers.logReturn(close, closeBefore)
                : Numbers.ratio(close - closeBefore, closeBefore);
    }
}
