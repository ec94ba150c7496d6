package io.champion.lake;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Bytes that grow as they are written, least significant first, as Parquet has them. */
final class PageBuffer {
    static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[1024];
    private int length;

    /** What has been written, up to {@link #length}; another array after it has grown. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    /** Makes room for this many bytes, to be set by the caller, and tells where they begin. */
    int reserve(int count) {
        return reserve(count, 0);
    }

    /**
     * The same for who writes in larger steps.
     *
     * @param slack bytes behind that may be written as well, and then hold anything
     */
    int reserve(int count, int slack) {
        int start = length;
        length = Math.addExact(start, count);
        int needed = Math.addExact(length, slack);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, needed * 2L));
        }
        return start;
    }

    void putByte(int value) {
        int at = reserve(1); // First: it may replace the array.
        bytes[at] = (byte) value;
    }

    void putInt(int value) {
        int at = reserve(Integer.BYTES);
        INTS.set(bytes, at, value);
    }

    /** Seven bits a byte, the highest bit set where more follow. */
    void putVarInt(int value) {
        int left = value;
        while ((left & ~0x7f) != 0) {
            putByte(left | 0x80);
            left >>>= 7;
        }
        putByte(left);
    }

    /** A signed number: small ones take few bytes, whatever their sign. */
    void putZigZag(long value) {
        long left = value << 1 ^ value >> Long.SIZE - 1;
        while ((left & ~0x7fL) != 0) {
            putByte((int) left | 0x80);
            left >>>= 7;
        }
        putByte((int) left);
    }

    void put(byte[] value) {
        put(value, 0, value.length);
    }

    void put(byte[] from, int offset, int count) {
        int at = reserve(count);
        System.arraycopy(from, offset, bytes, at, count);
    }

    /** Writes a number over what is there. */
    void setInt(int at, int value) {
        INTS.set(bytes, at, value);
    }
}
