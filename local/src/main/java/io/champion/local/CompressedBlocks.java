package io.champion.local;

import com.sun.jna.Pointer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * ClickHouse's compressed block format, which its HTTP interface speaks under {@code decompress=1}
 * and {@code compress=1}: per block a CityHash128 of what follows (16 bytes), the method (1), the
 * size with this header of 9 bytes (4), the size of the data (4), all little endian, and the data.
 * Methods are LZ4 and none; ZSTD is refused.
 */
final class CompressedBlocks {

    private static final int CHECKSUM = 16;
    private static final int HEADER = 9;
    private static final byte NONE = 0x02;
    private static final byte LZ4 = (byte) 0x82;

    /**
     * Well above what clients send (1 MiB and less); keeps a corrupt size from allocating
     * gigabytes.
     */
    private static final int MAX_BLOCK = 1 << 28;

    private static final int WRITE_BLOCK = 1 << 20;

    private CompressedBlocks() {}

    /** Decompresses blocks up to the end of the stream into the buffer. */
    static void read(InputStream in, NativeBuffer out) throws IOException {
        LZ4SafeDecompressor lz4 = LZ4Factory.fastestInstance().safeDecompressor();
        byte[] head = new byte[CHECKSUM + HEADER];
        byte[] block = new byte[0];
        while (true) {
            int n = in.readNBytes(head, 0, head.length);
            if (n == 0) {
                return;
            }
            if (n < head.length) {
                throw new EOFException("The compressed body ends inside the header of a block.");
            }
            ByteBuffer header = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
            byte method = header.get(CHECKSUM);
            int compressed = header.getInt(CHECKSUM + 1);
            int size = header.getInt(CHECKSUM + 5);
            if (compressed < HEADER || compressed > MAX_BLOCK || size < 0 || size > MAX_BLOCK) {
                throw new IOException(
                        "The compressed body has a block of "
                                + Integer.toUnsignedString(compressed)
                                + " bytes for "
                                + Integer.toUnsignedString(size)
                                + ": it is corrupt, or not in ClickHouse's compressed format.");
            }
            if (block.length < compressed) {
                block = new byte[compressed];
            }
            System.arraycopy(head, CHECKSUM, block, 0, HEADER);
            if (in.readNBytes(block, HEADER, compressed - HEADER) < compressed - HEADER) {
                throw new EOFException("The compressed body ends inside a block.");
            }
            CityHash128 hash = CityHash128.of(block, 0, compressed);
            if (hash.low != header.getLong(0) || hash.high != header.getLong(8)) {
                throw new IOException(
                        "A block of the compressed body does not match its checksum: it is corrupt.");
            }
            ByteBuffer data = ByteBuffer.wrap(block, HEADER, compressed - HEADER);
            if (method == LZ4) {
                try {
                    int written =
                            lz4.decompress(
                                    data, HEADER, compressed - HEADER, out.tail(size), 0, size);
                    if (written != size) {
                        throw new IOException("An LZ4 block of the body is shorter than it says.");
                    }
                } catch (LZ4Exception e) {
                    throw new IOException("An LZ4 block of the body does not decompress.", e);
                }
            } else if (method == NONE && compressed - HEADER == size) {
                out.tail(size).put(data);
            } else {
                throw new IOException(
                        String.format(
                                Locale.ROOT,
                                "The body is compressed by method 0x%02x; the embedded engine takes LZ4"
                                        + " (0x82) and none (0x02).",
                                method));
            }
            out.advance(size);
        }
    }

    /** Writes native memory as LZ4 blocks. */
    static void write(Pointer data, long length, OutputStream out) throws IOException {
        LZ4Compressor lz4 = LZ4Factory.fastestInstance().fastCompressor();
        byte[] frame =
                new byte
                        [CHECKSUM
                                + HEADER
                                + lz4.maxCompressedLength((int) Math.min(length, WRITE_BLOCK))];
        ByteBuffer target = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
        for (long offset = 0; offset < length; offset += WRITE_BLOCK) {
            int size = (int) Math.min(length - offset, WRITE_BLOCK);
            int start = CHECKSUM + HEADER;
            int compressed =
                    lz4.compress(
                            data.getByteBuffer(offset, size),
                            0,
                            size,
                            target,
                            start,
                            frame.length - start);
            target.put(CHECKSUM, LZ4);
            target.putInt(CHECKSUM + 1, HEADER + compressed);
            target.putInt(CHECKSUM + 5, size);
            CityHash128 hash = CityHash128.of(frame, CHECKSUM, HEADER + compressed);
            target.putLong(0, hash.low);
            target.putLong(8, hash.high);
            out.write(frame, 0, start + compressed);
        }
    }
}
