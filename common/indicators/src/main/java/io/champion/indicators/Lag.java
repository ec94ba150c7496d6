package io.champion.indicators;

/**
 * The value of so many steps ago.
 *
 * <p>Slice: steps so far, counted like {@link RollingSum} does, and the last values.
 */
record Lag(int distance) {

    int stateSize() {
        return 1 + distance;
    }

    /**
     * Takes one value.
     *
     * @param value if it is NaN, nothing changes
     * @return NaN if there was none yet
     */
    double next(double value, double[] state, int at) {
        if (Double.isNaN(value)) {
            return Double.NaN;
        }
        int steps = (int) state[at];
        int slot = at + 1 + (steps < distance ? steps : steps - distance);
        double before = steps < distance ? Double.NaN : state[slot];
        state[slot] = value;
        state[at] = steps + 1 == 2 * distance ? distance : steps + 1;
        return before;
    }
}
