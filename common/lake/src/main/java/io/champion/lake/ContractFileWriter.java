package io.champion.lake;

import io.champion.model.ColumnBatch;
import io.champion.model.TypeMapping;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.OutputFile;

/**
 * Writes contract records, or batches of rows, to one Parquet file, laid out as {@link TypeMapping}
 * says.
 *
 * <p>parquet-java's file writer makes the file, its footer and its indexes. Pages are made here:
 * parquet-java's column writers look up an encoder, a dictionary and statistics for every value,
 * while a {@link LeafColumn} only collects values and encodes a whole page of them in plain loops.
 */
final class ContractFileWriter implements Closeable {
    /** Key of the contract in a file's metadata, where Avro's own Parquet readers expect it too. */
    private static final String SCHEMA_KEY = "parquet.avro.schema";

    /** How often sizes are looked at. */
    private static final int ROWS_BETWEEN_CHECKS = 32;

    /** The same for batches; the most rows of a page are a multiple of both. */
    static final int BATCH_ROWS_BETWEEN_CHECKS = 800;

    private final ParquetOptions options;
    private final PageMaker maker;
    private final ContractColumns columns;
    private final ParquetFileWriter file;
    private final Map<String, String> notes = new HashMap<>();
    private long groupRows;
    private long groupBytes;

    /**
     * Begins a file.
     *
     * @param maker makes the pages; may be shared by files that one thread writes
     */
    ContractFileWriter(OutputFile out, Schema schema, ParquetOptions options, PageMaker maker)
            throws IOException {
        this.options = options;
        this.maker = maker;
        this.columns = maker.columns(schema);
        this.file =
                new ParquetFileWriter(
                        out,
                        columns.layout(),
                        ParquetFileWriter.Mode.CREATE,
                        options.rowGroupBytes(),
                        0,
                        null,
                        ParquetProperties.builder().build());
        file.start();
    }

    /**
     * Adds a record, which may be changed when this returns.
     *
     * @throws IllegalArgumentException if a required value is null
     */
    void write(SpecificRecordBase record) throws IOException {
        columns.add(record);
        groupRows++;
        if (groupRows % ROWS_BETWEEN_CHECKS == 0) {
            finishFull();
        }
    }

    /** Adds rows of a batch. */
    void write(ColumnBatch batch, int from, int to) throws IOException {
        int start = from;
        while (start < to) {
            int untilCheck =
                    BATCH_ROWS_BETWEEN_CHECKS - (int) (groupRows % BATCH_ROWS_BETWEEN_CHECKS);
            int end = Math.min(to, start + untilCheck);
            columns.add(batch, start, end);
            groupRows += end - start;
            if (groupRows % BATCH_ROWS_BETWEEN_CHECKS == 0) {
                finishFull();
            }
            start = end;
        }
    }

    private void finishFull() throws IOException {
        groupBytes = columns.finishPages();
        if (groupBytes >= options.rowGroupBytes()) {
            finishRowGroup();
        }
    }

    private void finishRowGroup() throws IOException {
        file.startBlock(groupRows);
        columns.finishRowGroup(file);
        file.endBlock();
        groupRows = 0;
        groupBytes = 0;
    }

    /** Adds to the file's own metadata. */
    void note(String key, String value) {
        notes.put(key, value);
    }

    /** Bytes of the file so far, those not yet written included. */
    long dataSize() throws IOException {
        return file.getPos() + groupBytes;
    }

    /** Finishes the file. */
    @Override
    public void close() throws IOException {
        if (groupRows > 0) {
            finishRowGroup();
        }
        notes.put(SCHEMA_KEY, columns.schema().toString());
        file.end(notes);
        maker.reuse(columns);
    }
}
