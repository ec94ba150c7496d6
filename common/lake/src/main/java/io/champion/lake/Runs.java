package io.champion.lake;

import java.util.Arrays;

/** Numbers of a page, of which neighbours are often equal. */
final class Runs {
    private int[] values = new int[4];
    private int[] lengths = new int[4];
    private int runs;

    /** Of the run that is open; it is among the others once it has ended. */
    private int last;

    private int length;

    void add(int value) {
        add(value, 1);
    }

    /** Adds a value that occurs some times in a row. */
    void add(int value, int times) {
        if (value != last) {
            finishRun();
            last = value;
        }
        length += times;
    }

    private void finishRun() {
        if (length == 0) {
            return;
        }
        if (runs == values.length) {
            values = Arrays.copyOf(values, runs * 2);
            lengths = Arrays.copyOf(lengths, runs * 2);
        }
        values[runs] = last;
        lengths[runs++] = length;
        length = 0;
    }

    /** How many runs there are. */
    int count() {
        finishRun();
        return runs;
    }

    /** The value of a run, below {@link #count}. */
    int value(int run) {
        return values[run];
    }

    int length(int run) {
        return lengths[run];
    }

    void clear() {
        runs = 0;
        length = 0;
    }
}
