package io.champion.tracking;

import java.io.Serializable;

/**
 * Count, mean and deviation of numbers, in one pass, and added up where tasks took parts of them.
 *
 * <p>By the formulas of Welford and of Chan, Golub and LeVeque, which lose no digits where the mean
 * is large beside the deviation.
 */
public final class Statistics implements Serializable {
    private static final long serialVersionUID = 1L;

    private long count;
    private double mean;
    private double squares;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    /** Adds a finite number. */
    public void add(double value) {
        count++;
        double delta = value - mean;
        mean += delta / count;
        squares += delta * (value - mean);
        min = Math.min(min, value);
        max = Math.max(max, value);
    }

    /** Adds what others were. */
    public void add(Statistics other) {
        if (other.count == 0) {
            return;
        }
        long both = count + other.count;
        double delta = other.mean - mean;
        squares += other.squares + delta * delta * count * other.count / both;
        mean += delta * other.count / both;
        count = both;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
    }

    public long count() {
        return count;
    }

    /** NaN of none. */
    public double mean() {
        return count == 0 ? Double.NaN : mean;
    }

    /** Of the population; NaN of none. */
    public double deviation() {
        return count == 0 ? Double.NaN : Math.sqrt(squares / count);
    }

    /** Infinite of none. */
    public double min() {
        return min;
    }

    /** Infinite of none. */
    public double max() {
        return max;
    }
}
