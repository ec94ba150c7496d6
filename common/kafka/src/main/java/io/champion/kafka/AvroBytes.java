package io.champion.kafka;

import static io.champion.kafka.WireException.Reason.INVALID_VALUE;
import static io.champion.kafka.WireException.Reason.TRAILING_BYTES;
import static io.champion.kafka.WireException.Reason.TRUNCATED;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A place in the bytes of a message. No length that they state is believed before it is checked.
 */
final class AvroBytes {

    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LITTLE_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int position;

    void wrap(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    byte[] array() {
        return bytes;
    }

    int position() {
        return position;
    }

    int remaining() {
        return bytes.length - position;
    }

    void requireEnd() throws WireException {
        if (remaining() != 0) {
            throw new WireException(
                    TRAILING_BYTES,
                    "The record ends " + remaining() + " bytes before the message does.");
        }
    }

    void skip(long length) throws WireException {
        if (length < 0) {
            throw new WireException(
                    INVALID_VALUE,
                    "The length before byte " + position + " is negative: " + length + ".");
        }
        if (length > remaining()) {
            throw truncated();
        }
        position += (int) length;
    }

    /** Variable length, zigzag: ints and longs alike. */
    long readLong() throws WireException {
        int at = position;
        if (at < bytes.length) {
            int first = bytes[at];
            if (first >= 0) {
                position = at + 1;
                return (first >>> 1) ^ -(first & 1);
            }
        }
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == bytes.length) {
                throw truncated();
            }
            long b = bytes[at++];
            value |= (b & 0x7f) << shift;
            if (b >= 0) {
                position = at;
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new WireException(
                INVALID_VALUE, "The number at byte " + position + " is longer than 64 bits.");
    }

    int readInt() throws WireException {
        int at = position;
        long value = readLong();
        if (value != (int) value) {
            throw new WireException(
                    INVALID_VALUE, "The int at byte " + at + " does not fit: " + value + ".");
        }
        return (int) value;
    }

    boolean readBoolean() throws WireException {
        int at = position;
        skip(1);
        if ((bytes[at] & ~1) != 0) {
            throw new WireException(
                    INVALID_VALUE,
                    "The boolean at byte " + at + " is neither 0 nor 1 but " + bytes[at] + ".");
        }
        return bytes[at] == 1;
    }

    double readDouble() throws WireException {
        int at = position;
        skip(Double.BYTES);
        return Double.longBitsToDouble((long) LITTLE_ENDIAN_LONG.get(bytes, at));
    }

    float readFloat() throws WireException {
        int at = position;
        skip(Float.BYTES);
        return Float.intBitsToFloat((int) LITTLE_ENDIAN_INT.get(bytes, at));
    }

    /** Length of a string or of bytes, which are there; the position is at their first. */
    int readLength() throws WireException {
        long length = readLong();
        if (length < 0 || length > remaining()) {
            skip(length);
        }
        return (int) length;
    }

    /** The number of a union's branch or of an enum's symbol. */
    int readIndex(int size) throws WireException {
        int at = position;
        long index = readLong();
        if (index < 0 || index >= size) {
            throw new WireException(
                    INVALID_VALUE,
                    "The index at byte "
                            + at
                            + " is "
                            + index
                            + ", but there are "
                            + size
                            + " to choose from.");
        }
        return (int) index;
    }

    /** Number of items in the block of an array or map that begins here; 0 ends it. */
    int readBlock() throws WireException {
        int at = position;
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLength();
        }
        // Every item takes a byte at least.
        if (count < 0 || count > remaining()) {
            throw new WireException(
                    TRUNCATED,
                    "The message ends inside a record: the block at byte "
                            + at
                            + " has "
                            + count
                            + " items, but only "
                            + remaining()
                            + " bytes follow.");
        }
        return (int) count;
    }

    private WireException truncated() {
        return new WireException(
                TRUNCATED, "The message ends inside a record, after " + bytes.length + " bytes.");
    }
}
