package io.champion.lake;

import io.champion.model.ColumnBatch;
import java.io.Closeable;
import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/** A Parquet file of a contract's rows that is no part of a lake, such as one of a cache. */
public final class ContractFile implements Closeable {
    private final FSDataOutputStream out;
    private final ContractFileWriter writer;

    private ContractFile(FSDataOutputStream out, ContractFileWriter writer) {
        this.out = out;
        this.writer = writer;
    }

    /** Makes files one after the other, for one thread, and uses memory again for the next. */
    public static final class Maker implements Closeable {
        private final ParquetOptions options;
        private final PageMaker pages;

        public Maker(ParquetOptions options) {
            this.options = options;
            this.pages = new PageMaker(options);
        }

        /** Begins a file; one that is there is overwritten. */
        public ContractFile create(Path path, Schema schema) throws IOException {
            FSDataOutputStream out = path.getFileSystem().create(path, WriteMode.OVERWRITE);
            boolean made = false;
            try {
                ContractFile file =
                        new ContractFile(out, ParquetFiles.writer(out, schema, options, pages));
                made = true;
                return file;
            } finally {
                if (!made) {
                    out.close();
                }
            }
        }

        @Override
        public void close() {
            pages.close();
        }
    }

    /**
     * Adds a record, which may be changed when this returns.
     *
     * @throws IllegalArgumentException if a required value is null
     */
    public void write(SpecificRecordBase record) throws IOException {
        writer.write(record);
    }

    /** Adds the rows of a batch. */
    public void write(ColumnBatch batch) throws IOException {
        writer.write(batch, 0, batch.rows());
    }

    /** Adds to the file's own metadata. */
    public void note(String key, String value) {
        writer.note(key, value);
    }

    /** Finishes the file. */
    @Override
    public void close() throws IOException {
        try (out) {
            writer.close();
        }
    }
}
