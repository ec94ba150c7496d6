package io.champion.ticks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One minute of an {@link InstrumentBook}: the messages whose event times lie in it, and the
 * windows that start in it. Of a window at rest there is its version alone.
 */
final class BookPage {
    static final long MILLIS = 60_000;

    /** Objects and references of a page and of its log, without their arrays. */
    private static final int OWN_BYTES = 160;

    /** A window with its sums, and with those that are settled. */
    private static final int WINDOW_BYTES = 300;

    private static final int FIRST_VERSIONS = 2;

    final long minute;

    /** Null for no messages. */
    TradeLog log;

    /** The watermark that makes the last of the windows too old; the least long for none. */
    long windowsExpiry = Long.MIN_VALUE;

    boolean windowsChanged;
    boolean windowsStored;

    /** Whether it is in the book's list of what has to be written. */
    boolean isListed;

    /** What of {@link #heapBytes} is in the book's sum. */
    long countedBytes;

    int storedRows;
    int pieces;
    int lastPieceRow;

    private final ArrayList<BarWindow> live = new ArrayList<>(0);

    /** Interval (16 bits), slot (16) and version (32) of windows that were emitted, ascending. */
    private long[] versions = {};

    private int versionCount;

    BookPage(long minute) {
        this.minute = minute;
    }

    long firstMillis() {
        return minute * MILLIS;
    }

    long lastMillis() {
        return firstMillis() + MILLIS - 1;
    }

    /** Bytes on the heap of all that hangs on the page, about. */
    long heapBytes() {
        long bytes = OWN_BYTES + 8L * versions.length + (long) WINDOW_BYTES * live.size();
        return bytes + (log == null ? 0 : log.heapBytes());
    }

    /** The window in a slot, as long as more is known of it than its version; else null. */
    BarWindow live(int interval, int slot) {
        for (int i = live.size() - 1; i >= 0; i--) {
            BarWindow window = live.get(i);
            if (window.slot == slot && window.interval == interval) {
                return window;
            }
        }
        return null;
    }

    void add(BarWindow window) {
        live.add(window);
    }

    /** How often the window in a slot was emitted. */
    int version(int interval, int slot) {
        BarWindow window = live(interval, slot);
        return window == null ? restingVersion(interval, slot) : window.version;
    }

    /** The same, of a window that is not live. */
    int restingVersion(int interval, int slot) {
        long first = key(interval, slot);
        int at = indexOf(first);
        return at < versionCount && versions[at] >>> Integer.SIZE == first >>> Integer.SIZE
                ? (int) versions[at]
                : 0;
    }

    /** Keeps no more of a window than its version. */
    void rest(BarWindow window) {
        keepVersion(window);
        live.remove(window);
    }

    private void keepVersion(BarWindow window) {
        long entry = key(window.interval, window.slot);
        int at = indexOf(entry);
        boolean known =
                at < versionCount && versions[at] >>> Integer.SIZE == entry >>> Integer.SIZE;
        if (!known) {
            if (window.version == 0) {
                return;
            }
            if (versionCount == versions.length) {
                versions = Arrays.copyOf(versions, Math.max(FIRST_VERSIONS, versionCount * 2));
            }
            System.arraycopy(versions, at, versions, at + 1, versionCount - at);
            versionCount++;
        }
        versions[at] = entry | window.version;
    }

    private static long key(int interval, int slot) {
        return (long) interval << 48 | (long) slot << Integer.SIZE;
    }

    /** Index of the first version whose key is not below one. */
    private int indexOf(long key) {
        int from = 0;
        int to = versionCount;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (versions[middle] < key) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    void forgetWindows() {
        live.clear();
        live.trimToSize();
        versions = new long[0];
        versionCount = 0;
        windowsExpiry = Long.MIN_VALUE;
        windowsChanged = false;
    }

    /** Takes a window that has a version, is waiting to be emitted, or has a settled part. */
    interface WindowWriter {
        /**
         * @param settled null for none
         */
        void write(int interval, int slot, int version, boolean due, BarAggregate settled);
    }

    /** Goes through what has to be kept of the windows, by interval and start. */
    void eachWindow(WindowWriter writer) {
        List<BarWindow> settled = new ArrayList<>();
        for (BarWindow window : live) {
            keepVersion(window);
            if (window.version == 0 && window.settled != null) {
                settled.add(window);
            }
        }
        settled.sort(BarWindow.BY_INTERVAL_AND_START);
        int next = 0;
        for (int i = 0; i < versionCount || next < settled.size(); ) {
            long before =
                    next == settled.size()
                            ? Long.MAX_VALUE
                            : key(settled.get(next).interval, settled.get(next).slot);
            if (i < versionCount && versions[i] < before) {
                int interval = (int) (versions[i] >>> 48);
                int slot = (int) (versions[i] >>> Integer.SIZE) & 0xFFFF;
                BarWindow window = live(interval, slot);
                boolean due = window != null && window.due;
                writer.write(
                        interval,
                        slot,
                        (int) versions[i],
                        due,
                        window == null ? null : window.settled);
                i++;
            } else {
                BarWindow window = settled.get(next++);
                writer.write(window.interval, window.slot, 0, window.due, window.settled);
            }
        }
    }
}
