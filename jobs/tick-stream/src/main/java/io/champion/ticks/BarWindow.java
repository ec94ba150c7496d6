package io.champion.ticks;

import java.util.Comparator;

/** One window of one instrument while more is to be known of it than its version. */
final class BarWindow {
    static final Comparator<BarWindow> BY_INTERVAL_AND_START =
            Comparator.<BarWindow>comparingInt(window -> window.interval)
                    .thenComparingLong(window -> window.start);

    /** The page in which it starts, and which of its interval's windows there it is. */
    final BookPage page;

    final int slot;
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

    BarWindow(BookPage page, int slot, int interval, long start, long last, int version) {
        this.page = page;
        this.slot = slot;
        this.interval = interval;
        this.start = start;
        this.last = last;
        this.version = version;
    }
}
