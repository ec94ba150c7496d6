package io.champion.indicators;

/** The mean of the last values. */
record SimpleAverage(RollingSum sum) implements Average {

    SimpleAverage(int window) {
        this(new RollingSum(window));
    }

    @Override
    public int stateSize() {
        return sum.stateSize();
    }

    @Override
    public int warmUp() {
        return sum.window();
    }

    @Override
    public double next(double value, double[] state, int at) {
        return sum.next(value, state, at) / sum.window();
    }
}
