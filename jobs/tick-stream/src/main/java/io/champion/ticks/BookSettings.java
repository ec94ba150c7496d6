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

    /** The watermark that makes a tick of this millisecond late. */
    long expiry(long millis) {
        long expiry = millis + allowedLateness;
        return expiry < millis ? Long.MAX_VALUE : expiry;
    }
}
