package io.champion.reader;

import io.champion.lake.ContractFile;
import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import io.champion.model.Dataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/** Writes decoded columns back as records of their contract. */
final class RowWriter {
    private final Dataset dataset;
    private final List<Column> columns;
    private final Vector[] vectors;

    /** The text of each column's last row, and where it was. */
    private final String[] lastTexts;

    private final int[] lastStarts;
    private final int[] lastEnds;

    RowWriter(Dataset dataset, List<Column> columns, Vector[] vectors) {
        this.dataset = dataset;
        this.columns = columns;
        this.vectors = vectors;
        this.lastTexts = new String[vectors.length];
        this.lastStarts = new int[vectors.length];
        this.lastEnds = new int[vectors.length];
    }

    /**
     * Writes rows.
     *
     * @param order of the rows; null for as they are
     */
    void write(int[] order, int count, ContractFile file) throws IOException {
        SpecificRecordBase record =
                (SpecificRecordBase)
                        new SpecificData(Dataset.class.getClassLoader())
                                .newRecord(null, dataset.schema());
        for (int i = 0; i < count; i++) {
            int row = order == null ? i : order[i];
            for (int c = 0; c < vectors.length; c++) {
                record.put(columns.get(c).position(), value(c, row));
            }
            file.write(record);
        }
    }

    private Object value(int column, int row) {
        Vector vector = vectors[column];
        if (vector.nulls() != null && vector.nulls()[row] != 0) {
            return null;
        }
        Kind kind = columns.get(column).type().kind();
        if (vector instanceof Vector.Doubles doubles) {
            return doubles.values()[row];
        }
        if (vector instanceof Vector.Longs longs) {
            long value = longs.values()[row];
            return kind == Kind.TIMESTAMP_MILLIS ? Instant.ofEpochMilli(value) : (Object) value;
        }
        if (vector instanceof Vector.Ints ints) {
            int value = ints.values()[row];
            return kind == Kind.DATE ? LocalDate.ofEpochDay(value) : (Object) value;
        }
        if (vector instanceof Vector.Booleans booleans) {
            return booleans.values()[row];
        }
        if (vector instanceof Vector.Lists lists) {
            List<Integer> list = new ArrayList<>();
            for (int i = lists.start(row); i < lists.ends()[row]; i++) {
                list.add(lists.elements()[i]);
            }
            return list;
        }
        Vector.Texts texts = (Vector.Texts) vector;
        int start = texts.starts()[row];
        int end = texts.ends()[row];
        if (lastTexts[column] == null || lastStarts[column] != start || lastEnds[column] != end) {
            lastTexts[column] =
                    new String(texts.utf8(), start, end - start, StandardCharsets.UTF_8);
            lastStarts[column] = start;
            lastEnds[column] = end;
        }
        return lastTexts[column];
    }
}
