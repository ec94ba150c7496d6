package io.champion.reader;

import java.util.Arrays;

/** Decodes Parquet's hybrid of run lengths and bit packing (RLE). */
final class RunLengthDecoder {
    private static final int GROUP = 8;

    private RunLengthDecoder() {}

    /**
     * Decodes values.
     *
     * @param bytes with at least eight more bytes behind {@code end}, whatever they are
     * @param width bits of a value, 0 to 32
     * @param values how many there are; more may be encoded
     */
    static void decode(byte[] bytes, int start, int end, int width, int[] into, int values) {
        if (width < 0 || width > Integer.SIZE) {
            throw new IllegalArgumentException("Values of " + width + " bits.");
        }
        int at = start;
        int done = 0;
        int runBytes = (width + Byte.SIZE - 1) / Byte.SIZE;
        while (done < values) {
            int header = 0;
            int shift = 0;
            int next;
            do {
                if (at >= end) {
                    throw new IllegalArgumentException(
                            "The runs end after " + done + " of " + values + " values.");
                }
                next = bytes[at++];
                header |= (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0 && shift < Integer.SIZE);
            if ((header & 1) == 0) {
                int count = Math.min(header >>> 1, values - done);
                int value = 0;
                for (int i = 0; i < runBytes; i++) {
                    value |= (bytes[at++] & 0xff) << (Byte.SIZE * i);
                }
                Arrays.fill(into, done, done + count, value);
                done += count;
            } else {
                int groups = header >>> 1;
                int count = (int) Math.min((long) groups * GROUP, values - done);
                unpack(bytes, at, width, into, done, count);
                at += groups * width;
                done += count;
            }
        }
    }

    private static void unpack(byte[] bytes, int at, int width, int[] into, int from, int count) {
        long mask = (1L << width) - 1;
        int bit = 0;
        for (int i = from; i < from + count; i++) {
            into[i] = (int) (VectorBuilder.longAt(bytes, at + (bit >>> 3)) >>> (bit & 7) & mask);
            bit += width;
        }
    }

    /**
     * Whether all values are the same one: a single run, as the levels of a page without nulls are.
     */
    static boolean isOneRun(byte[] bytes, int start, int end, int width, int value, int values) {
        int at = start;
        int header = 0;
        int shift = 0;
        int next;
        do {
            if (at >= end) {
                return false;
            }
            next = bytes[at++];
            header |= (next & 0x7f) << shift;
            shift += 7;
        } while (next < 0 && shift < Integer.SIZE);
        return width <= Byte.SIZE
                && at < end
                && (header & 1) == 0
                && header >>> 1 >= values
                && (bytes[at] & 0xff) == value;
    }
}
