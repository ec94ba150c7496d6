package io.champion.ticks;

import java.util.Arrays;

/** Writes and reads whole numbers in as many bytes as they need, seven bits in each. */
final class Varints {
    private static final int LONGEST = 10;

    private byte[] bytes;
    private int position;

    private Varints(byte[] bytes) {
        this.bytes = bytes;
    }

    static Varints writer() {
        return new Varints(new byte[256]);
    }

    static Varints reader(byte[] bytes) {
        return new Varints(bytes);
    }

    void clear() {
        position = 0;
    }

    /** What was written since {@link #clear}. */
    byte[] toBytes() {
        return Arrays.copyOf(bytes, position);
    }

    boolean atEnd() {
        return position == bytes.length;
    }

    /** A number of 0 or more in few bytes; a negative one takes ten. */
    void write(long value) {
        if (position + LONGEST > bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[position++] = (byte) (rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
    }

    /** A number near 0 on either side in few bytes. */
    void writeSigned(long value) {
        write(value << 1 ^ value >> 63);
    }

    /**
     * @throws ArrayIndexOutOfBoundsException if there is no more
     */
    long read() {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = bytes[position++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    long readSigned() {
        long value = read();
        return value >>> 1 ^ -(value & 1);
    }
}
