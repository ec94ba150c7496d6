package io.champion.indicators;

/** The mean of the last values with weights 1 for the oldest up to their number for the newest. */
record WeightedAverage(RollingWeightedSum sum) implements Average {

    WeightedAverage(int window) {
        this(new RollingWeightedSum(window));
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
        double n = sum.window();
        return sum.next(value, state, at) / (n * (n + 1) / 2);
    }
}
