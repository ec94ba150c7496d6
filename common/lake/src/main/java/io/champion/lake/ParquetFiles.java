package io.champion.lake;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** parquet-java over the streams of Flink's file systems. */
final class ParquetFiles {
    /** What ends every file, and begins it. */
    static final String MAGIC = "PAR1";

    /** The footer's length, and the magic. */
    private static final int FOOTER_END_BYTES = 8;

    /** Enough for those of a contract's files with a row group or two. */
    private static final int LIKELY_FOOTER_BYTES = 32 << 10;

    private ParquetFiles() {}

    /**
     * A writer of contract records. Closing it finishes the file and leaves {@code out} open, so
     * that the caller decides whether the file is to be kept.
     */
    static ContractFileWriter writer(
            FSDataOutputStream out, Schema schema, ParquetOptions options, PageMaker maker)
            throws IOException {
        return new ContractFileWriter(new StreamOutputFile(out), schema, options, maker);
    }

    private record StreamOutputFile(FSDataOutputStream out) implements OutputFile {
        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new BufferedPositionOutputStream(out);
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

    /** Parquet-java writes a page's header and body apart; on a disk each would be a call. */
    private static final class BufferedPositionOutputStream extends PositionOutputStream {
        private static final int BUFFER_BYTES = 1 << 16;

        private final BufferedOutputStream buffered;
        private long position;

        BufferedPositionOutputStream(FSDataOutputStream out) {
            this.buffered = new BufferedOutputStream(out, BUFFER_BYTES);
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int oneByte) throws IOException {
            buffered.write(oneByte);
            position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            buffered.write(bytes, offset, length);
            position += length;
        }

        @Override
        public void flush() throws IOException {
            buffered.flush();
        }

        /** The stream itself belongs to the sink, which commits it or gives it up. */
        @Override
        public void close() throws IOException {
            buffered.flush();
        }
    }

    /** The footer of a file, as parquet-java has it. */
    static ParquetMetadata footer(FileSystem fs, Path path, long bytes) throws IOException {
        try (FSDataInputStream in = fs.open(path);
                ParquetFileReader reader =
                        ParquetFileReader.open(
                                new OpenInputFile(in, bytes), ParquetCodecs.readOptions())) {
            return reader.getFooter();
        }
    }

    /**
     * The footer of a file, as it is written in it: for those who only hand it on.
     *
     * @throws IOException if the file has none
     */
    static FileMetaData rawFooter(FileSystem fs, Path path, long bytes) throws IOException {
        try (FSDataInputStream in = fs.open(path)) {
            byte[] tail = tail(in, bytes, Math.min(bytes, LIKELY_FOOTER_BYTES));
            int end = tail.length - FOOTER_END_BYTES;
            if (end < 0 || !MAGIC.equals(new String(tail, end + 4, 4, StandardCharsets.US_ASCII))) {
                throw new IOException(path + " is no finished Parquet file.");
            }
            int length = BytesUtils.readIntLittleEndian(tail, end);
            if (length < 0 || length > bytes - FOOTER_END_BYTES) {
                throw new IOException(path + " has no footer where it should be.");
            }
            if (length > end) {
                tail = tail(in, bytes, length + FOOTER_END_BYTES);
                end = length;
            }
            return Util.readFileMetaData(new ByteArrayInputStream(tail, end - length, length));
        }
    }

    private static byte[] tail(FSDataInputStream in, long bytes, long length) throws IOException {
        in.seek(bytes - length);
        return in.readNBytes((int) length);
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
