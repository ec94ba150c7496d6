package io.champion.indicators;

/**
 * Several sums of the last terms, as {@link DoubleDouble}s. Variances and covariances are
 * differences of such sums: with 106 bits enough of them is left even where the deviation is a
 * hundred-thousand-millionth of the mean. In rounds like {@link RollingSum}, so nothing is ever
 * subtracted from a sum.
 *
 * <p>Slice: steps so far, the running sums, the sums of the window, and a slot of all terms for
 * each step of the window.
 *
 * @param terms how many sums
 */
record RollingSums(int window, int terms) {

    private static final int RUNNING = 1;

    int stateSize() {
        return 1 + 2 * terms * (2 + window);
    }

    /** Where the terms of the next step go, two doubles each; {@link #close} then takes them. */
    int open(double[] state, int at) {
        return slots(at) + 2 * terms * position(state, at);
    }

    /**
     * Takes the terms of a step.
     *
     * @return whether the window is full
     */
    boolean close(double[] state, int at) {
        int steps = (int) state[at];
        int position = position(state, at);
        int slot = slots(at) + 2 * terms * position;
        boolean roundEnds = position + 1 == window;
        boolean full = steps + 1 >= window;
        for (int i = 0; i < 2 * terms; i += 2) {
            int running = at + RUNNING + i;
            if (position == 0) {
                state[running] = state[slot + i];
                state[running + 1] = state[slot + i + 1];
            } else {
                DoubleDouble.add(state, running, state, slot + i, state, running);
            }
            int result = sum(at, 0) + i;
            if (roundEnds) {
                state[result] = state[running];
                state[result + 1] = state[running + 1];
            } else if (full) {
                DoubleDouble.add(state, running, state, slot + 2 * terms + i, state, result);
            }
        }
        if (roundEnds) {
            for (int i = slot - 2; i >= slots(at); i -= 2) {
                DoubleDouble.add(state, i, state, i + 2 * terms, state, i);
            }
        }
        state[at] = roundEnds ? window : steps + 1;
        return full;
    }

    /** Where the sum of a term stands once the window is full. */
    int sum(int at, int term) {
        return at + RUNNING + 2 * terms + 2 * term;
    }

    private int slots(int at) {
        return at + RUNNING + 4 * terms;
    }

    private int position(double[] state, int at) {
        int steps = (int) state[at];
        return steps < window ? steps : steps - window;
    }
}
