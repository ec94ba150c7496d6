package io.champion.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Different texts, each with an id: how many were there before it. A text can be asked for as a
 * string or as UTF-8, whichever is at hand; there is one table for each, made when it is first
 * asked.
 *
 * <p>It is asked for every value of a column, so its tables are open ones, half full at most: a map
 * of objects would miss the processor's cache three times as often. Not thread-safe.
 */
public final class TextDictionary {
    /** What {@link #idOf} answers when no more texts fit. */
    public static final int FULL = -1;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Spreads hashes of texts that are much alike: powers of two by the golden ratio. */
    private static final int SPREAD = 0x9e3779b9;

    private static final long LONG_SPREAD = 0x9e3779b97f4a7c15L;

    private static final int FIRST_TEXTS = 32;

    private final int capacity;
    private int size;

    /** UTF-8 of all texts, one after the other, and where each ends. */
    private byte[] utf8 = new byte[FIRST_TEXTS * 8];

    private int[] ends = new int[FIRST_TEXTS];

    /** By string: the texts, and slots of ids, which begin at 1; null before they are needed. */
    private String[] strings;

    private int[] stringSlots;

    /** By UTF-8, in the same way. */
    private int[] hashes;

    private int[] utf8Slots;

    /**
     * An empty dictionary.
     *
     * @param capacity most texts that it may hold
     */
    public TextDictionary(int capacity) {
        this.capacity = capacity;
    }

    /** The id of a text, a new one if the text is new, or {@link #FULL}. */
    public int idOf(String text) {
        if (stringSlots == null) {
            indexStrings();
        }
        int slot = slotOf(text);
        int known = stringSlots[slot];
        if (known != 0) {
            return known - 1;
        }
        if (size == capacity) {
            return FULL;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return add(text, bytes, 0, bytes.length, hashes == null ? 0 : hash(bytes, 0, bytes.length));
    }

    /** The id of a text in UTF-8, a new one if the text is new, or {@link #FULL}. */
    public int idOf(byte[] bytes, int start, int end) {
        if (utf8Slots == null) {
            indexUtf8();
        }
        int hash = hash(bytes, start, end);
        int known = utf8Slots[slotOf(hash, bytes, start, end)];
        if (known != 0) {
            return known - 1;
        }
        if (size == capacity) {
            return FULL;
        }
        String text =
                strings == null
                        ? null
                        : new String(bytes, start, end - start, StandardCharsets.UTF_8);
        return add(text, bytes, start, end, hash);
    }

    private int add(String text, byte[] bytes, int start, int end, int hash) {
        int from = bytes();
        int to = Math.addExact(from, end - start);
        if (to > utf8.length) {
            utf8 = Arrays.copyOf(utf8, (int) Math.min(Integer.MAX_VALUE - 8, to * 2L));
        }
        if (size == ends.length) {
            grow();
        }
        System.arraycopy(bytes, start, utf8, from, end - start);
        ends[size] = to;
        int id = size++;
        if (strings != null) {
            strings[id] = text;
            stringSlots[slotOf(text)] = size;
        }
        if (hashes != null) {
            hashes[id] = hash;
            utf8Slots[slotOf(hash, utf8, from, to)] = size;
        }
        return id;
    }

    private void grow() {
        ends = Arrays.copyOf(ends, size * 2);
        if (strings != null) {
            indexStrings();
        }
        if (hashes != null) {
            indexUtf8();
        }
    }

    private void indexStrings() {
        String[] known = strings;
        strings = new String[ends.length];
        stringSlots = new int[ends.length * 2];
        for (int id = 0; id < size; id++) {
            strings[id] = known == null ? text(id) : known[id];
            stringSlots[slotOf(strings[id])] = id + 1;
        }
    }

    private void indexUtf8() {
        hashes = new int[ends.length];
        utf8Slots = new int[ends.length * 2];
        for (int id = 0; id < size; id++) {
            hashes[id] = hash(utf8, start(id), end(id));
            utf8Slots[slotOf(hashes[id], utf8, start(id), end(id))] = id + 1;
        }
    }

    /** Where a text is, or would be. */
    private int slotOf(String text) {
        int mask = stringSlots.length - 1;
        int hash = text.hashCode() * SPREAD;
        int slot = (hash ^ hash >>> 16) & mask;
        while (stringSlots[slot] != 0 && !strings[stringSlots[slot] - 1].equals(text)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int slotOf(int hash, byte[] bytes, int start, int end) {
        int mask = utf8Slots.length - 1;
        int slot = hash & mask;
        for (int known = utf8Slots[slot]; known != 0; known = utf8Slots[slot]) {
            int id = known - 1;
            if (hashes[id] == hash && Arrays.equals(utf8, start(id), ends[id], bytes, start, end)) {
                return slot;
            }
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private static int hash(byte[] bytes, int start, int end) {
        long hash = end - start;
        int at = start;
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, at)) * LONG_SPREAD;
            hash ^= hash >>> 32;
        }
        long rest = 0;
        for (; at < end; at++) {
            rest = rest << Byte.SIZE | bytes[at] & 0xff;
        }
        hash = (hash ^ rest) * LONG_SPREAD;
        return (int) (hash >>> 32) ^ (int) (hash >>> 48);
    }

    /** How many texts there are. */
    public int size() {
        return size;
    }

    /** How many bytes of UTF-8 all texts have. */
    public int bytes() {
        return size == 0 ? 0 : ends[size - 1];
    }

    /**
     * UTF-8 of all texts, from {@link #start} to {@link #end}; another array after it has grown.
     */
    public byte[] utf8() {
        return utf8;
    }

    /** Where a text begins. */
    public int start(int id) {
        return id == 0 ? 0 : ends[id - 1];
    }

    /** Where a text ends. */
    public int end(int id) {
        return ends[id];
    }

    /** A text. */
    public String text(int id) {
        return new String(utf8, start(id), end(id) - start(id), StandardCharsets.UTF_8);
    }

    /** Takes the newest text out. */
    public void removeNewest() {
        // No search for another text passes the slot of the newest.
        int newest = size - 1;
        if (strings != null) {
            stringSlots[slotOf(strings[newest])] = 0;
            strings[newest] = null;
        }
        if (hashes != null) {
            utf8Slots[slotOf(hashes[newest], utf8, start(newest), end(newest))] = 0;
        }
        size = newest;
    }

    /** Forgets all texts but keeps the memory for the next ones. */
    public void clear() {
        if (strings != null) {
            Arrays.fill(strings, 0, size, null);
            Arrays.fill(stringSlots, 0);
        }
        if (hashes != null) {
            Arrays.fill(utf8Slots, 0);
        }
        size = 0;
    }
}
