package io.champion.warehouse;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** A growing byte array that knows ClickHouse's encodings; numbers are little-endian. */
final class Bytes {
    byte[] array = new byte[256];
    int length;

    private void reserve(int more) {
        if (more > array.length - length) {
            array = Arrays.copyOf(array, Math.max(length + more, array.length * 2));
        }
    }

    void putByte(int value) {
        reserve(1);
        array[length++] = (byte) value;
    }

    void putShort(int value) {
        reserve(2);
        array[length] = (byte) value;
        array[length + 1] = (byte) (value >>> 8);
        length += 2;
    }

    void putInt(int value) {
        reserve(4);
        INT.set(array, length, value);
        length += 4;
    }

    void putLong(long value) {
        reserve(8);
        LONG.set(array, length, value);
        length += 8;
    }

    void putBytes(byte[] bytes, int offset, int count) {
        reserve(count);
        System.arraycopy(bytes, offset, array, length, count);
        length += count;
    }

    /** An unsigned LEB128 number: lengths of strings, counts of columns and rows. */
    void putVarint(int value) {
        reserve(5);
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            array[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[length++] = (byte) rest;
    }

    void putString(String value) {
        byte[] utf8 = value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        putVarint(utf8.length);
        putBytes(utf8, 0, utf8.length);
    }

    /** A string in UTF-8. */
    void putString(byte[] utf8, int offset, int count) {
        putVarint(count);
        putBytes(utf8, offset, count);
    }

    /**
     * Puts numbers of 1, 2, 4 or 8 bytes, of which each is the lowest of 64 bits.
     *
     * @param nulls 1 where zero is put instead; null where nothing is
     */
    void putNumbers(int width, long[] values, byte[] nulls, int from, int to) {
        reserve((to - from) * width);
        if (nulls == null) {
            putAll(width, values, from, to);
        } else {
            for (int i = from; i < to; i++) {
                put(width, nulls[i] == 0 ? values[i] : 0);
            }
        }
    }

    private void putAll(int width, long[] values, int from, int to) {
        byte[] into = array;
        int at = length;
        if (width == Long.BYTES) {
            for (int i = from; i < to; i++, at += Long.BYTES) {
                LONG.set(into, at, values[i]);
            }
            length = at;
        } else if (width == Integer.BYTES) {
            for (int i = from; i < to; i++, at += Integer.BYTES) {
                INT.set(into, at, (int) values[i]);
            }
            length = at;
        } else {
            for (int i = from; i < to; i++) {
                put(width, values[i]);
            }
        }
    }

    private void put(int width, long value) {
        switch (width) {
            case Long.BYTES -> putLong(value);
            case Integer.BYTES -> putInt((int) value);
            case Short.BYTES -> putShort((int) value);
            default -> putByte((int) value);
        }
    }

    /** Repeats the last bytes some times. */
    void repeatLast(int count, int times) {
        int total = Math.multiplyExact(count, times);
        reserve(total);
        int from = length - count;
        int there = count;
        // What has been written doubles with each copy.
        for (int left = total; left > 0; ) {
            int some = Math.min(there, left);
            System.arraycopy(array, from, array, from + there, some);
            there += some;
            left -= some;
        }
        length += total;
    }

    /** Repeats bytes that are already here. */
    void repeat(int from, int count) {
        reserve(count);
        System.arraycopy(array, from, array, length, count);
        length += count;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(array, 0, length);
    }

    private static final java.lang.invoke.VarHandle INT =
            java.lang.invoke.MethodHandles.byteArrayViewVarHandle(
                    int[].class, java.nio.ByteOrder.LITTLE_ENDIAN);
    private static final java.lang.invoke.VarHandle LONG =
            java.lang.invoke.MethodHandles.byteArrayViewVarHandle(
                    long[].class, java.nio.ByteOrder.LITTLE_ENDIAN);
}
