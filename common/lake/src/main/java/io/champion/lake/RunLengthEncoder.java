package io.champion.lake;

import java.util.Arrays;

/**
 * Parquet's hybrid of run lengths and bit packing (RLE), for levels and for ids of dictionaries.
 * Takes whole runs: asking value by value whether it repeats the last one would cost more than all
 * the rest of a page of few distinct values.
 */
final class RunLengthEncoder {
    /** Values are packed in groups of this many; a shorter run is no gain. */
    private static final int GROUP = 8;

    private PageBuffer out;
    private int width;
    private int[] literals = new int[1024];
    private int count;

    /**
     * Begins a sequence.
     *
     * @param bitWidth bits of a value, 0 to 32
     */
    void begin(PageBuffer target, int bitWidth) {
        out = target;
        width = bitWidth;
        count = 0;
    }

    /** Adds a value that occurs one or more times in a row. */
    void add(int value, int times) {
        int left = times;
        // A run may begin only where a group ends.
        while (count % GROUP != 0 && left > 0) {
            literal(value);
            left--;
        }
        if (left >= GROUP) {
            packLiterals();
            out.putVarInt(left << 1);
            for (int shift = 0; shift < width; shift += Byte.SIZE) {
                out.putByte(value >>> shift);
            }
            return;
        }
        for (; left > 0; left--) {
            literal(value);
        }
    }

    private void literal(int value) {
        if (count == literals.length) {
            literals = Arrays.copyOf(literals, count * 2);
        }
        literals[count++] = value;
    }

    void addAll(Runs runs) {
        int all = runs.count();
        for (int i = 0; i < all; i++) {
            add(runs.value(i), runs.length(i));
        }
    }

    /** Ends the sequence. */
    void end() {
        while (count % GROUP != 0) {
            literal(0);
        }
        packLiterals();
    }

    private void packLiterals() {
        if (count == 0) {
            return;
        }
        out.putVarInt(((count / GROUP) << 1) | 1);
        int at = out.reserve(count / GROUP * width);
        byte[] bytes = out.bytes();
        long bits = 0;
        int filled = 0;
        for (int i = 0; i < count; i++) {
            bits |= (literals[i] & 0xffff_ffffL) << filled;
            filled += width;
            if (filled >= Integer.SIZE) {
                PageBuffer.INTS.set(bytes, at, (int) bits);
                at += Integer.BYTES;
                bits >>>= Integer.SIZE;
                filled -= Integer.SIZE;
            }
        }
        for (; filled > 0; filled -= Byte.SIZE) {
            bytes[at++] = (byte) bits;
            bits >>>= Byte.SIZE;
        }
        count = 0;
    }
}
