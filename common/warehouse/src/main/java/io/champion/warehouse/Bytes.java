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
