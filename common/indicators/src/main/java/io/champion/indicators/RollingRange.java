package io.champion.indicators;

/**
 * Highest high and lowest low of the last bars.
 *
 * <p>Slice: the highest, the lowest (negated), and what each of them needs.
 */
record RollingRange(RollingMaximum extreme) {

    RollingRange(int window) {
        this(new RollingMaximum(window));
    }

    int stateSize() {
        return 2 + 2 * extreme.stateSize();
    }

    /**
     * Takes one bar, of which both are known.
     *
     * @return whether the window is full
     */
    boolean next(double high, double low, double[] state, int at) {
        state[at] = extreme.next(high, state, at + 2);
        state[at + 1] = extreme.next(-low, state, at + 2 + extreme.stateSize());
        return !Double.isNaN(state[at]);
    }

    /** Of the window, once it is full; NaN until then. */
    double highest(double[] state, int at) {
        return state[at];
    }

    /** Of the window, once it is full; NaN until then. */
    double lowest(double[] state, int at) {
        return -state[at + 1];
    }
}
