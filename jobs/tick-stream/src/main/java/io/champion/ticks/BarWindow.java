package io.champion.ticks;

/** One window of one instrument while more is to be known of it than its version. */
final class BarWindow {
    final int interval;

    /** First and last millisecond since the epoch. */
    final long start;

    final long last;

    /** How often the window was emitted. */
    int version;

    /** Whether it waits to be emitted, for the first time or again. */
    boolean due;

    /** The watermark at which it is emitted, where it is due. */
    long dueAt;

    /** Whether {@link #total} has to be computed again before it is used. */
    boolean stale;

    final BarAggregate total = new BarAggregate();

    /** The part whose trades are not remembered any more; null for none. */
    BarAggregate settled;

    BarWindow(int interval, long start, long last, int version) {
        this.interval = interval;
        this.start = start;
        this.last = last;
        this.version = version;
    }
}
