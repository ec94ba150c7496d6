package io.champion.indicators;

import java.util.List;

/**
 * A computation that takes one bar a step. Immutable and shared by all instruments; what it
 * remembers of one is a slice of an array that the caller keeps.
 */
public interface Indicator {

    /**
     * What the outputs are called after the feature's own name, for example {@code upper}; the
     * output that takes the feature's name as it is has the empty name.
     */
    List<String> outputs();

    /** Length of the slice, in doubles. A slice of zeros has seen no bar. */
    int stateSize();

    /**
     * How many bars with all inputs known it takes until every output is known: the last of them is
     * the first with numbers.
     */
    int warmUp();

    /**
     * Takes one bar. An input that is not known (NaN) leaves the state as it is and the outputs not
     * known.
     *
     * @param state holds the slice from {@code at} on
     * @param out receives the outputs from {@code outAt} on; NaN where not known
     */
    void step(Bar bar, double[] state, int at, double[] out, int outAt);
}
