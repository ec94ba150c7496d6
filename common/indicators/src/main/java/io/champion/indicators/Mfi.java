package io.champion.indicators;

import java.util.List;

/**
 * MFI: 100 * positive / (positive + negative money flow) of the last {@code window} bars. The flow
 * of a bar is its typical price times its volume, positive if the typical price rose, negative if
 * it fell, neither if it stayed. From 0 to 100; known from bar window + 1 on, and not where nothing
 * flowed.
 *
 * <p>Source: Gene Quong and Avrum Soudack, Technical Analysis of Stocks and Commodities, March
 * 1989; StockCharts ChartSchool, "Money Flow Index".
 */
final class Mfi implements Indicator {

    private final RollingSum flow;
    private final Lag before = new Lag(1);

    Mfi(Parameters parameters) {
        flow = new RollingSum(parameters.window("window", 14));
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return 2 * flow.stateSize() + before.stateSize();
    }

    @Override
    public int warmUp() {
        return flow.window() + 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        out[outAt] = Double.NaN;
        double typical = Price.TYPICAL.of(bar);
        double raw = typical * bar.volume;
        if (Double.isNaN(raw)) {
            return;
        }
        int negativeAt = at + flow.stateSize();
        double change = typical - before.next(typical, state, negativeAt + flow.stateSize());
        if (Double.isNaN(change)) {
            return;
        }
        double positive = flow.next(change > 0 ? raw : 0, state, at);
        double negative = flow.next(change < 0 ? raw : 0, state, negativeAt);
        out[outAt] = 100 * Numbers.ratio(positive, positive + negative);
    }
}
