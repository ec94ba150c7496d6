package io.champion.indicators;

/**
 * Mean and standard deviation of the last values. Deviations below some 1e-15 of the values cannot
 * be told from rounding and are none: equal values have exactly none.
 *
 * @param sample whether the squares are divided by one less than their number
 */
record RollingDeviation(RollingSums sums, boolean sample) {

    private static final double ROUNDING = 0x1p-98;

    RollingDeviation(int window, Deviation deviation) {
        this(new RollingSums(window, 2), deviation == Deviation.SAMPLE);
    }

    int stateSize() {
        return sums.stateSize();
    }

    int window() {
        return sums.window();
    }

    /**
     * Takes one value that is known.
     *
     * @return whether the window is full
     */
    boolean next(double value, double[] state, int at) {
        int slot = sums.open(state, at);
        state[slot] = value;
        state[slot + 1] = 0;
        DoubleDouble.multiply(value, value, state, slot + 2);
        return sums.close(state, at);
    }

    /** The mean of a full window. */
    double mean(double[] state, int at) {
        return state[sums.sum(at, 0)] / sums.window();
    }

    /** How much a value is above the mean of a full window. */
    double aboveMean(double value, double[] state, int at) {
        int sum = sums.sum(at, 0);
        double n = sums.window();
        double mean = state[sum] / n;
        // What the division left over.
        double rest = DoubleDouble.remainder(state, sum, n, mean) / n;
        return (value - mean) - rest;
    }

    /** The standard deviation of a full window. */
    double deviation(double[] state, int at) {
        int n = sums.window();
        int sum = sums.sum(at, 0);
        int squares = sums.sum(at, 1);
        double spread = DoubleDouble.multiplyAndSubtract(n, state, squares, state, sum, state, sum);
        if (spread <= ROUNDING * n * state[squares]) {
            return 0;
        }
        return Math.sqrt(spread / ((double) n * (sample ? n - 1 : n)));
    }
}
