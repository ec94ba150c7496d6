package io.champion.indicators;

/**
 * The greatest of the last values; negated values give the least. In rounds like {@link
 * RollingSum}: an old greatest value leaves the window without a search for the next.
 */
record RollingMaximum(int window) {

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
        double running = position == 0 ? value : Math.max(state[at + RUNNING], value);
        int slot = at + SLOTS + position;
        state[slot] = value;
        if (position + 1 < window) {
            state[at + RUNNING] = running;
            state[at] = steps + 1;
            return steps < window ? Double.NaN : Math.max(state[slot + 1], running);
        }
        for (int i = slot - 1; i >= at + SLOTS; i--) {
            state[i] = Math.max(state[i], state[i + 1]);
        }
        state[at] = window;
        return running;
    }
}
