package io.champion.indicators;

import java.util.List;

/**
 * Accumulation/distribution line: the sum of {@link MoneyFlowVolume} since the first bar. Units
 * traded.
 *
 * <p>Source: Marc Chaikin; StockCharts ChartSchool, "Accumulation Distribution Line".
 *
 * <p>Slice: the sum, as {@link DoubleDouble}.
 */
final class Adl implements Indicator {

    /** It takes no parameters. */
    Adl(@SuppressWarnings("unused") Parameters parameters) {}

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 2;
    }

    @Override
    public int warmUp() {
        return 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double flow = MoneyFlowVolume.of(bar);
        out[outAt] = flow;
        if (!Double.isNaN(flow)) {
            DoubleDouble.add(flow, state, at);
            out[outAt] = state[at];
        }
    }
}
