package io.champion.indicators;

/**
 * The sum of the last values with weights 1 for the oldest up to {@code window} for the newest. In
 * rounds like {@link RollingSum}; nothing is ever subtracted.
 *
 * <p>Slice: steps so far; the sum of this round's values, plain and weighted from 1 on; and a slot
 * for each value, in the rest of the round before the weighted sum from it to the round's end.
 */
record RollingWeightedSum(int window) {

    private static final int PLAIN = 1;
    private static final int WEIGHTED = 2;
    private static final int SLOTS = 3;

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
        int slot = at + SLOTS + position;
        int older = window - 1 - position;
        double plain = value;
        double weighted = value;
        if (position > 0) {
            plain += state[at + PLAIN];
            weighted = state[at + WEIGHTED] + (position + 1) * value;
        }
        state[slot] = value;
        state[at + PLAIN] = plain;
        state[at + WEIGHTED] = weighted;
        if (older > 0) {
            state[at] = steps + 1;
            return steps < window ? Double.NaN : state[slot + 1] + (weighted + older * plain);
        }
        // One more value in front raises the weights of all behind it by one.
        double sum = 0;
        double sumOfSums = 0;
        for (int i = slot; i >= at + SLOTS; i--) {
            sum += state[i];
            sumOfSums += sum;
            state[i] = sumOfSums;
        }
        state[at] = window;
        return weighted;
    }
}
