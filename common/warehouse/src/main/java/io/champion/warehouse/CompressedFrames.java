package io.champion.warehouse;

import com.clickhouse.data.ClickHouseCityHash;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/**
 * Compresses into frames as ClickHouse's HTTP interface takes them under {@code decompress=1}: per
 * frame a CityHash128 of what follows (16 bytes), the method (1), the size with this header of 9
 * bytes (4), the size of the data (4), all little-endian, and the data. Frames follow one another
 * without anything around them, so what two of these have written can be joined.
 *
 * <p>Closing leaves the stream behind it open.
 */
final class CompressedFrames extends OutputStream {

    private static final int CHECKSUM = 16;
    private static final int HEADER = 9;
    private static final byte LZ4 = (byte) 0x82;

    /** Data of a frame: small enough for a processor's cache. */
    private static final int FRAME = 256 * 1024;

    private final OutputStream out;
    private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
    private final byte[] pending = new byte[FRAME];
    private final byte[] frame =
            new byte[CHECKSUM + HEADER + compressor.maxCompressedLength(FRAME)];
    private final ByteBuffer head = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    private int length;

    CompressedFrames(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] data, int offset, int count) throws IOException {
        int from = offset;
        int end = offset + count;
        while (from < end) {
            if (length == 0 && end - from >= FRAME) {
                writeFrame(data, from, FRAME);
                from += FRAME;
                continue;
            }
            int some = Math.min(FRAME - length, end - from);
            System.arraycopy(data, from, pending, length, some);
            length += some;
            from += some;
            if (length == FRAME) {
                writePending();
            }
        }
    }

    private void writePending() throws IOException {
        writeFrame(pending, 0, length);
        length = 0;
    }

    private void writeFrame(byte[] data, int offset, int count) throws IOException {
        int start = CHECKSUM + HEADER;
        int compressed =
                HEADER
                        + compressor.compress(
                                data, offset, count, frame, start, frame.length - start);
        head.put(CHECKSUM, LZ4);
        head.putInt(CHECKSUM + 1, compressed);
        head.putInt(CHECKSUM + 5, count);
        long[] hash = ClickHouseCityHash.cityHash128(frame, CHECKSUM, compressed);
        head.putLong(0, hash[0]);
        head.putLong(Long.BYTES, hash[1]);
        out.write(frame, 0, CHECKSUM + compressed);
    }

    /** Ends the frame that is under way, and hands on all that was written. */
    @Override
    public void flush() throws IOException {
        if (length > 0) {
            writePending();
        }
        out.flush();
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
