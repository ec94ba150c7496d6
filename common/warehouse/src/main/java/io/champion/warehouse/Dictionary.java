package io.champion.warehouse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Different strings, each at the place where it came. It is asked for every value of a column, so
 * it is one open table: a map of objects would miss the processor's cache three times as often.
 */
final class Dictionary {

    /** What {@link #place} answers when no more strings fit. */
    static final int FULL = -1;

    /** Spreads hashes of strings that are much alike: 2 to the 32nd by the golden ratio. */
    private static final int SPREAD = 0x9e3779b9;

    private static final int FIRST_SLOTS = 64;

    private final int capacity;
    private final List<String> keys = new ArrayList<>();
    private String[] slots = new String[FIRST_SLOTS];
    private char[] places = new char[FIRST_SLOTS];
    private long bytes;

    /**
     * An empty dictionary.
     *
     * @param capacity most strings that it may hold, at most 65,536
     */
    Dictionary(int capacity) {
        this.capacity = capacity;
    }

    /** The place of a string, which is put at the end if it is new, or {@link #FULL}. */
    int place(String key) {
        int slot = slotOf(key);
        if (slots[slot] != null) {
            return places[slot];
        }
        if (keys.size() == capacity) {
            return FULL;
        }
        if (keys.size() * 2 == slots.length) {
            grow();
            slot = slotOf(key);
        }
        int place = keys.size();
        slots[slot] = key;
        places[slot] = (char) place;
        keys.add(key);
        bytes += key.length();
        return place;
    }

    /** Where a string is, or would be. */
    private int slotOf(String key) {
        int mask = slots.length - 1;
        int hash = key.hashCode() * SPREAD;
        int slot = (hash ^ hash >>> 16) & mask;
        while (slots[slot] != null && !slots[slot].equals(key)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        String[] from = slots;
        char[] placesFrom = places;
        slots = new String[from.length * 2];
        places = new char[slots.length];
        for (int i = 0; i < from.length; i++) {
            if (from[i] != null) {
                int slot = slotOf(from[i]);
                slots[slot] = from[i];
                places[slot] = placesFrom[i];
            }
        }
    }

    String key(int place) {
        return keys.get(place);
    }

    int size() {
        return keys.size();
    }

    /** About how long all strings are together. */
    long bytes() {
        return bytes;
    }

    /** Takes the newest string out; no second time before another came. */
    void removeNewest() {
        String newest = keys.remove(keys.size() - 1);
        // No search for another string passes the slot of the newest.
        slots[slotOf(newest)] = null;
        bytes -= newest.length();
    }

    void clear() {
        keys.clear();
        Arrays.fill(slots, null);
        bytes = 0;
    }
}
