package io.champion.ticks;

import java.util.HashMap;
import java.util.Map;

/** State of one instrument in memory. */
final class MemoryStore implements BookStore {
    final Map<Long, byte[]> trades = new HashMap<>();
    final Map<Long, byte[]> windows = new HashMap<>();
    Long forgotten;

    @Override
    public void putTrades(long key, byte[] bytes) {
        trades.put(key, bytes);
    }

    @Override
    public void removeTrades(long key) {
        trades.remove(key);
    }

    @Override
    public void putWindows(long minute, byte[] bytes) {
        windows.put(minute, bytes);
    }

    @Override
    public void removeWindows(long minute) {
        windows.remove(minute);
    }

    @Override
    public void putForgotten(Long millis) {
        forgotten = millis;
    }

    boolean isEmpty() {
        return trades.isEmpty() && windows.isEmpty() && forgotten == null;
    }

    /** A book that goes on from here, as after a restore. */
    InstrumentBook restore(BookSettings settings, long watermark) {
        InstrumentBook book = new InstrumentBook(settings, this);
        trades.forEach(book::loadTrades);
        windows.forEach((minute, bytes) -> book.loadWindows(minute, bytes, watermark));
        if (forgotten != null) {
            book.loadForgotten(forgotten);
        }
        book.loaded(watermark);
        return book;
    }

    long bytes() {
        long bytes = 0;
        for (byte[] piece : trades.values()) {
            bytes += piece.length;
        }
        return bytes;
    }
}
