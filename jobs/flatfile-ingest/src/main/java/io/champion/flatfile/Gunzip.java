package io.champion.flatfile;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads gzip (RFC 1952), all members of a file. Unlike {@code GZIPInputStream} it does not take a
 * stream that has nothing available right now for one that has ended, and says of a broken file
 * what is broken.
 */
final class Gunzip extends InputStream {

    private static final int FHCRC = 2;
    private static final int FEXTRA = 4;
    private static final int FNAME = 8;
    private static final int FCOMMENT = 16;
    private static final int RESERVED = 0xE0;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] input = new byte[1 << 17];
    private int from;
    private int to;
    private boolean ended;

    /** Takes over the stream, and reads the first header. */
    Gunzip(InputStream in) throws IOException {
        this.in = in;
        if (!header()) {
            throw new EOFException("it is empty, which no gzip file is");
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            int count;
            try {
                count = inflater.inflate(bytes, offset, length);
            } catch (DataFormatException e) {
                throw new IOException("its compressed data are damaged: " + e.getMessage(), e);
            }
            if (count > 0) {
                crc.update(bytes, offset, count);
                return count;
            }
            if (inflater.needsDictionary()) {
                throw new IOException("its compressed data are damaged: they need a dictionary");
            }
            if (inflater.finished()) {
                from = to - inflater.getRemaining();
                trailer();
                ended = !header();
            } else {
                from = to;
                if (!fill()) {
                    throw truncated();
                }
                inflater.setInput(input, from, to - from);
            }
        }
        return -1;
    }

    private boolean fill() throws IOException {
        if (from < to) {
            return true;
        }
        from = 0;
        to = Math.max(0, in.read(input, 0, input.length));
        return to > 0;
    }

    private static EOFException truncated() {
        return new EOFException("it ends in the middle of its compressed data: it is truncated");
    }

    private int next() throws IOException {
        if (!fill()) {
            throw truncated();
        }
        return input[from++] & 0xFF;
    }

    private long littleEndian(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) next() << 8 * i;
        }
        return value;
    }

    /** Whether there is another member. */
    private boolean header() throws IOException {
        if (!fill()) {
            return false;
        }
        if (next() != 0x1F || next() != 0x8B) {
            throw new IOException(
                    crc.getValue() == 0 && inflater.getTotalIn() == 0
                            ? "it is no gzip file"
                            : "it goes on with something else after its compressed data");
        }
        if (next() != 8) {
            throw new IOException("it is compressed by a method that gzip does not define");
        }
        int flags = next();
        if ((flags & RESERVED) != 0) {
            throw new IOException("its header has flags that gzip does not define");
        }
        littleEndian(6);
        if ((flags & FEXTRA) != 0) {
            for (long rest = littleEndian(2); rest > 0; rest--) {
                next();
            }
        }
        for (int text = Integer.bitCount(flags & (FNAME | FCOMMENT)); text > 0; text--) {
            while (next() != 0) {
                // Up to the zero that ends it.
            }
        }
        if ((flags & FHCRC) != 0) {
            littleEndian(2);
        }
        inflater.reset();
        inflater.setInput(input, from, to - from);
        crc.reset();
        return true;
    }

    private void trailer() throws IOException {
        if (littleEndian(4) != crc.getValue()) {
            throw new IOException("its content does not match its checksum: it is damaged");
        }
        if (littleEndian(4) != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
            throw new IOException("its content does not have the length that it states");
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
