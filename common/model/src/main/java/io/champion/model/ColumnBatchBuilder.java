package io.champion.model;

import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.IndexedRecord;

/**
 * Collects rows, value by value, into a {@link ColumnBatch}. For each row every column gets one
 * value, in any order, then {@link #endRow} is called.
 *
 * <p>Columns are named by their index in {@link Dataset#columns}. Not thread-safe.
 */
public final class ColumnBatchBuilder {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Dataset dataset;
    private final Growing[] columns;
    private int rows;

    /**
     * A builder without rows.
     *
     * @param expectedRows of a batch; more are welcome
     */
    public ColumnBatchBuilder(Dataset dataset, int expectedRows) {
        this.dataset = dataset;
        this.columns = new Growing[dataset.columns().size()];
        int room = Math.max(16, expectedRows);
        for (int i = 0; i < columns.length; i++) {
            Column column = dataset.columns().get(i);
            columns[i] =
                    switch (column.type().kind()) {
                        case STRING, ENUM -> new GrowingTexts(room);
                        case ARRAY -> new GrowingLists(room);
                        case MAP -> new EmptyMaps(room);
                        default -> new GrowingNumbers(room);
                    };
        }
    }

    /** The dataset whose rows are collected. */
    public Dataset dataset() {
        return dataset;
    }

    /** Rows that have ended since the last batch. */
    public int rows() {
        return rows;
    }

    /** Adds a number, in the form that {@link Numbers} has it in. */
    public void number(int column, long value) {
        ((GrowingNumbers) columns[column]).add(value);
    }

    /** Adds a text, whose UTF-8 is copied unless it is that of the row before. */
    public void text(int column, byte[] utf8, int start, int end) {
        ((GrowingTexts) columns[column]).add(utf8, start, end);
    }

    /** Adds a text. */
    public void text(int column, String value) {
        ((GrowingTexts) columns[column]).add(value);
    }

    /** Adds a list of numbers, in the form that {@link Numbers} has them in. */
    public void list(int column, long[] elements, int start, int end) {
        ((GrowingLists) columns[column]).add(elements, start, end);
    }

    /** Adds null to a column of numbers or texts. */
    public void none(int column) {
        columns[column].addNull();
    }

    /**
     * Gives a column the same value in all rows of this and the following batches; the rows then
     * have no value of their own.
     *
     * @param value of one row
     */
    public void constant(int column, Values value) {
        columns[column].constant = new Constant(value);
    }

    /**
     * Takes a column's values since the last batch, for the batches of other builders that have the
     * same rows.
     */
    public Values take(int column) {
        return columns[column].take();
    }

    /**
     * Gives a column its values in the next batch; the rows then have none of their own.
     *
     * @param values of all rows
     */
    public void column(int column, Values values) {
        columns[column].shared = values;
    }

    /** Forgets rows whose columns were all {@linkplain #take taken}. */
    public void restart() {
        rows = 0;
    }

    /** Ends a row. */
    public void endRow() {
        rows++;
    }

    /**
     * Adds a row that is a record, except for columns with a {@linkplain #constant constant}.
     *
     * @throws IllegalArgumentException if a list holds a null
     */
    public void row(IndexedRecord record) {
        List<Column> contract = dataset.columns();
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].constant == null || columns[i] instanceof EmptyMaps) {
                value(i, contract.get(i).type(), record.get(contract.get(i).position()));
            }
        }
        endRow();
    }

    private void value(int column, ColumnType type, Object value) {
        if (value == null) {
            none(column);
            return;
        }
        switch (type.kind()) {
            case STRING, ENUM -> text(column, value.toString());
            case MAP -> {
                if (!((Map<?, ?>) value).isEmpty()) {
                    throw new IllegalArgumentException(
                            "A map of column '"
                                    + dataset.columns().get(column).name()
                                    + "' has entries, which a batch cannot hold.");
                }
            }
            case ARRAY -> {
                List<?> list = (List<?>) value;
                long[] elements = new long[list.size()];
                for (int k = 0; k < elements.length; k++) {
                    if (list.get(k) == null) {
                        throw new IllegalArgumentException(
                                "A list of column '"
                                        + dataset.columns().get(column).name()
                                        + "' holds a null, which a batch cannot.");
                    }
                    elements[k] = bits(type.element().kind(), list.get(k));
                }
                list(column, elements, 0, elements.length);
            }
            default -> number(column, bits(type.kind(), value));
        }
    }

    private static long bits(Kind kind, Object value) {
        return switch (kind) {
            case BOOLEAN -> (Boolean) value ? 1 : 0;
            case INT -> (Integer) value;
            case LONG, TIMESTAMP_NANOS -> (Long) value;
            case FLOAT -> Float.floatToRawIntBits((Float) value);
            case DOUBLE -> Double.doubleToRawLongBits((Double) value);
            case DATE -> ((LocalDate) value).toEpochDay();
            case TIMESTAMP_MILLIS -> ((Instant) value).toEpochMilli();
            case TIMESTAMP_MICROS -> {
                Instant instant = (Instant) value;
                yield Math.addExact(
                        Math.multiplyExact(instant.getEpochSecond(), MICROS_PER_SECOND),
                        instant.getNano() / 1000);
            }
            default -> throw new IllegalArgumentException("A batch cannot hold a " + kind + ".");
        };
    }

    /**
     * The rows that have ended, as a batch, which owns their arrays. The builder is empty again.
     *
     * @param partition that all rows belong to
     * @throws IllegalStateException if a column has not got one value for each row
     * @throws IllegalArgumentException if a value is null that the contract requires, or the
     *     dataset has columns that a batch cannot hold
     */
    public ColumnBatch build(PartitionKey partition) {
        Values[] values = new Values[columns.length];
        for (int i = 0; i < values.length; i++) {
            Growing column = columns[i];
            if (column.shared != null) {
                values[i] = column.shared;
                column.shared = null;
                continue;
            }
            if (column.constant == null && column.count != rows) {
                throw new IllegalStateException(
                        "Column '"
                                + dataset.columns().get(i).name()
                                + "' of "
                                + dataset
                                + " has got "
                                + column.count
                                + " values for "
                                + rows
                                + " rows.");
            }
            values[i] = column.constant == null ? column.take() : column.constant;
        }
        int taken = rows;
        rows = 0;
        return new ColumnBatch(dataset, partition, taken, values);
    }

    private abstract static class Growing {
        final int room;
        int count;

        /** Of all rows; null where each has its own value. */
        Constant constant;

        /** Of the next batch; null where rows have values of their own. */
        Values shared;

        /** Null where all rows have a value. */
        byte[] nulls;

        Growing(int room) {
            this.room = room;
        }

        /** How many rows there is room for. */
        abstract int capacity();

        abstract void addNull();

        /** The values, of which the column then has none. */
        abstract Values take();

        final void markNull() {
            if (nulls == null || nulls.length < capacity()) {
                nulls = nulls == null ? new byte[capacity()] : Arrays.copyOf(nulls, capacity());
            }
            nulls[count] = 1;
        }

        /** The null map, which rows that came after the last null may have outgrown. */
        final byte[] takeNulls() {
            byte[] taken = nulls;
            nulls = null;
            return taken == null || taken.length >= count ? taken : Arrays.copyOf(taken, count);
        }
    }

    /** Maps without entries: the same in every row. */
    private static final class EmptyMaps extends Growing {
        EmptyMaps(int room) {
            super(room);
            constant = new Constant(new ColumnBatch.EmptyMaps());
        }

        @Override
        int capacity() {
            return Integer.MAX_VALUE;
        }

        @Override
        void addNull() {
            throw new IllegalArgumentException("A map is never null; it may be empty.");
        }

        @Override
        Values take() {
            return constant;
        }
    }

    private static final class GrowingNumbers extends Growing {
        private long[] values;

        GrowingNumbers(int room) {
            super(room);
        }

        @Override
        int capacity() {
            return values.length;
        }

        private void reserve() {
            if (values == null) {
                values = new long[room];
            } else if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
        }

        void add(long value) {
            reserve();
            values[count++] = value;
        }

        @Override
        void addNull() {
            reserve();
            markNull();
            values[count++] = 0;
        }

        @Override
        Values take() {
            Numbers taken = new Numbers(values == null ? new long[0] : values, takeNulls());
            values = null;
            count = 0;
            return taken;
        }
    }

    private static final class GrowingTexts extends Growing {
        private byte[] bytes;
        private int[] starts;
        private int[] ends;
        private int length;

        /** The text that was added last, and its place. */
        private String last;

        private int lastStart;
        private int lastEnd;

        GrowingTexts(int room) {
            super(room);
        }

        @Override
        int capacity() {
            return starts.length;
        }

        private void reserve() {
            if (starts == null) {
                starts = new int[room];
                ends = new int[room];
                bytes = new byte[room * 8];
            } else if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
                ends = Arrays.copyOf(ends, count * 2);
            }
        }

        void add(byte[] utf8, int start, int end) {
            reserve();
            last = null;
            if (count == 0 || !Arrays.equals(utf8, start, end, bytes, lastStart, lastEnd)) {
                int more = end - start;
                if (bytes.length - length < more) {
                    bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
                }
                System.arraycopy(utf8, start, bytes, length, more);
                lastStart = length;
                length += more;
                lastEnd = length;
            }
            place();
        }

        @SuppressWarnings("ReferenceEquality") // A shortcut: an equal text is compared instead.
        void add(String value) {
            if (value == last) {
                reserve();
                place();
            } else {
                byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
                add(utf8, 0, utf8.length);
                last = value;
            }
        }

        private void place() {
            starts[count] = lastStart;
            ends[count++] = lastEnd;
        }

        @Override
        void addNull() {
            reserve();
            markNull();
            // The place of the text before: it stays known for the texts to come.
            place();
        }

        @Override
        Values take() {
            if (starts == null) {
                return new Texts(new byte[0], new int[0], new int[0], null);
            }
            Texts taken = new Texts(bytes, starts, ends, takeNulls());
            starts = null;
            ends = null;
            bytes = null;
            last = null;
            length = 0;
            lastStart = 0;
            lastEnd = 0;
            count = 0;
            return taken;
        }
    }

    private static final class GrowingLists extends Growing {
        private long[] elements;
        private int[] ends;
        private int length;

        GrowingLists(int room) {
            super(room);
        }

        @Override
        int capacity() {
            return ends.length;
        }

        void add(long[] from, int start, int end) {
            if (ends == null) {
                ends = new int[room];
                elements = new long[room];
            } else if (count == ends.length) {
                ends = Arrays.copyOf(ends, count * 2);
            }
            int more = end - start;
            if (elements.length - length < more) {
                elements = Arrays.copyOf(elements, Math.max(length + more, length * 2));
            }
            System.arraycopy(from, start, elements, length, more);
            length += more;
            ends[count++] = length;
        }

        @Override
        void addNull() {
            throw new IllegalArgumentException("A list is never null; it may be empty.");
        }

        @Override
        Values take() {
            NumberLists taken =
                    ends == null
                            ? new NumberLists(new long[0], new int[0])
                            : new NumberLists(elements, ends);
            elements = null;
            ends = null;
            length = 0;
            count = 0;
            return taken;
        }
    }
}
