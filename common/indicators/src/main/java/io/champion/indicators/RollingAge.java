package io.champion.indicators;

/**
 * How many steps ago the greatest of the last values was; negated values give the least. In rounds
 * like {@link RollingSum}.
 *
 * <p>Slice: steps so far; value and step of this round's greatest; and for each value of the round
 * before, value and step of the greatest from it to the round's end.
 *
 * @param latest which of equal values counts
 */
record RollingAge(int window, boolean latest) {

    private static final int RUNNING = 1;
    private static final int SLOTS = 3;

    int stateSize() {
        return SLOTS + 2 * window;
    }

    /**
     * Takes one value that is known.
     *
     * @return 0 for the newest; NaN until the window is full
     */
    double next(double value, double[] state, int at) {
        int steps = (int) state[at];
        int position = steps < window ? steps : steps - window;
        int slot = at + SLOTS + 2 * position;
        int running = at + RUNNING;
        state[slot] = value;
        state[slot + 1] = position;
        if (position == 0 || isAhead(value, state[running])) {
            state[running] = value;
            state[running + 1] = position;
        }
        if (position + 1 == window) {
            double age = position - state[running + 1];
            for (int i = slot - 2; i >= at + SLOTS; i -= 2) {
                // The later one stands behind.
                if (isAhead(state[i + 2], state[i])) {
                    state[i] = state[i + 2];
                    state[i + 1] = state[i + 3];
                }
            }
            state[at] = window;
            return age;
        }
        state[at] = steps + 1;
        if (steps < window) {
            return Double.NaN;
        }
        int older = slot + 2;
        return isAhead(state[running], state[older])
                ? position - state[running + 1]
                : position + window - state[older + 1];
    }

    private boolean isAhead(double later, double earlier) {
        return latest ? later >= earlier : later > earlier;
    }
}
