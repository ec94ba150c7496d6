package io.champion.indicators;

import java.util.List;

/**
 * How the value changed within {@code window} bars; known from bar window + 1 on, and not where the
 * value before is nought, or for the logarithm one of the two is not positive.
 */
final class Change implements Indicator {

    private enum Form {
        RETURN,
        LOG_RETURN,
        PERCENT
    }

    private final Price source;
    private final Lag before;
    private final Form form;

    private Change(Parameters parameters, int window, Form form) {
        source = parameters.source(Price.CLOSE);
        before = new Lag(parameters.window("window", window));
        this.form = form;
    }

    /** Return: value / value before - 1. A ratio. */
    static Change simple(Parameters parameters) {
        return new Change(parameters, 1, Form.RETURN);
    }

    /** Log return: ln(value / value before). */
    static Change log(Parameters parameters) {
        return new Change(parameters, 1, Form.LOG_RETURN);
    }

    /**
     * ROC: 100 * (value / value before - 1). Percent.
     *
     * <p>Source: StockCharts ChartSchool, "Rate of Change".
     */
    static Change roc(Parameters parameters) {
        return new Change(parameters, 12, Form.PERCENT);
    }

    @Override
    public List<String> outputs() {
        return List.of("");
    }

    @Override
    public int stateSize() {
        return before.stateSize();
    }

    @Override
    public int warmUp() {
        return before.distance() + 1;
    }

    @Override
    public void step(Bar bar, double[] state, int at, double[] out, int outAt) {
        double value = source.of(bar);
        double old = before.next(value, state, at);
        out[outAt] =
                switch (form) {
                    case RETURN -> Numbers.ratio(value - old, old);
                    case LOG_RETURN -> Numbers.logReturn(value, old);
                    case PERCENT -> Numbers.ratio(100 * (value - old), old);
                };
    }
}
