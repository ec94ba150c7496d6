package io.champion.lake;

import java.util.Arrays;

/**
 * Parquet's DELTA_BINARY_PACKED of 64-bit numbers: of every 128 differences the smallest one, and
 * by how much the others exceed it, 32 at a time in as many bits as the largest of them needs.
 * Numbers that rise steadily, such as times and sequence numbers, take half their bytes or less.
 */
final class DeltaEncoder {
    private static final int BLOCK = 128;
    private static final int MINI_BLOCK = 32;
    private static final int MINI_BLOCKS = BLOCK / MINI_BLOCK;

    /** Of the head of a page, of a block without its values. */
    private static final int MOST_HEAD = 20;

    private static final int MOST_BLOCK_HEAD = 10 + MINI_BLOCKS;

    private final long[] deltas = new long[BLOCK];

    /** By how much the deltas of a block exceed the smallest, which this answers. */
    private long excesses(long[] values, int from, int count) {
        long min = Long.MAX_VALUE;
        long before = values[from - 1];
        for (int i = 0; i < count; i++) {
            long value = values[from + i];
            long delta = value - before;
            before = value;
            deltas[i] = delta;
            min = Math.min(min, delta);
        }
        for (int i = 0; i < count; i++) {
            deltas[i] -= min;
        }
        return min;
    }

    /** Bits that the largest of some excesses needs. */
    private int width(int from, int to) {
        long all = 0;
        for (int i = from; i < to; i++) {
            all |= deltas[i];
        }
        return Long.SIZE - Long.numberOfLeadingZeros(all);
    }

    /** At most how many bytes so many values take, about. */
    long size(long[] values, int count) {
        long size = MOST_HEAD;
        for (int from = 1; from < count; from += BLOCK) {
            int block = Math.min(BLOCK, count - from);
            excesses(values, from, block);
            size += MOST_BLOCK_HEAD;
            for (int mini = 0; mini < block; mini += MINI_BLOCK) {
                size += (long) width(mini, Math.min(block, mini + MINI_BLOCK)) * MINI_BLOCK / 8;
            }
        }
        return size;
    }

    /** Encodes values, of which there is one at least. */
    void encode(long[] values, int count, PageBuffer out) {
        out.putVarInt(BLOCK);
        out.putVarInt(MINI_BLOCKS);
        out.putVarInt(count);
        out.putZigZag(values[0]);
        for (int from = 1; from < count; from += BLOCK) {
            int block = Math.min(BLOCK, count - from);
            out.putZigZag(excesses(values, from, block));
            // What is missing at the end counts as no excess.
            Arrays.fill(deltas, block, BLOCK, 0);
            int widths = out.reserve(MINI_BLOCKS);
            for (int mini = 0; mini < MINI_BLOCKS; mini++) {
                int start = mini * MINI_BLOCK;
                int width = start < block ? width(start, start + MINI_BLOCK) : 0;
                out.bytes()[widths + mini] = (byte) width;
                pack(start, width, out);
            }
        }
    }

    private void pack(int start, int width, PageBuffer out) {
        int at = out.reserve(MINI_BLOCK * width / Byte.SIZE, Long.BYTES);
        byte[] bytes = out.bytes();
        long bits = 0;
        int filled = 0;
        for (int i = start; i < start + MINI_BLOCK; i++) {
            long value = deltas[i];
            bits |= value << filled;
            filled += width;
            if (filled >= Long.SIZE) {
                PageBuffer.LONGS.set(bytes, at, bits);
                at += Long.BYTES;
                filled -= Long.SIZE;
                bits = filled == 0 ? 0 : value >>> (width - filled);
            }
        }
        PageBuffer.LONGS.set(bytes, at, bits);
    }
}
