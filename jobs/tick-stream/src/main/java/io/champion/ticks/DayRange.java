package io.champion.ticks;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Days of UTC, by which lake and warehouse are partitioned.
 *
 * @param from the first
 * @param to the last, inclusive
 */
record DayRange(LocalDate from, LocalDate to) implements Serializable {
    private static final long MILLIS = 86_400_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int HOURS = 24;

    DayRange {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "The last day, " + to + ", is before the first, " + from + ".");
        }
    }

    List<LocalDate> days() {
        return from.datesUntil(to.plusDays(1)).toList();
    }

    /** The first millisecond. */
    long start() {
        return from.toEpochDay() * MILLIS;
    }

    /** The first millisecond after. */
    long end() {
        return (to.toEpochDay() + 1) * MILLIS;
    }

    boolean contains(long nanos) {
        long millis = Math.floorDiv(nanos, NANOS_PER_MILLI);
        return millis >= start() && millis < end();
    }

    /** The same, and the days into which the last windows reach that begin in it. */
    DayRange withWindows(BarIntervals intervals) {
        long last = end() - 1;
        for (int interval = 0; interval < intervals.count(); interval++) {
            long length = intervals.millis(interval);
            last = Math.max(last, Math.floorDiv(end() - 1, length) * length + length - 1);
        }
        return new DayRange(from, LocalDate.ofEpochDay(Math.floorDiv(last, MILLIS)));
    }

    /** The partitions of a dataset that is partitioned by day, or by day and hour. */
    List<PartitionKey> partitions(Dataset dataset) {
        if (!dataset.partitionBy().contains("hour")) {
            return days().stream().map(day -> dataset.partitionOf(day)).toList();
        }
        List<PartitionKey> partitions = new ArrayList<>();
        for (LocalDate day : days()) {
            for (int hour = 0; hour < HOURS; hour++) {
                partitions.add(
                        new PartitionKey(
                                dataset.id(),
                                dataset.folder(),
                                String.format(Locale.ROOT, "date=%s/hour=%02d", day, hour)));
            }
        }
        return partitions;
    }

    @Override
    public String toString() {
        return from.equals(to) ? from.toString() : from + " to " + to;
    }
}
