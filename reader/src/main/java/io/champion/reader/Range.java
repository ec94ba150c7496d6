package io.champion.reader;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * Which rows are wanted: those of partitions of some days, and of them those of some times.
 *
 * @param firstDay first trade date
 * @param endDay the trade date after the last
 * @param from first time, nanoseconds since the epoch
 * @param to the time after the last
 */
record Range(LocalDate firstDay, LocalDate endDay, long from, long to) {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** How far the date of a session can be from the date of its trades in UTC. */
    private static final int DAYS_OFF = 1;

    static Range ofDays(LocalDate from, LocalDate to) {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "The range ends on " + to + ", before it begins on " + from + ".");
        }
        return new Range(from, to, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    static Range ofTimes(Instant from, Instant to) {
        if (to.isBefore(from)) {
            throw new IllegalArgumentException(
                    "The range ends at " + to + ", before it begins at " + from + ".");
        }
        Instant first = clamp(from);
        Instant end = clamp(to);
        LocalDate firstDay = LocalDate.ofInstant(first, ZoneOffset.UTC).minusDays(DAYS_OFF);
        LocalDate endDay =
                from.equals(to)
                        ? firstDay
                        : LocalDate.ofInstant(end.minusNanos(1), ZoneOffset.UTC)
                                .plusDays(DAYS_OFF + 1);
        return new Range(firstDay, endDay, nanos(first), nanos(end));
    }

    /** Nanoseconds of a long reach from 1677 to 2262. */
    private static Instant clamp(Instant time) {
        Instant first = Instant.ofEpochSecond(0, Long.MIN_VALUE + NANOS_PER_SECOND);
        Instant last = Instant.ofEpochSecond(0, Long.MAX_VALUE);
        return time.isBefore(first) ? first : time.isAfter(last) ? last : time;
    }

    private static long nanos(Instant time) {
        return Math.addExact(
                Math.multiplyExact(time.getEpochSecond(), NANOS_PER_SECOND), time.getNano());
    }

    /** Whether all rows of the days are wanted. */
    boolean isOfDays() {
        return from == Long.MIN_VALUE && to == Long.MAX_VALUE;
    }

    /** Whether a row may be wanted that is between two times, both included. */
    boolean overlaps(long first, long last) {
        return isOfDays() || (first < to && last >= from);
    }
}
