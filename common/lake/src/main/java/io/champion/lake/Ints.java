package io.champion.lake;

import java.util.Arrays;

/**
 * Small numbers of a page: levels, or ids of a dictionary. While all of them are the same, as the
 * levels of a column without nulls are, only one is kept.
 */
final class Ints {
    private int[] values = new int[256];
    private int count;
    private boolean same = true;

    void add(int value) {
        if (same && (count == 0 || values[0] == value)) {
            values[0] = value;
            count++;
            return;
        }
        reserve(1)[count++] = value;
    }

    /** Adds a value some times, one or more. */
    void add(int value, int times) {
        if (same && (count == 0 || values[0] == value)) {
            values[0] = value;
        } else {
            Arrays.fill(reserve(times), count, count + times, value);
        }
        count += times;
    }

    /**
     * Makes room for more values, to be written to the answer from {@link #count} on before {@link
     * #added} tells of them.
     */
    int[] reserve(int more) {
        if (values.length - count < more) {
            values = Arrays.copyOf(values, Math.max(count + more, values.length * 2));
        }
        if (same) {
            Arrays.fill(values, 0, count, values[0]);
            same = false;
        }
        return values;
    }

    void added(int more) {
        count += more;
    }

    int count() {
        return count;
    }

    /** Whether all are the first one; then {@link #get} answers that one alone. */
    boolean allSame() {
        return same;
    }

    int get(int index) {
        return values[same ? 0 : index];
    }

    /** All values, unless they are the same. */
    int[] array() {
        return values;
    }

    void clear() {
        count = 0;
        same = true;
    }
}
