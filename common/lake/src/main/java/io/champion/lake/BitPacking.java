package io.champion.lake;

/** Numbers of a few bits each, packed without gaps, the first one in the lowest bits. */
final class BitPacking {
    /** Values that end at a byte together, whatever their width. */
    private static final int GROUP = 8;

    /** Bytes that may be written behind the last group. */
    private static final int SLACK = 2 * Long.BYTES;

    private BitPacking() {}

    /**
     * Packs values.
     *
     * @param to behind the last one; a multiple of 8 beyond {@code from}
     * @param width bits of each, up to 32; higher bits must be 0
     */
    static void pack(int[] values, int from, int to, int width, PageBuffer out) {
        int length = (to - from) / GROUP * width;
        int at = out.reserve(length, SLACK);
        byte[] bytes = out.bytes();
        if (width <= Long.SIZE / 4) {
            packNarrow(values, from, to, width, bytes, at);
        } else {
            packWide(values, from, to, width, bytes, at);
        }
    }

    /** Eight values have at most 128 bits: two halves of four values. */
    private static void packNarrow(
            int[] values, int from, int to, int width, byte[] bytes, int start) {
        int at = start;
        int half = 4 * width;
        for (int i = from; i < to; i += GROUP) {
            long low = four(values, i, width);
            long high = four(values, i + 4, width);
            if (half < Long.SIZE) {
                PageBuffer.LONGS.set(bytes, at, low | high << half);
                // In two steps: a shift by 64 would be none.
                PageBuffer.LONGS.set(bytes, at + Long.BYTES, high >>> 1 >>> (Long.SIZE - 1 - half));
            } else {
                PageBuffer.LONGS.set(bytes, at, low);
                PageBuffer.LONGS.set(bytes, at + Long.BYTES, high);
            }
            at += width;
        }
    }

    private static long four(int[] values, int i, int width) {
        return values[i]
                | (long) values[i + 1] << width
                | (long) values[i + 2] << 2 * width
                | (long) values[i + 3] << 3 * width;
    }

    private static void packWide(
            int[] values, int from, int to, int width, byte[] bytes, int start) {
        int at = start;
        long bits = 0;
        int filled = 0;
        for (int i = from; i < to; i++) {
            bits |= (values[i] & 0xffff_ffffL) << filled;
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
    }
}
