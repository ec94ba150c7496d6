package io.champion.warehouse;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Rows of one contract, accumulated column by column and written in ClickHouse's Native format.
 *
 * <p>A column of strings that repeat is sent as LowCardinality, with a dictionary, whether the
 * table stores it so or not: the server converts.
 */
final class NativeBlock {

    private final List<Column> columns;
    private final NativeColumn[] values;
    private final int[] positions;
    private int rows;

    NativeBlock(Schema contract) {
        columns = TypeMapping.columns(contract);
        values = new NativeColumn[columns.size()];
        positions = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            Column column = columns.get(i);
            values[i] = NativeColumn.of(column);
            positions[i] = column.position();
        }
    }

    /**
     * Adds a row.
     *
     * @throws UnstorableException if a column cannot hold its value; the block is then as before
     */
    void add(IndexedRecord row) throws UnstorableException {
        try {
            for (int i = 0; i < values.length; i++) {
                values[i].add(row.get(positions[i]));
            }
        } catch (UnstorableException e) {
            for (NativeColumn column : values) {
                column.truncate(rows);
            }
            throw e;
        }
        rows++;
    }

    /** Adds rows of a batch that {@link #firstUnstorable} has nothing against. */
    void add(ColumnBatch batch, int from, int to) {
        for (int i = 0; i < values.length; i++) {
            values[i].add(batch.column(i), from, to);
        }
        rows += to - from;
    }

    /** The first of a batch's rows that has a value no column holds, or {@code to} for none. */
    int firstUnstorable(ColumnBatch batch, int from, int to) {
        int first = to;
        for (int i = 0; i < values.length; i++) {
            first = values[i].firstUnstorable(batch.column(i), from, first);
        }
        return first;
    }

    int rows() {
        return rows;
    }

    /** Forgets all rows but keeps their memory for the next ones. */
    void clear() {
        for (NativeColumn column : values) {
            column.truncate(0);
        }
        rows = 0;
    }

    /** Bytes of the encoded values so far. */
    long bytes() {
        long bytes = 0;
        for (NativeColumn column : values) {
            bytes += column.bytes();
        }
        return bytes;
    }

    List<Column> columns() {
        return columns;
    }

    /** Writes the block with the commit column as its last. */
    void writeCommitted(String commitId, OutputStream out) throws IOException {
        Bytes bytes = new Bytes();
        bytes.putVarint(columns.size() + 1);
        bytes.putVarint(rows);
        bytes.writeTo(out);
        writeColumns(out);
        bytes.length = 0;
        BlockFile.putConstant(bytes, WarehouseSink.COMMIT_COLUMN, commitId, rows);
        bytes.writeTo(out);
    }

    /**
     * Writes the columns: each its name, its type and its values. The counts of columns and rows
     * that begin a block are left to the caller, who adds a column of its own.
     */
    void writeColumns(OutputStream out) throws IOException {
        Bytes head = new Bytes();
        for (int i = 0; i < values.length; i++) {
            head.length = 0;
            head.putString(columns.get(i).name());
            head.putString(values[i].type(TypeMapping.clickHouse(columns.get(i).type())));
            head.writeTo(out);
            values[i].writeTo(out);
        }
    }
}
