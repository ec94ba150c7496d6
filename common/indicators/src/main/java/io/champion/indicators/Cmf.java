package io.champion.indicators;

import java.util.List;

/**
 * CMF: the sum of {@link MoneyFlowVolume} by the sum of volume over {@code window} bars. From -1 to
 * 1; known from bar {@code window} on, and not where nothing was traded.
 *
 * <p>Source: Marc Chaikin; StockCharts ChartSchool, "Chaikin Money Flow".
 */
final class Cmf implements Indicator {

    private final RollingSum sum;

    Cmf(Parameters parameters) {
        sum = new RollingSum(parameters.window("window", 20));
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 2 * sum.stateSize();
    }

    @Override
    public int warmUp() {
        return sum.window();
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double flow = MoneyFlowVolume.of(bar);
        out[outAt] =
                Double.isNaN(flow)
                        ? Double.NaN
                        : Numbers.ratio(
                                sum.next(flow, state, at),
                                sum.next(bar.volume, state, at + sum.stateSize()));
    }
}
