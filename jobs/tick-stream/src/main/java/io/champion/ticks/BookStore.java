package io.champion.ticks;

/**
 * Where the state of one instrument is kept: pieces of opaque bytes under numbers, which are not
 * changed once they were handed over.
 */
interface BookStore {
    void putTrades(long key, byte[] bytes);

    void removeTrades(long key);

    void putWindows(long minute, byte[] bytes);

    void removeWindows(long minute);

    /** Remembers up to which millisecond trades were forgotten early; null for none. */
    void putForgotten(Long millis);
}
