package io.champion.flatfile;

import java.io.Serializable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * A trade date of the US exchanges. Days on which they close early are taken for whole ones.
 *
 * @param day the trade date, in New York
 * @param start midnight in New York, nanoseconds since the epoch
 * @param end the next midnight
 * @param open 9:30 in New York
 * @param close 16:00 in New York
 */
record Session(LocalDate day, long start, long end, long open, long close) implements Serializable {

    static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

    private static final LocalTime OPEN = LocalTime.of(9, 30);
    private static final LocalTime CLOSE = LocalTime.of(16, 0);
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    static Session of(LocalDate day) {
        return new Session(
                day,
                nanos(day.atStartOfDay(NEW_YORK)),
                nanos(day.plusDays(1).atStartOfDay(NEW_YORK)),
                nanos(day.atTime(OPEN).atZone(NEW_YORK)),
                nanos(day.atTime(CLOSE).atZone(NEW_YORK)));
    }

    /** The trade date of a time, nanoseconds since the epoch. */
    static LocalDate dayOf(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND))
                .atZone(NEW_YORK)
                .toLocalDate();
    }

    private static long nanos(ZonedDateTime time) {
        return time.toEpochSecond() * NANOS_PER_SECOND;
    }

    /** How long the session was open from one time to another, nanoseconds. */
    long openBetween(long from, long to) {
        return Math.max(0, Math.min(to, close) - Math.max(from, open));
    }
}
