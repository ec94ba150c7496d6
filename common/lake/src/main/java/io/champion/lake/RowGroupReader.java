package io.champion.lake;

import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeSet;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.IOUtils;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/**
 * Reads some columns of files, row group by row group, without making records. A column that a file
 * does not have yet gets the contract's default, and a number may have been widened since, as in
 * {@link ContractReadSupport}.
 */
final class RowGroupReader implements CloseableIterator<RowGroup> {
    private final Deque<ParquetFiles.OpenInputFile> files;
    private final Dataset dataset;
    private final Map<String, ColumnType> wanted = new LinkedHashMap<>();

    private ParquetFileReader reader;
    private MessageType layout;
    private RowGroup next;

    /**
     * A reader, which closes the files.
     *
     * @param fields names of fields that hold numbers, days, times or texts
     * @throws IllegalArgumentException if the contract has no such field
     */
    RowGroupReader(
            Deque<ParquetFiles.OpenInputFile> files, Dataset dataset, Collection<String> fields) {
        this.files = files;
        this.dataset = dataset;
        TreeSet<String> unknown = new TreeSet<>(fields);
        for (Column column : dataset.columns()) {
            if (unknown.remove(column.name())) {
                wanted.put(column.name(), column.type());
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(dataset + " has no columns " + unknown + ".");
        }
    }

    @Override
    public boolean hasNext() {
        try {
            while (next == null && !files.isEmpty()) {
                if (reader == null) {
                    open();
                }
                PageReadStore pages = reader.readNextRowGroup();
                if (pages == null) {
                    closeFile();
                } else {
                    next = read(pages);
                }
            }
            return next != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public RowGroup next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        RowGroup group = next;
        next = null;
        return group;
    }

    private void open() throws IOException {
        reader = ParquetFileReader.open(files.peek(), ParquetCodecs.readOptions());
        MessageType whole = reader.getFileMetaData().getSchema();
        List<Type> fields =
                whole.getFields().stream()
                        .filter(field -> wanted.containsKey(field.getName()))
                        .toList();
        layout = new MessageType(whole.getName(), fields);
        reader.setRequestedSchema(layout);
    }

    private RowGroup read(PageReadStore pages) {
        int rows = Math.toIntExact(pages.getRowCount());
        ColumnReadStoreImpl columns =
                new ColumnReadStoreImpl(
                        pages, new NoRecords(), layout, reader.getFileMetaData().getCreatedBy());
        Map<String, Values> values = new HashMap<>();
        wanted.forEach(
                (name, type) ->
                        values.put(
                                name,
                                layout.containsField(name)
                                        ? read(columns, name, type, rows)
                                        : defaults(name, type, rows)));
        return new RowGroup(rows, values);
    }

    private Values read(ColumnReadStoreImpl columns, String name, ColumnType type, int rows) {
        ColumnDescriptor descriptor = layout.getColumnDescription(new String[] {name});
        ColumnReader column = columns.getColumnReader(descriptor);
        int known = descriptor.getMaxDefinitionLevel();
        PrimitiveTypeName primitive = descriptor.getPrimitiveType().getPrimitiveTypeName();
        return switch (type.kind()) {
            case STRING, ENUM -> texts(column, known, rows);
            case ARRAY, MAP, STRUCT, DECIMAL, BYTES, FIXED ->
                    throw new IllegalArgumentException(
                            "'" + name + "' of " + dataset + " is neither number nor text.");
            default -> numbers(column, known, rows, primitive, type.kind());
        };
    }

    private static Values numbers(
            ColumnReader column,
            int known,
            int rows,
            PrimitiveTypeName primitive,
            ColumnType.Kind kind) {
        long[] values = new long[rows];
        byte[] nulls = null;
        boolean widened = kind == ColumnType.Kind.DOUBLE && primitive != PrimitiveTypeName.DOUBLE;
        for (int row = 0; row < rows; row++) {
            if (column.getCurrentDefinitionLevel() < known) {
                nulls = nulls == null ? new byte[rows] : nulls;
                nulls[row] = 1;
            } else if (widened) {
                values[row] =
                        Double.doubleToRawLongBits(
                                primitive == PrimitiveTypeName.FLOAT
                                        ? column.getFloat()
                                        : column.getInteger());
            } else {
                values[row] =
                        switch (primitive) {
                            case BOOLEAN -> column.getBoolean() ? 1 : 0;
                            case INT32 -> column.getInteger();
                            case INT64 -> column.getLong();
                            case FLOAT -> Float.floatToRawIntBits(column.getFloat());
                            case DOUBLE -> Double.doubleToRawLongBits(column.getDouble());
                            default ->
                                    throw new IllegalArgumentException(
                                            column.getDescriptor() + " is no number.");
                        };
            }
            column.consume();
        }
        return new Numbers(values, nulls);
    }

    private static Values texts(ColumnReader column, int known, int rows) {
        byte[] bytes = new byte[rows * 16];
        int[] starts = new int[rows];
        int[] ends = new int[rows];
        byte[] nulls = null;
        int length = 0;
        for (int row = 0; row < rows; row++) {
            starts[row] = length;
            if (column.getCurrentDefinitionLevel() < known) {
                nulls = nulls == null ? new byte[rows] : nulls;
                nulls[row] = 1;
            } else {
                ByteBuffer text = column.getBinary().toByteBuffer();
                int size = text.remaining();
                if (row > 0 && isLast(bytes, starts[row - 1], length, text)) {
                    starts[row] = starts[row - 1];
                } else {
                    if (bytes.length - length < size) {
                        bytes = Arrays.copyOf(bytes, Math.max(length + size, bytes.length * 2));
                    }
                    text.get(bytes, length, size);
                    length += size;
                }
            }
            ends[row] = length;
            column.consume();
        }
        return new Texts(bytes, starts, ends, nulls);
    }

    private static boolean isLast(byte[] bytes, int start, int end, ByteBuffer text) {
        int size = text.remaining();
        if (end - start != size) {
            return false;
        }
        for (int i = size - 1; i >= 0; i--) {
            if (bytes[start + i] != text.get(text.position() + i)) {
                return false;
            }
        }
        return true;
    }

    private Values defaults(String name, ColumnType type, int rows) {
        Schema.Field field = dataset.schema().getField(name);
        if (field.defaultVal() == JsonProperties.NULL_VALUE) {
            byte[] nulls = new byte[rows];
            Arrays.fill(nulls, (byte) 1);
            return type.kind() == ColumnType.Kind.STRING || type.kind() == ColumnType.Kind.ENUM
                    ? new Texts(new byte[0], new int[rows], new int[rows], nulls)
                    : new Numbers(new long[rows], nulls);
        }
        if (field.defaultVal() instanceof Integer || field.defaultVal() instanceof Long) {
            long[] values = new long[rows];
            Arrays.fill(values, ((Number) field.defaultVal()).longValue());
            return new Numbers(values, null);
        }
        throw new IllegalArgumentException(
                "The file has no column '"
                        + name
                        + "', and "
                        + dataset
                        + " has no default for it. Ingest the partition again.");
    }

    private void closeFile() throws IOException {
        try {
            if (reader != null) {
                reader.close();
            }
        } finally {
            reader = null;
            IOUtils.closeQuietly(files.remove().in());
        }
    }

    @Override
    public void close() throws IOException {
        next = null;
        while (!files.isEmpty()) {
            closeFile();
        }
    }

    /** For parquet-java, which asks where values of records would go. */
    private static final class NoRecords extends GroupConverter {
        @Override
        public Converter getConverter(int index) {
            return new PrimitiveConverter() {};
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}
