package io.champion.ticks;

import java.io.Serializable;

/**
 * What all books share.
 *
 * @param intervals bars to make
 * @param allowedLateness milliseconds behind the watermark for which ticks are taken and amended
 * @param sameWithin milliseconds of event time that are between two messages of one sequence number
 *     at least, if they are not the same; about, because messages are forgotten by the minute
 * @param maxTrades messages that are remembered of one instrument at most
 */
record BookSettings(BarIntervals intervals, long allowedLateness, long sameWithin, int maxTrades)
        implements Serializable {

    /** Settings of a job that tells messages apart for as long as it can remember them. */
    BookSettings(BarIntervals intervals, long allowedLateness, int maxTrades) {
        this(intervals, allowedLateness, allowedLateness, maxTrades);
    }

    /** The same settings with other intervals. */
    BookSettings with(BarIntervals other) {
        return new BookSettings(other, allowedLateness, sameWithin, maxTrades);
    }

    /** The first millisecond that is not late at a watermark. */
    long oldest(long watermark) {
        long oldest = watermark - allowedLateness + 1;
        return oldest > watermark ? Long.MIN_VALUE : oldest;
    }

    /** The first millisecond of which a book surely remembers all ticks at a watermark. */
    long remembered(long watermark) {
        long oldest = oldest(watermark);
        return oldest == Long.MIN_VALUE
                ? Long.MIN_VALUE
                : Math.floorDiv(oldest, BookPage.MILLIS) * BookPage.MILLIS;
    }

    /** The watermark that makes a tick of this millisecond late. */
    long expiry(long millis) {
        return later(millis, allowedLateness);
    }

    /** From which event time on the sequence number of a tick of this millisecond is another's. */
    long another(long millis) {
        return later(millis, sameWithin);
    }

    private static long later(long millis, long by) {
        long later = millis + by;
        return later < millis ? Long.MAX_VALUE : later;
    }
}
