package io.champion.ticks;

import java.io.Serializable;

/**
 * What all books share.
 *
 * @param intervals bars to make
 * @param allowedLateness milliseconds behind the watermark for which ticks are taken and amended
 * @param maxTrades messages that are remembered of one instrument at most
 */
record BookSettings(BarIntervals intervals, long allowedLateness, int maxTrades)
        implements Serializable {

    /** The same settings with other intervals. */
    BookSettings with(BarIntervals other) {
        return new BookSettings(other, allowedLateness, maxTrades);
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
        long expiry = millis + allowedLateness;
        return expiry < millis ? Long.MAX_VALUE : expiry;
    }
}
