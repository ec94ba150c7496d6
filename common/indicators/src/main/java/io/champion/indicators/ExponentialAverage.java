package io.champion.indicators;

/**
 * average += factor * (value - average), begun as its seed says. It forgets what it saw only in the
 * limit, and errors of rounding with it: they do not pile up.
 *
 * <p>Slice: values so far, up to the window; the average, or their sum until then.
 *
 * @param factor weight of the newest value, above 0 and up to 1
 */
record ExponentialAverage(int window, double factor, Seed seed) implements Average {

    /** Factor 2 / (window + 1). */
    static ExponentialAverage ema(int window, Seed seed) {
        return new ExponentialAverage(window, 2.0 / (window + 1), seed);
    }

    /** Factor 1 / window: Wilder's smoothing, also called RMA or SMMA. */
    static ExponentialAverage wilder(int window, Seed seed) {
        return new ExponentialAverage(window, 1.0 / window, seed);
    }

    @Override
    public int stateSize() {
        return 2;
    }

    @Override
    public int warmUp() {
        return seed == Seed.FIRST ? 1 : window;
    }

    @Override
    public double next(double value, double[] state, int at) {
        if (Double.isNaN(value)) {
            return Double.NaN;
        }
        return next(value, warmUp(), state, at);
    }

    /** Like {@link #next}, but begun with the first value. */
    double nextFromFirst(double value, double[] state, int at) {
        return Double.isNaN(value) ? Double.NaN : next(value, 1, state, at);
    }

    private double next(double value, int warmUp, double[] state, int at) {
        double average = state[at + 1];
        if (state[at] >= warmUp) {
            average += factor * (value - average);
            state[at + 1] = average;
            return average;
        }
        double count = ++state[at];
        average += value;
        if (count < warmUp) {
            state[at + 1] = average;
            return Double.NaN;
        }
        average /= count;
        state[at + 1] = average;
        return average;
    }
}
