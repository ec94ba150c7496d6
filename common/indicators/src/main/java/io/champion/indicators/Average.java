package io.champion.indicators;

/** An average of a series of numbers, one number a step. Immutable; it remembers in a slice. */
interface Average {

    /** Length of the slice, in doubles. A slice of zeros has seen nothing. */
    int stateSize();

    /** How many numbers it takes until the average is known. */
    int warmUp();

    /**
     * Takes one number.
     *
     * @param value if it is NaN, nothing changes
     * @return NaN if not known
     */
    double next(double value, double[] state, int at);
}
