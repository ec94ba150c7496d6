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
        if (times == 1) {
            if (count == literals.length) {
                literals = Arrays.copyOf(literals, count * 2);
            }
            literals[count++] = value;
            return;
        }
        // A run may begin only where a group ends.
        int literal = Math.min(times, -count & (GROUP - 1));
        if (times - literal < GROUP) {
            literals(value, times);
            return;
        }
        literals(value, literal);
        packLiterals();
        out.putVarInt((times - literal) << 1);
        for (int shift = 0; shift < width; shift += Byte.SIZE) {
            out.putByte(value >>> shift);
        }
    }

    private void literals(int value, int times) {
        if (literals.length - count < times) {
            literals = Arrays.copyOf(literals, literals.length * 2);
        }
        int end = count + times;
        // Mostly one: no call of a library for that.
        for (int at = count; at < end; at++) {
            literals[at] = value;
        }
        count = end;
    }

    void addAll(Runs runs) {
        int all = runs.count();
        for (int i = 0; i < all; i++) {
            add(runs.value(i), runs.length(i));
        }
    }

    /** Ends the sequence. */
    void end() {
        literals(0, -count & (GROUP - 1));
        packLiterals();
    }

    private void packLiterals() {
        if (count == 0) {
            return;
        }
        out.putVarInt(((count / GROUP) << 1) | 1);
        BitPacking.pack(literals, count, width, out);
        count = 0;
    }
}
