package io.champion.reader;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * An open file. What is read of it is counted. Thread-safe; whoever uses {@link #asInputFile} holds
 * this object's lock.
 */
final class Source implements Closeable {
    private final String path;
    private final FSDataInputStream in;
    private final long length;
    private final Counters counters;

    Source(String path, FSDataInputStream in, long length, Counters counters) {
        this.path = path;
        this.in = in;
        this.length = length;
        this.counters = counters;
    }

    String path() {
        return path;
    }

    long length() {
        return length;
    }

    /**
     * Reads bytes.
     *
     * @throws EOFException if the file ends before
     */
    synchronized void read(long position, byte[] into, int offset, int count) throws IOException {
        counters.bytesRead.add(count);
        in.seek(position);
        int done = 0;
        while (done < count) {
            int read = in.read(into, offset + done, count - done);
            if (read < 0) {
                throw new EOFException(path + " ends at " + (position + done) + ".");
            }
            done += read;
        }
    }

    /** The file as parquet-java wants it; closing its stream leaves this one open. */
    InputFile asInputFile() {
        return new InputFile() {
            @Override
            public long getLength() {
                return length;
            }

            @Override
            public SeekableInputStream newStream() {
                return new Counting();
            }
        };
    }

    private final class Counting extends DelegatingSeekableInputStream {
        Counting() {
            super(new CountedStream());
        }

        @Override
        public long getPos() throws IOException {
            return in.getPos();
        }

        @Override
        public void seek(long position) throws IOException {
            in.seek(position);
        }
    }

    private final class CountedStream extends java.io.InputStream {
        @Override
        public int read() throws IOException {
            counters.bytesRead.increment();
            return in.read();
        }

        @Override
        public int read(byte[] into, int offset, int count) throws IOException {
            int read = in.read(into, offset, count);
            counters.bytesRead.add(Math.max(0, read));
            return read;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
