package io.champion.reader;

import io.champion.model.ColumnType.Column;
import java.io.IOException;
import java.util.List;

/**
 * A row group that is read from its first row to its last, one symbol after the other: rows of many
 * small symbols are decoded together. Going back is possible, and slow.
 */
final class Window {
    private final ParquetFile file;
    private final int group;
    private final DataType type;
    private final List<Column> columns;
    private final int size;
    private final int rows;
    private Vector[] vectors;
    private int start;
    private int end;

    /**
     * @param size rows that are decoded at a time
     */
    Window(ParquetFile file, int group, DataType type, List<Column> columns, int size) {
        this.file = file;
        this.group = group;
        this.type = type;
        this.columns = columns;
        this.size = size;
        this.rows = file.footer().rows(group);
    }

    /** The symbols of all rows. */
    Vector.Texts symbols() throws IOException {
        for (Column column : columns) {
            if (column.name().equals("symbol")) {
                return (Vector.Texts) decode(column, 0, rows);
            }
        }
        throw new IllegalStateException(type.dataset() + " has no symbol.");
    }

    /** Adds rows of a column to another one. */
    void copy(int column, int from, int to, VectorBuilder into) throws IOException {
        if (to - from > size) {
            into.add(decode(columns.get(column), from, to), 0, to - from);
            return;
        }
        if (vectors == null || from < start || to > end) {
            vectors = new Vector[columns.size()];
            start = from;
            end = Math.min(rows, from + size);
        }
        if (vectors[column] == null) {
            vectors[column] = decode(columns.get(column), start, end);
        }
        into.add(vectors[column], from - start, to - start);
    }

    private Vector decode(Column column, int from, int to) throws IOException {
        VectorBuilder builder = VectorBuilder.of(column.type(), to - from);
        if (file.footer().has(column.name())) {
            file.read(group, column.name(), column.type(), Ranges.of(from, to), range -> builder);
        } else {
            builder.addDefault(column, type.dataset(), to - from);
        }
        return builder.build();
    }
}
