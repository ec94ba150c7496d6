package io.champion.lake;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** parquet-java over the streams of Flink's file systems. */
final class ParquetFiles {
    private ParquetFiles() {}

    /**
     * A writer of contract records. Closing it finishes the file and leaves {@code out} open, so
     * that the caller decides whether the file is to be kept.
     */
    static ContractFileWriter writer(FSDataOutputStream out, Schema schema, ParquetOptions options)
            throws IOException {
        return new ContractFileWriter(new StreamOutputFile(out), schema, options);
    }

    private record StreamOutputFile(FSDataOutputStream out) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() throws IOException {
                    return out.getPos();
                }

                @Override
                public void write(int oneByte) throws IOException {
                    out.write(oneByte);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }

                @Override
                public void close() {
                    // The stream belongs to the sink, which commits it or gives it up.
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }

    /** A file that is already open, so that it can be read even if it is deleted meanwhile. */
    record OpenInputFile(FSDataInputStream in, long length) implements InputFile {
        @Override
        public long getLength() {
            return length;
        }

        @Override
        public SeekableInputStream newStream() {
            return new DelegatingSeekableInputStream(in) {
                @Override
                public long getPos() throws IOException {
                    return in.getPos();
                }

                @Override
                public void seek(long position) throws IOException {
                    in.seek(position);
                }
            };
        }
    }
}
