package io.champion.indicators;

/**
 * The sum of the last values, without ever subtracting one: what a large value leaves behind when
 * it is subtracted again, small ones would never get rid of.
 *
 * <p>Values are taken in rounds of one window. While a round runs, the window is the rest of the
 * round before and the beginning of this one. Of the former the slots hold sums from each value to
 * its round's end, made when the round ended; of the latter one sum runs along. So a step costs two
 * additions, and the last of a round one more for each value, whatever the window: one a step.
 *
 * <p>Slice: steps so far (counted on from one window to two, then from one again), the running sum,
 * and a slot for each value of the window.
 */
record RollingSum(int window) {

    private static final int RUNNING = 1;
    private static final int SLOTS = 2;

    int stateSize() {
        return SLOTS + window;
    }

    /**
     * Takes one value.
     *
     * @param value if it is NaN, nothing changes
     * @return NaN until the window is full
     */
    double next(double value, double[] state, int at) {
        if (Double.isNaN(value)) {
            return Double.NaN;
        }
        int steps = (int) state[at];
        int position = steps < window ? steps : steps - window;
        double running = position == 0 ? value : state[at + RUNNING] + value;
        int slot = at + SLOTS + position;
        state[slot] = value;
        if (position + 1 < window) {
            state[at + RUNNING] = running;
            state[at] = steps + 1;
            return steps < window ? Double.NaN : state[slot + 1] + running;
        }
        for (int i = slot - 1; i >= at + SLOTS; i--) {
            state[i] += state[i + 1];
        }
        state[at] = window;
        return running;
    }
}
