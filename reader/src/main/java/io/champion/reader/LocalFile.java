package io.champion.reader;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.apache.flink.core.fs.FSDataInputStream;

/** A file on this machine, of whose length it is certain that it is that of what was opened. */
final class LocalFile extends FSDataInputStream {
    private final RandomAccessFile file;

    /**
     * @throws java.io.FileNotFoundException if there is none
     */
    LocalFile(Path path) throws IOException {
        this.file = new RandomAccessFile(path.toFile(), "r");
    }

    long length() throws IOException {
        return file.length();
    }

    @Override
    public void seek(long position) throws IOException {
        file.seek(position);
    }

    @Override
    public long getPos() throws IOException {
        return file.getFilePointer();
    }

    @Override
    public int read() throws IOException {
        return file.read();
    }

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
        return file.read(into, offset, count);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
