package io.champion.reader;

import java.util.Arrays;

/** Ranges of rows, ascending, none of which overlaps another. Immutable. */
final class Ranges {
    static final Ranges NONE = new Ranges(new int[0]);

    /** Start and end of each, one after the other. */
    private final int[] bounds;

    private Ranges(int[] bounds) {
        this.bounds = bounds;
    }

    /** The rows from one up to but not another. */
    static Ranges of(int start, int end) {
        return start == end ? NONE : new Ranges(new int[] {start, end});
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /** How many ranges there are. */
    int count() {
        return bounds.length / 2;
    }

    int start(int index) {
        return bounds[2 * index];
    }

    /** The row after the last of a range. */
    int end(int index) {
        return bounds[2 * index + 1];
    }

    /** Rows of all ranges. */
    int rows() {
        int rows = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            rows += bounds[i + 1] - bounds[i];
        }
        return rows;
    }

    /** What they take in memory, about. */
    long bytes() {
        return (long) bounds.length * Integer.BYTES + Vector.ARRAY_BYTES;
    }

    /** Ranges that may touch each other: start and end of each, one after the other. */
    static Ranges of(int[] bounds) {
        return new Ranges(bounds);
    }

    /** Collects ranges; those that touch become one. */
    static final class Builder {
        private int[] bounds = new int[2];
        private int length;

        /** Adds a range that begins where the last one ends, or behind it. */
        void add(int start, int end) {
            if (length > 0 && bounds[length - 1] == start) {
                bounds[length - 1] = end;
                return;
            }
            if (length == bounds.length) {
                bounds = Arrays.copyOf(bounds, length * 2);
            }
            bounds[length++] = start;
            bounds[length++] = end;
        }

        Ranges build() {
            return length == 0 ? NONE : new Ranges(Arrays.copyOf(bounds, length));
        }
    }
}
