package io.champion.lake;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.schema.MessageType;

/**
 * The columns of a contract's row group, collected from records. They are used again, row group by
 * row group and file by file, for the sake of their memory, and of what they learn about
 * dictionaries.
 */
final class ContractColumns {
    /** As in parquet-java: what a reader can skip by the page index. */
    private static final int MAX_PAGE_ROWS = 20_000;

    private final Schema schema;
    private final MessageType layout;
    private final ParquetOptions options;
    private final LeafColumn.Context context;
    private final List<LeafColumn> leaves = new ArrayList<>();
    private final ValueWriter[] fields;
    private final int[] positions;

    /**
     * Columns without rows.
     *
     * @param maker makes the pages; may be shared by columns that one thread fills
     */
    ContractColumns(Schema schema, ParquetOptions options, PageMaker maker) {
        this.schema = schema;
        this.options = options;
        this.layout = TypeMapping.parquet(schema);
        this.context = new LeafColumn.Context(options, maker, maker.finished());
        List<Column> columns = TypeMapping.columns(schema);
        Iterator<ColumnDescriptor> descriptors = layout.getColumns().iterator();
        this.fields = new ValueWriter[columns.size()];
        this.positions = new int[fields.length];
        for (int i = 0; i < fields.length; i++) {
            Column column = columns.get(i);
            fields[i] = writer(column.type(), describe(column), descriptors, 0);
            positions[i] = column.position();
        }
    }

    private String describe(Column column) {
        return "Field '" + column.name() + "' of a " + schema.getFullName();
    }

    Schema schema() {
        return schema;
    }

    /** The columns as Parquet has them. */
    MessageType layout() {
        return layout;
    }

    /**
     * Adds a record, which may be changed when this returns.
     *
     * @throws IllegalArgumentException if a required value is null
     */
    void add(SpecificRecordBase record) {
        for (int i = 0; i < fields.length; i++) {
            fields[i].write(record.get(positions[i]), 0, 0);
        }
    }

    /** Adds rows of a batch. */
    void add(ColumnBatch batch, int from, int to) {
        for (int i = 0; i < fields.length; i++) {
            fields[i].write(batch.column(i), from, to);
        }
    }

    /** Encodes pages that are full, and tells how many bytes there are in memory, about. */
    long finishPages() throws IOException {
        long bytes = 0;
        for (LeafColumn leaf : leaves) {
            if (leaf.pageRows() >= MAX_PAGE_ROWS || leaf.pageBytes() >= options.pageBytes()) {
                leaf.finishPage();
            }
            bytes += leaf.bytes();
        }
        return bytes;
    }

    /** Writes the row group's columns, which then are without rows again. */
    void finishRowGroup(ParquetFileWriter file) throws IOException {
        for (LeafColumn leaf : leaves) {
            leaf.finishChunk(file);
        }
        context.finished().clear();
    }

    /** Takes a value apart into the columns below it. */
    interface ValueWriter {
        /**
         * Adds a value.
         *
         * @param value null where there is none
         * @param repetition Parquet's repetition level
         * @param definition Parquet's definition level of what is around the value
         */
        void write(Object value, int repetition, int definition);

        /** Adds the values of rows; batches have none of structs. */
        default void write(Values values, int from, int to) {
            throw new IllegalStateException("A batch has no column of this kind.");
        }
    }

    /**
     * Makes the writer of a value, and the columns below it.
     *
     * @param repeated how many lists and maps are around the value
     */
    private ValueWriter writer(
            ColumnType type,
            String description,
            Iterator<ColumnDescriptor> descriptors,
            int repeated) {
        return switch (type.kind()) {
            case ARRAY -> {
                int first = leaves.size();
                ValueWriter element =
                        writer(type.element(), "An element of a list", descriptors, repeated + 1);
                yield new ListWriter(
                        type.nullable(), description, element, repeated + 1, from(first));
            }
            case MAP -> {
                int first = leaves.size();
                ValueWriter key = leaf(KEY, "A key of a map", descriptors);
                ValueWriter element =
                        writer(type.element(), "A value of a map", descriptors, repeated + 1);
                yield new MapWriter(
                        type.nullable(), description, key, element, repeated + 1, from(first));
            }
            case STRUCT -> {
                int first = leaves.size();
                ValueWriter[] children = new ValueWriter[type.children().size()];
                for (int i = 0; i < children.length; i++) {
                    Column child = type.children().get(i);
                    children[i] =
                            writer(child.type(), "'" + child.name() + "'", descriptors, repeated);
                }
                yield new StructWriter(type, description, children, from(first));
            }
            default -> leaf(type, description, descriptors);
        };
    }

    private static final ColumnType KEY =
            new ColumnType(ColumnType.Kind.STRING, false, 0, 0, 0, List.of());

    private ValueWriter leaf(
            ColumnType type, String description, Iterator<ColumnDescriptor> descriptors) {
        LeafColumn leaf = LeafColumn.of(type, description, descriptors.next(), context);
        leaves.add(leaf);
        return leaf;
    }

    private List<LeafColumn> from(int first) {
        return List.copyOf(leaves.subList(first, leaves.size()));
    }

    /** A value that is taken apart further. */
    private abstract static class NestedWriter implements ValueWriter {
        private final boolean nullable;
        private final String description;
        private final List<LeafColumn> below;

        NestedWriter(boolean nullable, String description, List<LeafColumn> below) {
            this.nullable = nullable;
            this.description = description;
            this.below = below;
        }

        abstract void writePresent(Object value, int repetition, int definition);

        @Override
        public final void write(Object value, int repetition, int definition) {
            if (value != null) {
                writePresent(value, repetition, nullable ? definition + 1 : definition);
            } else if (nullable) {
                writeNothing(repetition, definition);
            } else {
                throw LeafColumn.missing(description);
            }
        }

        final void writeNothing(int repetition, int definition) {
            for (LeafColumn leaf : below) {
                leaf.writeNothing(repetition, definition);
            }
        }
    }

    private static final class ListWriter extends NestedWriter {
        private final ValueWriter element;
        private final int repeated;

        ListWriter(
                boolean nullable,
                String description,
                ValueWriter element,
                int repeated,
                List<LeafColumn> below) {
            super(nullable, description, below);
            this.element = element;
            this.repeated = repeated;
        }

        @Override
        public void write(Values values, int from, int to) {
            ((LeafColumn) element).writeLists(values, from, to);
        }

        @Override
        void writePresent(Object value, int repetition, int definition) {
            List<?> list = (List<?>) value;
            if (list.isEmpty()) {
                writeNothing(repetition, definition);
            }
            int level = repetition;
            for (Object item : list) {
                element.write(item, level, definition + 1);
                level = repeated;
            }
        }
    }

    private static final class MapWriter extends NestedWriter {
        private final ValueWriter key;
        private final ValueWriter element;
        private final int repeated;

        MapWriter(
                boolean nullable,
                String description,
                ValueWriter key,
                ValueWriter element,
                int repeated,
                List<LeafColumn> below) {
            super(nullable, description, below);
            this.key = key;
            this.element = element;
            this.repeated = repeated;
        }

        /** Batches have empty maps only. */
        @Override
        public void write(Values values, int from, int to) {
            for (int i = from; i < to; i++) {
                write(Map.of(), 0, 0);
            }
        }

        @Override
        void writePresent(Object value, int repetition, int definition) {
            Map<?, ?> map = (Map<?, ?>) value;
            if (map.isEmpty()) {
                writeNothing(repetition, definition);
            }
            int level = repetition;
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                key.write(entry.getKey(), level, definition + 1);
                element.write(entry.getValue(), level, definition + 1);
                level = repeated;
            }
        }
    }

    private static final class StructWriter extends NestedWriter {
        private final int[] positions;
        private final ValueWriter[] children;

        StructWriter(
                ColumnType type,
                String description,
                ValueWriter[] children,
                List<LeafColumn> below) {
            super(type.nullable(), description, below);
            this.positions = type.children().stream().mapToInt(Column::position).toArray();
            this.children = children;
        }

        @Override
        void writePresent(Object value, int repetition, int definition) {
            IndexedRecord record = (IndexedRecord) value;
            for (int i = 0; i < children.length; i++) {
                children[i].write(record.get(positions[i]), repetition, definition);
            }
        }
    }
}
