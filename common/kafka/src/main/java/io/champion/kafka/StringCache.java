package io.champion.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Strings that were seen before, found by their bytes, so that a symbol that comes a million times
 * is one String. Of a fixed size: a new string takes the place of the one in its slot.
 */
final class StringCache {

    private static final int LONGEST = 32;

    private final String[] slots;

    /** Of the strings, for comparing them in one go. */
    private final byte[][] contents;

    /**
     * @param size slots, a power of two
     */
    StringCache(int size) {
        slots = new String[size];
        contents = new byte[size][];
    }

    String get(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return "";
        }
        if (length > LONGEST) {
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }
        int hash = 0;
        int all = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
            all |= bytes[i];
        }
        if (all < 0) {
            // Not ASCII: a character is not a byte.
            return new String(bytes, offset, length, StandardCharsets.UTF_8);
        }
        int slot = (hash ^ (hash >>> 15)) & (slots.length - 1);
        byte[] known = contents[slot];
        if (known != null
                && Arrays.equals(known, 0, known.length, bytes, offset, offset + length)) {
            return slots[slot];
        }
        contents[slot] = Arrays.copyOfRange(bytes, offset, offset + length);
        return slots[slot] = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
}
