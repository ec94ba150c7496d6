package io.champion.indicators;

import java.util.List;

/**
 * How an instrument's state goes from one layout to another: slices of computations that both have
 * are copied, those of new computations begin empty and warm up, those of others are dropped.
 */
public final class StateMove {

    /** A slice that is kept. */
    record Copy(int from, int to, int length) {}

    private final int sizeBefore;
    private final int size;
    private final List<Copy> copies;
    private final List<String> added;
    private final List<String> dropped;

    StateMove(
            int sizeBefore, int size, List<Copy> copies, List<String> added, List<String> dropped) {
        this.sizeBefore = sizeBefore;
        this.size = size;
        this.copies = copies;
        this.added = List.copyOf(added);
        this.dropped = List.copyOf(dropped);
    }

    /** Computations that begin empty. */
    public List<String> added() {
        return added;
    }

    /** Computations whose state is lost. */
    public List<String> dropped() {
        return dropped;
    }

    /**
     * A state of the new layout; the old one is left as it is.
     *
     * @throws IllegalArgumentException if the state is not of the old layout
     */
    public double[] apply(double[] state) {
        if (state.length != sizeBefore) {
            throw new IllegalArgumentException(
                    "A state of "
                            + state.length
                            + " numbers is not of a layout of "
                            + sizeBefore
                            + ".");
        }
        double[] moved = new double[size];
        for (Copy copy : copies) {
            System.arraycopy(state, copy.from(), moved, copy.to(), copy.length());
        }
        return moved;
    }
}
