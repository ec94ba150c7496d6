package io.champion.tracking;

import io.champion.tracking.IntervalPart.Offsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Meters what a task does, for {@link IntervalRuns}. The task hands on {@link #take} before each
 * checkpoint's barrier and at its end, so that a checkpoint counts what it holds and no more.
 *
 * <p>Figures are counters that the task has anyway; of each message only the offset is looked at.
 * Not safe for use by several threads.
 */
public final class IntervalMeter {
    private static final long NONE = -1;

    private final Map<String, Figure> figures = new TreeMap<>();

    private long[] first = {};
    private long[] next = {};

    private static final class Figure {
        final LongSupplier counter;
        long taken;

        Figure(LongSupplier counter) {
            this.counter = counter;
            this.taken = counter.getAsLong();
        }
    }

    /**
     * Adds a figure.
     *
     * @param counter how much it is; what it is now is not counted, and it never falls
     */
    public void figure(String name, LongSupplier counter) {
        figures.put(name, new Figure(counter));
    }

    /** Takes note of a message. */
    public void message(int partition, long offset) {
        if (partition >= first.length) {
            grow(partition + 1);
        }
        if (first[partition] == NONE || offset < first[partition]) {
            first[partition] = offset;
        }
        if (offset >= next[partition]) {
            next[partition] = offset + 1;
        }
    }

    private void grow(int partitions) {
        int before = first.length;
        first = Arrays.copyOf(first, partitions);
        next = Arrays.copyOf(next, partitions);
        Arrays.fill(first, before, partitions, NONE);
    }

    /** What was done since this was last called. */
    public IntervalPart take() {
        Map<String, Long> counts = new TreeMap<>();
        figures.forEach(
                (name, figure) -> {
                    long now = figure.counter.getAsLong();
                    counts.put(name, now - figure.taken);
                    figure.taken = now;
                });
        Map<Integer, Offsets> offsets = new TreeMap<>();
        for (int partition = 0; partition < first.length; partition++) {
            if (first[partition] != NONE) {
                offsets.put(partition, new Offsets(first[partition], next[partition]));
            }
        }
        Arrays.fill(first, NONE);
        Arrays.fill(next, 0);
        return new IntervalPart(counts, offsets);
    }
}
