package io.champion.ticks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Strings by their UTF-8 bytes, so that one that was seen before is not made again. */
final class Names {
    /** Forgets all rather than remember more, for names come from outside. */
    private static final int MAX = 1 << 17;

    private byte[][] bytes = new byte[1024][];
    private String[] names = new String[1024];
    private int size;

    String of(byte[] utf8) {
        return of(utf8, 0, utf8.length);
    }

    String of(byte[] utf8, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + utf8[i];
        }
        int mask = names.length - 1;
        int slot = mix(hash) & mask;
        while (names[slot] != null) {
            byte[] other = bytes[slot];
            if (Arrays.equals(other, 0, other.length, utf8, from, from + length)) {
                return names[slot];
            }
            slot = slot + 1 & mask;
        }
        String name = new String(utf8, from, length, StandardCharsets.UTF_8);
        if (size == MAX) {
            Arrays.fill(names, null);
            Arrays.fill(bytes, null);
            size = 0;
            slot = mix(hash) & mask;
        }
        bytes[slot] = Arrays.copyOfRange(utf8, from, from + length);
        names[slot] = name;
        if (++size * 2 > names.length) {
            grow();
        }
        return name;
    }

    private static int mix(int hash) {
        int mixed = hash * 0x9E3779B9;
        return mixed ^ mixed >>> 16;
    }

    private void grow() {
        byte[][] oldBytes = bytes;
        String[] oldNames = names;
        bytes = new byte[oldBytes.length * 2][];
        names = new String[oldNames.length * 2];
        int mask = names.length - 1;
        for (int i = 0; i < oldNames.length; i++) {
            if (oldNames[i] != null) {
                int hash = 0;
                for (byte next : oldBytes[i]) {
                    hash = 31 * hash + next;
                }
                int slot = mix(hash) & mask;
                while (names[slot] != null) {
                    slot = slot + 1 & mask;
                }
                names[slot] = oldNames[i];
                bytes[slot] = oldBytes[i];
            }
        }
    }
}
