package io.champion.flatfile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Numbers in text, eight digits at a time: a word of eight bytes is looked at, and converted, as a
 * whole (D. Lemire, "Number parsing at a gigabyte per second", Software: Practice and Experience
 * 51, 2021).
 */
final class Digits {

    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** All that fit into a long, as powers of ten. */
    static final long[] POWERS = new long[19];

    /** Powers of ten that a double has exactly. */
    static final double[] EXACT_POWERS = new double[23];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = POWERS[i - 1] * 10;
        }
        EXACT_POWERS[0] = 1;
        for (int i = 1; i < EXACT_POWERS.length; i++) {
            EXACT_POWERS[i] = EXACT_POWERS[i - 1] * 10;
        }
    }

    private Digits() {}

    /** Eight bytes, the first one lowest. */
    static long word(byte[] bytes, int at) {
        return (long) WORD.get(bytes, at);
    }

    /** Puts eight bytes. */
    static void put(byte[] bytes, int at, long word) {
        WORD.set(bytes, at, word);
    }

    /** How many of a word's bytes, from the first on, are digits. */
    static int count(long word) {
        long high = word & 0xF0F0F0F0F0F0F0F0L ^ 0x3030303030303030L;
        // A byte from '0' to '9' has 3 in its upper half, also after 6 was added; bytes do not
        // carry into each other as far as this is so, and what is behind the first other byte does
        // not matter.
        long above = word + 0x0606060606060606L & 0xF0F0F0F0F0F0F0F0L ^ 0x3030303030303030L;
        long other = high | above;
        return other == 0 ? 8 : Long.numberOfTrailingZeros(other) >>> 3;
    }

    /**
     * The number that the first digits of a word make.
     *
     * @param digits how many, from 1 to 8
     */
    static long value(long word, int digits) {
        // Zeros in front: the digits move to the end of the word.
        long ascii = word << 64 - 8 * digits;
        long values = ascii & 0x0F0F0F0F0F0F0F0FL;
        values = values * 10 + (values >>> 8);
        return (values & 0x000000FF000000FFL) * 0x000F424000000064L
                        + (values >>> 16 & 0x000000FF000000FFL) * 0x0000271000000001L
                >>> 32;
    }
}
