package io.champion.local;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A growing run of bytes outside the Java heap, in one piece, as the engine takes its statements.
 * Growth goes through {@code realloc}, which moves large blocks by remapping pages rather than by
 * copying.
 */
final class NativeBuffer implements AutoCloseable {

    private interface LibC extends Library {
        Pointer realloc(Pointer block, long size);

        void free(Pointer block);
    }

    private static final LibC LIBC = Native.load("c", LibC.class);
    private static final int CHUNK = 1 << 16;

    private Pointer block;
    private long capacity;
    private long size;

    NativeBuffer(long expected) throws IOException {
        reserve(Math.max(expected, CHUNK));
    }

    Pointer pointer() {
        return block;
    }

    long size() {
        return size;
    }

    void append(byte[] bytes) throws IOException {
        tail(bytes.length).put(bytes);
        advance(bytes.length);
    }

    /** Appends all that the stream still has. */
    void append(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
            tail(n).put(chunk, 0, n);
            advance(n);
        }
    }

    /** Room for {@code length} bytes behind the content; {@link #advance} makes them part of it. */
    ByteBuffer tail(int length) throws IOException {
        if (size + length > capacity) {
            reserve(Math.max(size + length, capacity * 2));
        }
        return block.getByteBuffer(size, length);
    }

    void advance(int length) {
        size += length;
    }

    /** The first bytes of the content, at most {@code limit}. */
    byte[] head(int limit) {
        return block.getByteArray(0, (int) Math.min(limit, size));
    }

    private void reserve(long wanted) throws IOException {
        Pointer moved = LIBC.realloc(block, wanted);
        if (moved == null) {
            throw new IOException(
                    "No memory for a statement of "
                            + wanted
                            + " bytes: send the rows in smaller inserts.");
        }
        block = moved;
        capacity = wanted;
    }

    @Override
    public void close() {
        if (block != null) {
            LIBC.free(block);
            block = null;
        }
    }
}
