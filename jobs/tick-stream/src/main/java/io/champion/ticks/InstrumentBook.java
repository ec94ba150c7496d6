package io.champion.ticks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is remembered of one instrument: the messages of the allowed lateness, and the bars that can
 * still change. Tells duplicates and late ticks, applies amendments, and says when bars are due.
 *
 * <ul>
 *   <li><b>Identity.</b> A message is known by its sequence number; a second one with the same,
 *       while the first is remembered, is a duplicate. A trade is known by its event time and trade
 *       id; an amendment carries both. Of a trade's messages the one with the highest sequence
 *       number holds, in whatever order they come, also before the trade itself.
 *   <li><b>Lateness.</b> A tick is late if its event time (milliseconds) plus the allowed lateness
 *       is not above the watermark. Nothing older is remembered.
 *   <li><b>Bars.</b> A window is due when the watermark reaches its last millisecond, with version
 *       1; and again, with the next version, at the watermark that follows a change of it. A window
 *       without trades is only emitted if it was emitted with some before.
 *   <li><b>Order.</b> All of it depends on which ticks came before a watermark, and not on their
 *       order.
 *   <li><b>Size.</b> Where more messages come than are to be remembered, the oldest minutes are
 *       forgotten early; ticks of them are late from then on.
 * </ul>
 *
 * <p>Messages lie in pages of one minute. Each window belongs to the page in which it starts. When
 * a page's messages are forgotten, what they add to longer windows is settled: kept as sums.
 *
 * <p>State is written by {@link #flush}: of the messages only those that are new, as pieces that
 * are never changed; of the windows those that were emitted or have a settled part. All other
 * windows follow from the messages when the book is {@link #load}ed.
 */
final class InstrumentBook {
    /** What became of a tick. */
    enum Verdict {
        ACCEPTED,
        DUPLICATE,
        LATE
    }

    /** Takes the bars that are due. */
    interface Bars {
        /**
         * @param start first millisecond of the window
         * @param aggregate valid during the call only
         */
        void emit(int interval, long start, int version, BarAggregate aggregate);
    }

    /** Version of the encoding of windows; older ones stay readable. */
    private static final int WINDOWS_FORMAT = 1;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** A piece of state with fewer rows is written again with more; larger ones are left alone. */
    private static final int PIECE_ROWS = 256;

    private static final int PIECE_BITS = 20;
    private static final int MAX_PIECES = 1 << PIECE_BITS;

    /** Of the book, its place among others and its name; without its pages. */
    private static final int OWN_BYTES = 600;

    private final BookSettings settings;
    private final BookStore store;
    private final BarIntervals intervals;

    /** By minute. */
    private final ArrayList<BookPage> pages = new ArrayList<>();

    /** Pages of which something has to be written. */
    private final ArrayList<BookPage> changed = new ArrayList<>();

    private final ArrayList<BarWindow> due = new ArrayList<>();

    /** The window of each interval that was used last. */
    private final BarWindow[] recent;

    private BookPage recentPage;
    private int rows;
    private long heapBytes = OWN_BYTES;
    private long maxSequence = Long.MIN_VALUE;
    private long forgotten = Long.MIN_VALUE;
    private boolean forgottenChanged;
    private long nextDue = Long.MAX_VALUE;

    /** No later than the watermark at which the next thing is forgotten. */
    private long nextExpiry = Long.MAX_VALUE;

    private long forgottenEarly;

    /**
     * An empty book.
     *
     * @param store where to remove from what is forgotten; where {@link #flush} writes to
     */
    InstrumentBook(BookSettings settings, BookStore store) {
        this.settings = settings;
        this.store = store;
        this.intervals = settings.intervals();
        this.recent = new BarWindow[intervals.count()];
    }

    /** The watermark at which {@link #advance} has something to do; the largest long for none. */
    long nextDue() {
        return nextDue;
    }

    boolean isEmpty() {
        return pages.isEmpty() && forgotten == Long.MIN_VALUE;
    }

    /** Remembered messages. */
    int rows() {
        return rows;
    }

    /**
     * Bytes on the heap, about: messages and windows with their indexes, and what holds them. What
     * was added since the last {@link #flush} is not in it.
     */
    long heapBytes() {
        return heapBytes;
    }

    /** Up to which millisecond trades were forgotten early; the least long for none. */
    long forgotten() {
        return forgotten;
    }

    /** Messages that were forgotten before their time because there were too many. */
    long forgottenEarly() {
        return forgottenEarly;
    }

    /**
     * Takes a tick.
     *
     * @param time nanoseconds since the epoch
     * @param key of the trade, see {@link TradeKeys}
     * @param price units, see {@link FixedPoint}
     * @param size units
     * @param counts whether it belongs into bars: it is no cancellation, and the market was open
     * @param watermark milliseconds
     */
    Verdict accept(
            long sequence,
            long key,
            long time,
            long price,
            long size,
            boolean counts,
            long watermark) {
        long millis = time / NANOS_PER_MILLI;
        if (settings.expiry(millis) <= watermark || millis <= forgotten) {
            return Verdict.LATE;
        }
        if (sequence <= maxSequence && isKnown(sequence, millis)) {
            return Verdict.DUPLICATE;
        }
        maxSequence = Math.max(maxSequence, sequence);
        BookPage page = pageOf(millis);
        list(page);
        TradeLog log = logOf(page);
        int before = log.find(time, key);
        boolean counted = before >= 0 && log.holds(before);
        boolean holds = log.append(sequence, key, time, price, size, counts, before);
        rows++;
        if (holds && (counts || counted)) {
            for (int interval = 0; interval < recent.length; interval++) {
                BarWindow window = windowOf(interval, millis);
                if (!window.stale) {
                    if (counted) {
                        window.stale =
                                window.total.remove(
                                        time,
                                        log.sequence(before),
                                        log.price(before),
                                        log.size(before));
                    }
                    if (counts) {
                        window.total.add(time, sequence, price, size);
                    }
                }
                makeDue(window, watermark);
            }
        }
        while (rows > settings.maxTrades()) {
            forgetOldestEarly();
        }
        return Verdict.ACCEPTED;
    }

    /**
     * A message is sent again with the event time that it had. So what will be forgotten once event
     * time is there is another message of that number: feeds begin anew each day, and the first
     * ticks of a day come before the watermark has left the day before. It makes no difference
     * which of the two comes first.
     */
    private boolean isKnown(long sequence, long millis) {
        long minute = Math.floorDiv(millis, BookPage.MILLIS);
        long another = settings.another((minute + 1) * BookPage.MILLIS - 1);
        for (int i = pages.size() - 1; i >= 0; i--) {
            BookPage page = pages.get(i);
            if (settings.another(page.lastMillis()) <= millis) {
                return false;
            }
            if (page.log == null || page.firstMillis() >= another) {
                continue;
            }
            int row = page.log.rowOf(sequence);
            if (row >= 0 && page.log.time(row) / NANOS_PER_MILLI < another) {
                return true;
            }
        }
        return false;
    }

    private BookPage pageOf(long millis) {
        long minute = Math.floorDiv(millis, BookPage.MILLIS);
        if (recentPage == null || recentPage.minute != minute) {
            recentPage = pageOfMinute(minute);
        }
        return recentPage;
    }

    private BookPage pageOfMinute(long minute) {
        int at = indexOf(minute);
        if (at < pages.size() && pages.get(at).minute == minute) {
            return pages.get(at);
        }
        BookPage page = new BookPage(minute);
        pages.add(at, page);
        return page;
    }

    /** Index of the first page that is not before a minute. */
    private int indexOf(long minute) {
        int from = 0;
        int to = pages.size();
        while (from < to) {
            // Most are asked for the last.
            int at = to == pages.size() ? to - 1 : (from + to) >>> 1;
            if (pages.get(at).minute >= minute) {
                to = at;
            } else {
                from = at + 1;
            }
        }
        return from;
    }

    private TradeLog logOf(BookPage page) {
        if (page.log == null) {
            page.log = new TradeLog();
            expireAt(settings.expiry(page.lastMillis()));
        }
        return page.log;
    }

    private BarWindow windowOf(int interval, long millis) {
        BarWindow window = recent[interval];
        if (window == null || millis < window.start || millis > window.last) {
            long length = intervals.millis(interval);
            window = windowAt(interval, Math.floorDiv(millis, length) * length);
            recent[interval] = window;
        }
        return window;
    }

    private BarWindow windowAt(int interval, long start) {
        long length = intervals.millis(interval);
        BookPage page = pageOfMinute(Math.floorDiv(start, BookPage.MILLIS));
        int slot = (int) ((start - page.firstMillis()) / length);
        BarWindow window = page.live(interval, slot);
        if (window == null) {
            int version = page.restingVersion(interval, slot);
            window = new BarWindow(page, slot, interval, start, start + length - 1, version);
            window.stale = version > 0;
            page.add(window);
            expireWindows(page, window.last);
        }
        return window;
    }

    private void expireWindows(BookPage page, long last) {
        page.windowsExpiry = Math.max(page.windowsExpiry, settings.expiry(last));
        expireAt(page.windowsExpiry);
    }

    private void expireAt(long expiry) {
        nextExpiry = Math.min(nextExpiry, expiry);
        nextDue = Math.min(nextDue, expiry);
    }

    private void makeDue(BarWindow window, long watermark) {
        if (!window.due && window.start >= intervals.since(window.interval)) {
            window.due = true;
            window.dueAt = window.last > watermark ? window.last : watermark + 1;
            due.add(window);
            nextDue = Math.min(nextDue, window.dueAt);
            if (window.version > 0) {
                changed(window);
            }
        }
    }

    private void changed(BarWindow window) {
        window.page.windowsChanged = true;
        list(window.page);
    }

    private void list(BookPage page) {
        if (!page.isListed) {
            page.isListed = true;
            changed.add(page);
        }
    }

    /** Emits the bars that are due at a watermark and forgets what it makes too old. */
    void advance(long watermark, Bars bars) {
        fire(watermark, bars);
        if (nextExpiry <= watermark) {
            forget(watermark);
        }
        nextDue = nextExpiry;
        for (BarWindow window : due) {
            nextDue = Math.min(nextDue, window.dueAt);
        }
    }

    /** Emits all bars that have begun. What is remembered stays. */
    void drain(Bars bars) {
        fire(Long.MAX_VALUE, bars);
        nextDue = nextExpiry;
    }

    private void forget(long watermark) {
        // What starts later cannot be too old.
        for (int i = 0; i < pages.size() && begunBefore(pages.get(i), watermark); i++) {
            BookPage page = pages.get(i);
            if (page.log != null && settings.expiry(page.lastMillis()) <= watermark) {
                forgetLog(page, watermark);
            }
        }
        int kept = 0;
        int seen = 0;
        for (; seen < pages.size() && begunBefore(pages.get(seen), watermark); seen++) {
            BookPage page = pages.get(seen);
            if (page.windowsExpiry <= watermark) {
                forgetWindows(page);
            }
            if (page.log == null && page.windowsExpiry == Long.MIN_VALUE) {
                heapBytes -= page.countedBytes;
                page.countedBytes = 0;
            } else {
                pages.set(kept++, page);
            }
        }
        if (kept < seen) {
            pages.subList(kept, seen).clear();
            recentPage = null;
            Arrays.fill(recent, null);
        }
        if (forgotten != Long.MIN_VALUE && settings.expiry(forgotten) <= watermark) {
            forgotten = Long.MIN_VALUE;
            store.putForgotten(null);
            forgottenChanged = false;
        }
        findNextExpiry();
    }

    private boolean begunBefore(BookPage page, long watermark) {
        return settings.expiry(page.firstMillis()) <= watermark;
    }

    private void fire(long watermark, Bars bars) {
        List<BarWindow> now = new ArrayList<>();
        int later = 0;
        for (int i = 0; i < due.size(); i++) {
            BarWindow window = due.get(i);
            if (window.dueAt <= watermark) {
                now.add(window);
            } else {
                due.set(later++, window);
            }
        }
        due.subList(later, due.size()).clear();
        now.sort(BarWindow.BY_INTERVAL_AND_START);
        for (BarWindow window : now) {
            window.due = false;
            if (window.stale) {
                computeAgain(window);
            }
            if (window.total.trades() > 0 || window.version > 0) {
                window.version++;
                bars.emit(window.interval, window.start, window.version, window.total);
                changed(window);
            }
            if (window.settled == null) {
                rest(window);
            }
        }
    }

    /** Keeps no more of a window than its version; the rest follows from the messages. */
    private void rest(BarWindow window) {
        window.page.rest(window);
        if (recent[window.interval] == window) {
            recent[window.interval] = null;
        }
    }

    private void computeAgain(BarWindow window) {
        window.total.clear();
        if (window.settled != null) {
            window.total.copyFrom(window.settled);
        }
        for (int i = indexOf(window.page.minute); i < pages.size(); i++) {
            BookPage page = pages.get(i);
            if (page.firstMillis() > window.last) {
                break;
            }
            if (page.log != null) {
                addTo(window.total, page.log, window.start, window.last);
            }
        }
        window.stale = false;
    }

    private static void addTo(BarAggregate aggregate, TradeLog log, long start, long last) {
        long from = start * NANOS_PER_MILLI;
        long to = (last + 1) * NANOS_PER_MILLI;
        for (int row = 0; row < log.size(); row++) {
            long time = log.time(row);
            if (time >= from && time < to && log.holds(row)) {
                aggregate.add(time, log.sequence(row), log.price(row), log.size(row));
            }
        }
    }

    /** Settles a page's messages in the windows that live on, then forgets them. */
    private void forgetLog(BookPage page, long watermark) {
        TradeLog log = page.log;
        for (int interval = 0; interval < recent.length; interval++) {
            long length = intervals.millis(interval);
            long first = Math.floorDiv(page.firstMillis(), length) * length;
            for (long start = first; start <= page.lastMillis(); start += length) {
                if (start >= intervals.since(interval)
                        && settings.expiry(start + length - 1) > watermark) {
                    settle(interval, start, log);
                }
            }
        }
        for (int piece = 0; piece < page.pieces; piece++) {
            store.removeTrades(pieceKey(page, piece));
        }
        rows -= log.size();
        list(page);
        page.log = null;
        page.pieces = 0;
        page.storedRows = 0;
        page.lastPieceRow = 0;
    }

    private void settle(int interval, long start, TradeLog log) {
        BarAggregate part = new BarAggregate();
        long last = start + intervals.millis(interval) - 1;
        addTo(part, log, start, last);
        if (part.trades() == 0) {
            return;
        }
        BarWindow window = windowAt(interval, start);
        if (window.settled == null) {
            window.settled = part;
        } else {
            addTo(window.settled, log, start, last);
        }
        changed(window);
    }

    private void forgetOldestEarly() {
        for (BookPage page : pages) {
            if (page.log != null) {
                forgottenEarly += page.log.size();
                forgotten = page.lastMillis();
                forgottenChanged = true;
                expireAt(settings.expiry(forgotten));
                forgetLog(page, Long.MIN_VALUE);
                return;
            }
        }
    }

    private void forgetWindows(BookPage page) {
        page.forgetWindows();
        Arrays.fill(recent, null);
        if (page.windowsStored) {
            page.windowsStored = false;
            store.removeWindows(page.minute);
        }
    }

    private void findNextExpiry() {
        nextExpiry = forgotten == Long.MIN_VALUE ? Long.MAX_VALUE : settings.expiry(forgotten);
        for (BookPage page : pages) {
            if (settings.expiry(page.firstMillis()) >= nextExpiry) {
                break;
            }
            if (page.log != null) {
                nextExpiry = Math.min(nextExpiry, settings.expiry(page.lastMillis()));
            }
            if (page.windowsExpiry != Long.MIN_VALUE) {
                nextExpiry = Math.min(nextExpiry, page.windowsExpiry);
            }
        }
    }

    /** Writes to the store what has changed since the last call. */
    void flush(Varints buffer) {
        for (BookPage page : changed) {
            page.isListed = false;
            if (page.log != null && page.log.size() > page.storedRows) {
                flushLog(page, buffer);
            }
            if (page.windowsChanged) {
                flushWindows(page, buffer);
            }
            count(page);
        }
        changed.clear();
        if (forgottenChanged) {
            forgottenChanged = false;
            store.putForgotten(forgotten);
        }
    }

    private void count(BookPage page) {
        // Of a page that was forgotten since it was listed nothing is left.
        long bytes =
                page.log == null && page.windowsExpiry == Long.MIN_VALUE ? 0 : page.heapBytes();
        heapBytes += bytes - page.countedBytes;
        page.countedBytes = bytes;
    }

    private static long pieceKey(BookPage page, int piece) {
        return page.minute << PIECE_BITS | piece;
    }

    private static void requirePiece(BookPage page) {
        if (page.pieces == MAX_PIECES) {
            throw new IllegalStateException(
                    "One minute of one instrument takes more than " + MAX_PIECES + " pieces.");
        }
    }

    private void flushLog(BookPage page, Varints buffer) {
        boolean lastIsSmall = page.pieces > 0 && page.storedRows - page.lastPieceRow < PIECE_ROWS;
        if (!lastIsSmall) {
            requirePiece(page);
            page.pieces++;
            page.lastPieceRow = page.storedRows;
        }
        store.putTrades(
                pieceKey(page, page.pieces - 1), page.log.encode(page.lastPieceRow, buffer));
        page.storedRows = page.log.size();
    }

    private void flushWindows(BookPage page, Varints out) {
        page.windowsChanged = false;
        page.windowsStored = true;
        out.clear();
        out.write(WINDOWS_FORMAT);
        page.eachWindow(
                (interval, slot, version, due, settled) -> {
                    out.write(intervals.millis(interval));
                    out.write(slot);
                    out.write(version);
                    out.write((due ? 1 : 0) | (settled != null ? 2 : 0));
                    if (settled != null) {
                        settled.write(out);
                    }
                });
        store.putWindows(page.minute, out.toBytes());
    }

    /** Takes over messages that {@link #flush} wrote; all of them before {@link #loaded}. */
    void loadTrades(long key, byte[] bytes) {
        BookPage page = pageOfMinute(key >> PIECE_BITS);
        page.pieces = Math.max(page.pieces, (int) (key & MAX_PIECES - 1) + 1);
        rows += logOf(page).decode(bytes);
        // Whichever piece is the last: none is written again.
        page.storedRows = page.log.size();
        page.lastPieceRow = -PIECE_ROWS;
    }

    /**
     * Takes over windows that {@link #flush} wrote. Those of other lengths than now are left out.
     *
     * @param watermark up to which bars were emitted
     */
    void loadWindows(long minute, byte[] bytes, long watermark) {
        Varints in = Varints.reader(bytes);
        long format = in.read();
        if (format != WINDOWS_FORMAT) {
            throw new IllegalArgumentException(
                    "Remembered windows are in format "
                            + format
                            + ", and this release reads up to "
                            + WINDOWS_FORMAT
                            + ". Restore with the release that wrote the state, or a later one.");
        }
        BookPage page = pageOfMinute(minute);
        page.windowsStored = true;
        expireWindows(page, page.lastMillis());
        while (!in.atEnd()) {
            long length = in.read();
            int slot = (int) in.read();
            int version = (int) in.read();
            long flags = in.read();
            BarAggregate settled = null;
            if ((flags & 2) != 0) {
                settled = new BarAggregate();
                settled.read(in);
            }
            int interval = intervals.ofMillis(length);
            if (interval < 0) {
                continue;
            }
            long first = Math.floorDiv(page.firstMillis() + length - 1, length) * length;
            BarWindow window = windowAt(interval, first + slot * length);
            window.version = version;
            window.settled = settled;
            window.stale = true;
            if (version == 0 || (flags & 1) != 0) {
                makeDue(window, watermark);
            } else if (settled == null) {
                rest(window);
            }
        }
        page.windowsChanged = false;
    }

    /** Takes ticks up to a millisecond for late; before {@link #loaded}. */
    void loadForgotten(long millis) {
        forgotten = Math.max(forgotten, millis);
        expireAt(settings.expiry(millis));
    }

    /**
     * Finds again what follows from the messages.
     *
     * @param watermark up to which bars were emitted
     */
    void loaded(long watermark) {
        for (BookPage page : List.copyOf(pages)) {
            TradeLog log = page.log;
            for (int row = 0; log != null && row < log.size(); row++) {
                maxSequence = Math.max(maxSequence, log.sequence(row));
                if (log.holds(row)) {
                    findUnemitted(log.time(row) / NANOS_PER_MILLI, watermark);
                }
            }
        }
        pages.forEach(this::count);
    }

    private void findUnemitted(long millis, long watermark) {
        for (int interval = 0; interval < recent.length; interval++) {
            long length = intervals.millis(interval);
            long start = Math.floorDiv(millis, length) * length;
            long last = start + length - 1;
            // What was emitted of a window that is forgotten is forgotten, too.
            boolean expired = settings.expiry(last) <= watermark || last <= forgotten;
            boolean made = start >= intervals.since(interval);
            if (made && !expired && versionOf(interval, start) == 0) {
                BarWindow window = windowOf(interval, millis);
                window.stale = true;
                makeDue(window, watermark);
            }
        }
    }

    private int versionOf(int interval, long start) {
        BookPage page = pageOfMinute(Math.floorDiv(start, BookPage.MILLIS));
        return page.version(
                interval, (int) ((start - page.firstMillis()) / intervals.millis(interval)));
    }
}
