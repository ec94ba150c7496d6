package io.champion.reader;

import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.reader.Vector.Booleans;
import io.champion.reader.Vector.Doubles;
import io.champion.reader.Vector.Ints;
import io.champion.reader.Vector.Lists;
import io.champion.reader.Vector.Longs;
import io.champion.reader.Vector.Texts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.AvroMissingFieldException;
import org.apache.avro.generic.GenericData;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Fills a column of known length, from its first row to its last. */
abstract class VectorBuilder {
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Rows that are there. */
    int rows;

    private final int length;
    private byte[] nulls;

    private VectorBuilder(int length) {
        this.length = length;
    }

    /**
     * A builder for the values of a contract's column.
     *
     * @param length how many rows there will be
     * @throws IllegalArgumentException if values of that type are not read
     */
    static VectorBuilder of(ColumnType type, int length) {
        return switch (type.kind()) {
            case LONG, TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS -> new OfLongs(length);
            case FLOAT, DOUBLE -> new OfDoubles(length);
            case INT, DATE -> new OfInts(length);
            case BOOLEAN -> new OfBooleans(length);
            case STRING, ENUM -> new OfTexts(length);
            case ARRAY -> {
                if (type.element().kind() != ColumnType.Kind.INT) {
                    throw new IllegalArgumentException(
                            "Lists of " + type.element().kind() + " are not read.");
                }
                yield new OfLists(length);
            }
            default ->
                    throw new IllegalArgumentException(
                            "Columns of " + type.kind() + " are not read.");
        };
    }

    /** The same values in another order. */
    static Vector inOrder(Vector vector, ColumnType type, int[] order) {
        VectorBuilder builder = of(type, order.length);
        for (int row : order) {
            builder.add(vector, row, row + 1);
        }
        return builder.build();
    }

    /** Whether a file's values of that type can be added. */
    abstract boolean takes(PrimitiveTypeName physical);

    /**
     * Adds values that a page holds one after the other.
     *
     * @param first of them, counted without nulls
     */
    abstract void add(DataPage page, int first, int count);

    /** Adds rows of another column of the same type. */
    abstract void add(Vector from, int start, int end);

    abstract Vector build();

    /**
     * Adds rows of a file that does not have the column yet.
     *
     * @throws IllegalArgumentException if the contract says no value for them
     */
    final void addDefault(ColumnType.Column column, Dataset dataset, int count) {
        Object value;
        try {
            value = GenericData.get().getDefaultValue(dataset.schema().getField(column.name()));
        } catch (AvroMissingFieldException e) {
            throw new IllegalArgumentException(
                    "A file of "
                            + dataset
                            + " has no column '"
                            + column.name()
                            + "', which has no default. Ingest the partition again.",
                    e);
        }
        if (value == null || value instanceof List<?> list && list.isEmpty()) {
            addNulls(count);
        } else {
            Vector one = constant(value);
            for (int i = 0; i < count; i++) {
                add(one, 0, 1);
            }
        }
    }

    private static Vector constant(Object value) {
        if (value instanceof Long number) {
            return new Longs(new long[] {number}, null);
        }
        if (value instanceof Integer number) {
            return new Ints(new int[] {number}, null);
        }
        if (value instanceof Double number) {
            return new Doubles(new double[] {number}, null);
        }
        if (value instanceof Boolean truth) {
            return new Booleans(new boolean[] {truth}, null);
        }
        byte[] utf8 = value.toString().getBytes(StandardCharsets.UTF_8);
        return new Texts(utf8, new int[] {0}, new int[] {utf8.length}, null);
    }

    /** Adds rows without a value. */
    void addNulls(int count) {
        if (nulls == null) {
            nulls = new byte[length];
        }
        Arrays.fill(nulls, rows, rows + count, (byte) 1);
    }

    final void addNullsOf(Vector from, int start, int end) {
        if (from.nulls() != null) {
            if (nulls == null) {
                nulls = new byte[length];
            }
            System.arraycopy(from.nulls(), start, nulls, rows, end - start);
        }
    }

    final byte[] nulls() {
        return nulls;
    }

    private static ByteBuffer littleEndian(DataPage page, int first, int width) {
        return ByteBuffer.wrap(
                        page.bytes(),
                        page.valuesAt() + first * width,
                        page.end() - page.valuesAt() - first * width)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static final class OfLongs extends VectorBuilder {
        private final long[] values;

        OfLongs(int length) {
            super(length);
            this.values = new long[length];
        }

        @Override
        boolean takes(PrimitiveTypeName physical) {
            return physical == PrimitiveTypeName.INT64 || physical == PrimitiveTypeName.INT32;
        }

        @Override
        void add(DataPage page, int first, int count) {
            Dictionary dictionary = page.dictionary();
            boolean wide = page.physical() == PrimitiveTypeName.INT64;
            if (dictionary != null) {
                long[] known = dictionary.longs();
                int[] ids = page.ids();
                for (int i = 0; i < count; i++) {
                    values[rows + i] = known[ids[first + i]];
                }
            } else if (page.differences() != null) {
                System.arraycopy(page.differences(), first, values, rows, count);
            } else if (wide) {
                littleEndian(page, first, Long.BYTES).asLongBuffer().get(values, rows, count);
            } else {
                int at = page.valuesAt() + first * Integer.BYTES;
                for (int i = 0; i < count; i++) {
                    values[rows + i] = (int) INTS.get(page.bytes(), at + i * Integer.BYTES);
                }
            }
            rows += count;
        }

        @Override
        void add(Vector from, int start, int end) {
            System.arraycopy(((Longs) from).values(), start, values, rows, end - start);
            addNullsOf(from, start, end);
            rows += end - start;
        }

        @Override
        void addNulls(int count) {
            super.addNulls(count);
            Arrays.fill(values, rows, rows + count, Columns.NO_LONG);
            rows += count;
        }

        @Override
        Vector build() {
            return new Longs(values, nulls());
        }
    }

    private static final class OfDoubles extends VectorBuilder {
        private final double[] values;

        OfDoubles(int length) {
            super(length);
            this.values = new double[length];
        }

        @Override
        boolean takes(PrimitiveTypeName physical) {
            return physical == PrimitiveTypeName.DOUBLE || physical == PrimitiveTypeName.FLOAT;
        }

        @Override
        void add(DataPage page, int first, int count) {
            Dictionary dictionary = page.dictionary();
            if (dictionary != null) {
                double[] known = dictionary.doubles();
                int[] ids = page.ids();
                for (int i = 0; i < count; i++) {
                    values[rows + i] = known[ids[first + i]];
                }
            } else if (page.physical() == PrimitiveTypeName.DOUBLE) {
                littleEndian(page, first, Double.BYTES).asDoubleBuffer().get(values, rows, count);
            } else {
                int at = page.valuesAt() + first * Float.BYTES;
                for (int i = 0; i < count; i++) {
                    values[rows + i] =
                            Float.intBitsToFloat(
                                    (int) INTS.get(page.bytes(), at + i * Float.BYTES));
                }
            }
            rows += count;
        }

        @Override
        void add(Vector from, int start, int end) {
            System.arraycopy(((Doubles) from).values(), start, values, rows, end - start);
            addNullsOf(from, start, end);
            rows += end - start;
        }

        @Override
        void addNulls(int count) {
            super.addNulls(count);
            Arrays.fill(values, rows, rows + count, Double.NaN);
            rows += count;
        }

        @Override
        Vector build() {
            return new Doubles(values, nulls());
        }
    }

    private static final class OfInts extends VectorBuilder {
        private final int[] values;

        OfInts(int length) {
            super(length);
            this.values = new int[length];
        }

        @Override
        boolean takes(PrimitiveTypeName physical) {
            return physical == PrimitiveTypeName.INT32;
        }

        @Override
        void add(DataPage page, int first, int count) {
            Dictionary dictionary = page.dictionary();
            if (dictionary != null) {
                int[] known = dictionary.ints();
                int[] ids = page.ids();
                for (int i = 0; i < count; i++) {
                    values[rows + i] = known[ids[first + i]];
                }
            } else {
                littleEndian(page, first, Integer.BYTES).asIntBuffer().get(values, rows, count);
            }
            rows += count;
        }

        @Override
        void add(Vector from, int start, int end) {
            System.arraycopy(((Ints) from).values(), start, values, rows, end - start);
            addNullsOf(from, start, end);
            rows += end - start;
        }

        @Override
        void addNulls(int count) {
            super.addNulls(count);
            Arrays.fill(values, rows, rows + count, Columns.NO_INT);
            rows += count;
        }

        @Override
        Vector build() {
            return new Ints(values, nulls());
        }
    }

    private static final class OfBooleans extends VectorBuilder {
        private final boolean[] values;

        OfBooleans(int length) {
            super(length);
            this.values = new boolean[length];
        }

        @Override
        boolean takes(PrimitiveTypeName physical) {
            return physical == PrimitiveTypeName.BOOLEAN;
        }

        @Override
        void add(DataPage page, int first, int count) {
            byte[] bytes = page.bytes();
            for (int i = 0; i < count; i++) {
                int bit = first + i;
                values[rows + i] = (bytes[page.valuesAt() + (bit >>> 3)] >>> (bit & 7) & 1) != 0;
            }
            rows += count;
        }

        @Override
        void add(Vector from, int start, int end) {
            System.arraycopy(((Booleans) from).values(), start, values, rows, end - start);
            addNullsOf(from, start, end);
            rows += end - start;
        }

        @Override
        void addNulls(int count) {
            super.addNulls(count);
            rows += count;
        }

        @Override
        Vector build() {
            return new Booleans(values, nulls());
        }
    }

    private static final class OfTexts extends VectorBuilder {
        /** A dictionary with more bytes than this for each text that is taken is not copied. */
        private static final int SHARED_BYTES_PER_TEXT = 16;

        private final int[] starts;
        private final int[] ends;
        private byte[] utf8 = new byte[64];
        private int length;

        /** The dictionary or column whose bytes are there from {@link #base}. */
        private Object known;

        private int base;

        OfTexts(int length) {
            super(length);
            this.starts = new int[length];
            this.ends = new int[length];
        }

        @Override
        boolean takes(PrimitiveTypeName physical) {
            return physical == PrimitiveTypeName.BINARY;
        }

        @Override
        void add(DataPage page, int first, int count) {
            Dictionary dictionary = page.dictionary();
            if (dictionary != null) {
                int[] from = dictionary.starts();
                int[] to = dictionary.ends();
                int[] ids = page.ids();
                boolean shared = share(dictionary, dictionary.bytes(), count);
                for (int i = 0; i < count; i++) {
                    int id = ids[first + i];
                    if (shared) {
                        starts[rows + i] = base + from[id];
                        ends[rows + i] = base + to[id];
                    } else {
                        copy(dictionary.bytes(), from[id], to[id], rows + i);
                    }
                }
            } else {
                int[] places = page.textPlaces();
                int from = places[first];
                int move = length - from;
                append(page.bytes(), from, places[first + count]);
                for (int i = 0; i < count; i++) {
                    starts[rows + i] = move + places[first + i] + Integer.BYTES;
                    ends[rows + i] = move + places[first + i + 1];
                }
            }
            rows += count;
        }

        @Override
        void add(Vector from, int start, int end) {
            Texts texts = (Texts) from;
            boolean shared = share(texts, texts.utf8(), end - start);
            for (int row = start; row < end; row++) {
                int at = rows + row - start;
                if (shared) {
                    starts[at] = base + texts.starts()[row];
                    ends[at] = base + texts.ends()[row];
                } else {
                    copy(texts.utf8(), texts.starts()[row], texts.ends()[row], at);
                }
            }
            addNullsOf(from, start, end);
            rows += end - start;
        }

        @Override
        void addNulls(int count) {
            super.addNulls(count);
            rows += count;
        }

        /** Takes over all bytes, unless few of them are needed; answers whether it did. */
        @SuppressWarnings("ReferenceEquality") // It is about this object's bytes.
        private boolean share(Object owner, byte[] bytes, int texts) {
            if (owner != known) {
                if (bytes.length > (long) texts * SHARED_BYTES_PER_TEXT) {
                    return false;
                }
                known = owner;
                base = length;
                append(bytes, 0, bytes.length);
            }
            return true;
        }

        /** Adds a text, unless it is that of the row before. */
        private void copy(byte[] bytes, int start, int end, int row) {
            if (row > 0 && Arrays.equals(utf8, starts[row - 1], ends[row - 1], bytes, start, end)) {
                starts[row] = starts[row - 1];
                ends[row] = ends[row - 1];
                return;
            }
            starts[row] = length;
            append(bytes, start, end);
            ends[row] = length;
        }

        private void append(byte[] bytes, int start, int end) {
            int more = end - start;
            if (utf8.length - length < more) {
                utf8 =
                        Arrays.copyOf(
                                utf8,
                                Math.max(
                                        Math.addExact(length, more),
                                        (int) Math.min(Integer.MAX_VALUE - 8, 2L * utf8.length)));
            }
            System.arraycopy(bytes, start, utf8, length, more);
            length += more;
        }

        @Override
        Vector build() {
            return new Texts(
                    utf8.length == length ? utf8 : Arrays.copyOf(utf8, length),
                    starts,
                    ends,
                    nulls());
        }
    }

    private static final class OfLists extends VectorBuilder {
        private final int[] ends;
        private int[] elements;
        private int count;

        OfLists(int length) {
            super(length);
            this.ends = new int[length];
            this.elements = new int[length + length / 2 + 8];
        }

        @Override
        boolean takes(PrimitiveTypeName physical) {
            return physical == PrimitiveTypeName.INT32;
        }

        /** Here {@code first} and {@code number} are rows of the page. */
        @Override
        void add(DataPage page, int first, int number) {
            int[] rowEnds = page.listEnds();
            int from = first == 0 ? 0 : rowEnds[first - 1];
            int more = rowEnds[first + number - 1] - from;
            reserve(more);
            Dictionary dictionary = page.dictionary();
            if (dictionary != null) {
                int[] known = dictionary.ints();
                int[] ids = page.ids();
                for (int i = 0; i < more; i++) {
                    elements[count + i] = known[ids[from + i]];
                }
            } else {
                littleEndian(page, from, Integer.BYTES).asIntBuffer().get(elements, count, more);
            }
            for (int i = 0; i < number; i++) {
                ends[rows + i] = count + rowEnds[first + i] - from;
            }
            count += more;
            rows += number;
        }

        @Override
        void add(Vector from, int start, int end) {
            if (end == start) {
                return;
            }
            Lists lists = (Lists) from;
            int first = lists.start(start);
            int more = lists.ends()[end - 1] - first;
            reserve(more);
            System.arraycopy(lists.elements(), first, elements, count, more);
            for (int row = start; row < end; row++) {
                ends[rows + row - start] = count + lists.ends()[row] - first;
            }
            count += more;
            rows += end - start;
        }

        /** A list that is not there is empty: contracts have no other. */
        @Override
        void addNulls(int number) {
            Arrays.fill(ends, rows, rows + number, count);
            rows += number;
        }

        private void reserve(int more) {
            if (elements.length - count < more) {
                elements =
                        Arrays.copyOf(
                                elements,
                                Math.max(Math.addExact(count, more), elements.length * 2));
            }
        }

        @Override
        Vector build() {
            return new Lists(
                    elements.length == count ? elements : Arrays.copyOf(elements, count), ends);
        }
    }

    /** Reads a number of a dictionary or page. */
    static int intAt(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }

    static long longAt(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }
}
