package io.champion.warehouse;

import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import io.champion.model.TextDictionary;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;

/**
 * The values of one column, accumulated in the form that ClickHouse's Native format gives them.
 *
 * <p>A value that does not fit leaves a column as it was, or else, inside arrays, maps and structs,
 * for {@link #truncate} to repair.
 */
abstract class NativeColumn {

    final String field;
    int count;

    private NativeColumn(String field) {
        this.field = field;
    }

    /**
     * Adds a value, which is null only for columns that hold nulls.
     *
     * @throws UnstorableException if the column cannot hold it
     */
    abstract void add(Object value) throws UnstorableException;

    /** Adds the values of rows that {@link #firstUnstorable} has nothing against. */
    void add(Values values, int from, int to) {
        throw new IllegalStateException("A batch has no column of this kind.");
    }

    /** The first of these rows whose value the column cannot hold, or {@code to} for none. */
    int firstUnstorable(Values values, int from, int to) {
        return to;
    }

    /** Adds what stands where there is no value. */
    abstract void addDefault();

    /** Forgets all values but the first ones. */
    abstract void truncate(int values);

    abstract long bytes();

    abstract void writeTo(OutputStream out) throws IOException;

    /** The type under which the values are written now, where the contract's column has another. */
    String type(String contract) {
        return contract;
    }

    /** A column of a table. */
    static NativeColumn of(Column column) {
        NativeColumn plain = of(column.name(), column.type());
        return column.type().kind() == Kind.STRING || column.type().kind() == Kind.ENUM
                ? new TextColumn(plain, column.type().nullable())
                : plain;
    }

    static NativeColumn of(String field, ColumnType type) {
        NativeColumn plain =
                switch (type.kind()) {
                    case BOOLEAN -> new BooleanColumn(field);
                    case INT -> new IntColumn(field);
                    case LONG -> new LongColumn(field);
                    case FLOAT -> new FloatColumn(field);
                    case DOUBLE -> new DoubleColumn(field);
                    case STRING, ENUM -> new StringColumn(field);
                    case BYTES -> new BytesColumn(field);
                    case FIXED -> new FixedColumn(field, type.size());
                    case DATE -> new DateColumn(field);
                    case TIMESTAMP_MILLIS -> new InstantColumn(field, 1_000);
                    case TIMESTAMP_MICROS -> new InstantColumn(field, 1_000_000);
                    case TIMESTAMP_NANOS -> new InstantColumn(field, 1_000_000_000);
                    case DECIMAL -> new DecimalColumn(field, type.precision(), type.scale());
                    case ARRAY -> new ArrayColumn(field, of(field + ".element", type.element()));
                    case MAP -> new MapColumn(field, of(field + ".value", type.element()));
                    case STRUCT -> new StructColumn(field, type.children());
                };
        return type.nullable() ? new NullableColumn(plain) : plain;
    }

    /** A column of values of one size. */
    private abstract static class FixedWidth extends NativeColumn {
        final Bytes data = new Bytes();
        private final int width;

        FixedWidth(String field, int width) {
            super(field);
            this.width = width;
        }

        abstract void put(Object value) throws UnstorableException;

        @Override
        final void add(Values values, int from, int to) {
            if (values instanceof Constant constant) {
                Numbers number = (Numbers) constant.value();
                data.putNumbers(width, number.values(), number.nulls(), 0, 1);
                data.repeatLast(width, to - from - 1);
            } else {
                Numbers numbers = (Numbers) values;
                data.putNumbers(width, numbers.values(), numbers.nulls(), from, to);
            }
            count += to - from;
        }

        @Override
        final void add(Object value) throws UnstorableException {
            if (value == null) {
                throw missing();
            }
            put(value);
            count++;
        }

        @Override
        final void addDefault() {
            for (int i = 0; i < width; i++) {
                data.putByte(0);
            }
            count++;
        }

        @Override
        final void truncate(int values) {
            data.length = values * width;
            count = values;
        }

        @Override
        final long bytes() {
            return data.length;
        }

        @Override
        final void writeTo(OutputStream out) throws IOException {
            data.writeTo(out);
        }
    }

    UnstorableException missing() {
        return new UnstorableException(field, null, "but its column holds no nulls.");
    }

    private static final class BooleanColumn extends FixedWidth {
        BooleanColumn(String field) {
            super(field, 1);
        }

        @Override
        void put(Object value) {
            data.putByte((Boolean) value ? 1 : 0);
        }
    }

    private static final class IntColumn extends FixedWidth {
        IntColumn(String field) {
            super(field, Integer.BYTES);
        }

        @Override
        void put(Object value) {
            data.putInt((Integer) value);
        }
    }

    private static final class LongColumn extends FixedWidth {
        LongColumn(String field) {
            super(field, Long.BYTES);
        }

        @Override
        void put(Object value) {
            data.putLong((Long) value);
        }
    }

    private static final class FloatColumn extends FixedWidth {
        FloatColumn(String field) {
            super(field, Float.BYTES);
        }

        @Override
        void put(Object value) {
            data.putInt(Float.floatToRawIntBits((Float) value));
        }
    }

    private static final class DoubleColumn extends FixedWidth {
        DoubleColumn(String field) {
            super(field, Double.BYTES);
        }

        @Override
        void put(Object value) {
            data.putLong(Double.doubleToRawLongBits((Double) value));
        }
    }

    private static final class DateColumn extends FixedWidth {
        DateColumn(String field) {
            super(field, Short.BYTES);
        }

        @Override
        void put(Object value) throws UnstorableException {
            long day =
                    value instanceof LocalDate date
                            ? date.toEpochDay()
                            : ((Integer) value).intValue();
            if (!ColumnType.holdsDate(day)) {
                throw new UnstorableException(
                        field,
                        value instanceof LocalDate ? value : LocalDate.ofEpochDay(day),
                        "but its column holds dates " + ColumnType.DATES + ".");
            }
            data.putShort((int) day);
        }

        @Override
        int firstUnstorable(Values values, int from, int to) {
            if (values instanceof Constant constant) {
                return firstUnstorable(constant.value(), 0, 1) == 1 ? to : from;
            }
            Numbers numbers = (Numbers) values;
            byte[] nulls = numbers.nulls();
            for (int i = from; i < to; i++) {
                long day = numbers.values()[i];
                if (!ColumnType.holdsDate(day) && (nulls == null || nulls[i] == 0)) {
                    return i;
                }
            }
            return to;
        }
    }

    private static final class InstantColumn extends FixedWidth {
        private final int ticksPerSecond;
        private final int nanosPerTick;

        InstantColumn(String field, int ticksPerSecond) {
            super(field, Long.BYTES);
            this.ticksPerSecond = ticksPerSecond;
            this.nanosPerTick = 1_000_000_000 / ticksPerSecond;
        }

        @Override
        void put(Object value) throws UnstorableException {
            if (value instanceof Instant instant) {
                try {
                    data.putLong(
                            Math.addExact(
                                    Math.multiplyExact(instant.getEpochSecond(), ticksPerSecond),
                                    instant.getNano() / nanosPerTick));
                } catch (ArithmeticException e) {
                    throw new UnstorableException(
                            field, value, "which is out of the range of its column.");
                }
            } else {
                data.putLong((Long) value);
            }
        }
    }

    private static final class FixedColumn extends FixedWidth {
        private final int size;

        FixedColumn(String field, int size) {
            super(field, size);
            this.size = size;
        }

        @Override
        void put(Object value) {
            data.putBytes(((GenericFixed) value).bytes(), 0, size);
        }
    }

    private static final class DecimalColumn extends FixedWidth {
        private final int width;
        private final int precision;
        private final int scale;

        DecimalColumn(String field, int precision, int scale) {
            super(field, widthOf(precision));
            this.width = widthOf(precision);
            this.precision = precision;
            this.scale = scale;
        }

        private static int widthOf(int precision) {
            return precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
        }

        @Override
        void put(Object value) throws UnstorableException {
            BigInteger unscaled;
            if (value instanceof BigDecimal decimal) {
                if (decimal.scale() != scale) {
                    try {
                        decimal = decimal.setScale(scale);
                    } catch (ArithmeticException e) {
                        throw new UnstorableException(
                                field, value, "but its column holds " + scale + " decimal places.");
                    }
                }
                unscaled = decimal.unscaledValue();
            } else if (value instanceof GenericFixed fixed) {
                unscaled = new BigInteger(fixed.bytes());
            } else {
                ByteBuffer buffer = ((ByteBuffer) value).duplicate();
                byte[] bytes = new byte[buffer.remaining()];
                buffer.get(bytes);
                unscaled = new BigInteger(bytes);
            }
            if (unscaled.bitLength() > 3.33 * precision - 1
                    && unscaled.abs().compareTo(BigInteger.TEN.pow(precision)) >= 0) {
                throw new UnstorableException(
                        field,
                        new BigDecimal(unscaled, scale).toPlainString(),
                        "but its column holds " + precision + " digits.");
            }
            byte[] bigEndian = unscaled.toByteArray();
            int sign = unscaled.signum() < 0 ? -1 : 0;
            for (int i = 0; i < width; i++) {
                int at = bigEndian.length - 1 - i;
                data.putByte(at >= 0 ? bigEndian[at] : sign);
            }
        }
    }

    /** A column of values that each begin with their length. */
    private abstract static class VariableWidth extends NativeColumn {
        final Bytes data = new Bytes();

        /** Where the last value begins; negative where that is not known. */
        int lastStart = -1;

        VariableWidth(String field) {
            super(field);
        }

        abstract void put(Object value);

        @Override
        final void add(Object value) throws UnstorableException {
            if (value == null) {
                throw missing();
            }
            int start = data.length;
            put(value);
            lastStart = start;
            count++;
        }

        @Override
        final void addDefault() {
            data.putByte(0);
            // An empty string is cheap to write and must not be taken for the last value added.
            lastStart = -1;
            count++;
        }

        @Override
        final void truncate(int values) {
            if (values == count) {
                return;
            }
            data.length = values == count - 1 && lastStart >= 0 ? lastStart : startOf(values);
            count = values;
            lastStart = -1;
        }

        private int startOf(int value) {
            int at = 0;
            for (int i = 0; i < value; i++) {
                int length = 0;
                int shift = 0;
                byte b;
                do {
                    b = data.array[at++];
                    length |= (b & 0x7f) << shift;
                    shift += 7;
                } while (b < 0);
                at += length;
            }
            return at;
        }

        @Override
        final long bytes() {
            return data.length;
        }

        @Override
        final void writeTo(OutputStream out) throws IOException {
            data.writeTo(out);
        }
    }

    private static final class StringColumn extends VariableWidth {
        /** The last string added: symbols, sources and so on come in runs. */
        private String last;

        StringColumn(String field) {
            super(field);
        }

        @Override
        void put(Object value) {
            String string = value.toString();
            if (lastStart >= 0 && string.equals(last)) {
                data.repeat(lastStart, data.length - lastStart);
            } else {
                data.putString(string);
                last = string;
            }
        }

        @Override
        void add(Values values, int from, int to) {
            if (values instanceof Constant constant) {
                int start = data.length;
                addTexts((Texts) constant.value(), 0, 1);
                data.repeatLast(data.length - start, to - from - 1);
                count += to - from - 1;
            } else {
                addTexts((Texts) values, from, to);
            }
        }

        private void addTexts(Texts texts, int from, int to) {
            byte[] nulls = texts.nulls();
            for (int i = from; i < to; i++) {
                if (nulls != null && nulls[i] != 0) {
                    data.putByte(0);
                } else {
                    int start = texts.starts()[i];
                    data.putString(texts.bytes(), start, texts.ends()[i] - start);
                }
            }
            lastStart = -1;
            count += to - from;
        }
    }

    /**
     * Strings as they stand in a table: symbols, sources and names repeat, so they are collected as
     * places in a dictionary, which saves most of their encoding, sending and parsing. Where there
     * are too many different ones the column goes on as a plain one.
     */
    private static final class TextColumn extends NativeColumn {
        /** As many symbols and names as an exchange has; identifiers of rows have many more. */
        private static final int MOST_KEYS = 16_384;

        /** For so many blocks a column that had too many strings is a plain one from the start. */
        private static final int PLAIN_BLOCKS = 16;

        private static final int VERSION_KEYS_WITH_VALUES = 1;
        private static final int HAS_KEYS = 1 << 9;
        private static final int NEW_DICTIONARY = 1 << 10;
        private static final int INDEXES_OF_16_BITS = 1;

        private final NativeColumn plain;
        private final boolean nullable;

        /** The strings behind the first place, which is the type's default: empty, or null. */
        private final TextDictionary dictionary = new TextDictionary(MOST_KEYS);

        /** Places, in 16 bits each. */
        private final Bytes indexes = new Bytes();

        private boolean collects = true;

        /** Blocks, this one included, that are not tried because the values hardly repeat. */
        private int plainBlocks;

        /**
         * The string that was looked up last, and its place: sources and exchanges come in runs.
         */
        private String last;

        private int lastPlace;

        /** Whether the last value brought a string to the dictionary. */
        private boolean lastIsNew;

        TextColumn(NativeColumn plain, boolean nullable) {
            super(plain.field);
            this.plain = plain;
            this.nullable = nullable;
        }

        @Override
        void add(Object value) throws UnstorableException {
            boolean isNew = false;
            if (!collects) {
                plain.add(value);
            } else if (value != null) {
                isNew = addToDictionary(value.toString());
            } else if (nullable) {
                indexes.putShort(0);
            } else {
                throw missing();
            }
            lastIsNew = isNew;
            count++;
        }

        /** Adds a string, and tells whether it is new to the dictionary. */
        @SuppressWarnings("ReferenceEquality") // A shortcut: an equal string is looked up instead.
        private boolean addToDictionary(String value) throws UnstorableException {
            if (value == last) {
                indexes.putShort(lastPlace + 1);
                return false;
            }
            int known = dictionary.size();
            int place = dictionary.idOf(value);
            if (place == TextDictionary.FULL) {
                expand();
                plainBlocks = PLAIN_BLOCKS;
                plain.add(value);
                return false;
            }
            indexes.putShort(place + 1);
            last = value;
            lastPlace = place;
            return dictionary.size() > known;
        }

        @Override
        void add(Values values, int from, int to) {
            lastIsNew = false;
            int added = 0;
            if (collects && values instanceof Constant constant) {
                added = addRun((Texts) constant.value(), 0, to - from);
            } else if (collects) {
                added = addRuns((Texts) values, from, to);
            }
            // Counted here already: a column that expands in between looks at them.
            count += added;
            if (from + added < to) {
                if (collects) {
                    expand();
                    plainBlocks = PLAIN_BLOCKS;
                }
                plain.add(values, from + added, to);
                count += to - from - added;
            }
        }

        /** Adds texts for as long as the dictionary takes them, and tells how many those were. */
        private int addRuns(Texts texts, int from, int to) {
            byte[] nulls = texts.nulls();
            int[] starts = texts.starts();
            int[] ends = texts.ends();
            int row = from;
            while (row < to) {
                int first = row;
                boolean isNull = nulls != null && nulls[row] != 0;
                do {
                    row++;
                } while (row < to
                        && (isNull
                                ? nulls[row] != 0
                                : starts[row] == starts[first]
                                        && ends[row] == ends[first]
                                        && (nulls == null || nulls[row] == 0)));
                if (addRun(texts, first, row - first) == 0) {
                    return first - from;
                }
            }
            return to - from;
        }

        /** Adds one of the texts some times, or never where the dictionary is full. */
        private int addRun(Texts texts, int row, int times) {
            if (texts.nulls() != null && texts.nulls()[row] != 0) {
                indexes.putShort(0);
            } else {
                int place = dictionary.idOf(texts.bytes(), texts.starts()[row], texts.ends()[row]);
                if (place == TextDictionary.FULL) {
                    return 0;
                }
                indexes.putShort(place + 1);
            }
            indexes.repeatLast(Short.BYTES, times - 1);
            return times;
        }

        /** Goes on as a plain column. */
        private void expand() {
            int[] starts = new int[count];
            int[] ends = new int[count];
            byte[] nulls = nullable ? new byte[count] : null;
            for (int i = 0; i < count; i++) {
                int at = i * Short.BYTES;
                int place = indexes.array[at] & 0xff | (indexes.array[at + 1] & 0xff) << 8;
                if (place == 0) {
                    nulls[i] = 1;
                } else {
                    starts[i] = dictionary.start(place - 1);
                    ends[i] = dictionary.end(place - 1);
                }
            }
            plain.add(new Texts(dictionary.utf8(), starts, ends, nulls), 0, count);
            dictionary.clear();
            last = null;
            indexes.length = 0;
            collects = false;
        }

        @Override
        void addDefault() {
            throw new UnsupportedOperationException("A column of a table is inside no other.");
        }

        @Override
        void truncate(int values) {
            last = null;
            if (values == 0) {
                dictionary.clear();
                plainBlocks = Math.max(0, plainBlocks - 1);
                collects = plainBlocks == 0;
            } else if (values == count - 1 && lastIsNew) {
                dictionary.removeNewest();
            }
            lastIsNew = values == count && lastIsNew;
            indexes.length = collects ? values * Short.BYTES : 0;
            plain.truncate(collects ? 0 : values);
            count = values;
        }

        @Override
        long bytes() {
            return indexes.length + dictionary.bytes() + plain.bytes();
        }

        /** A dictionary of values that hardly repeat would be longer than they are. */
        private boolean repeats() {
            return collects && dictionary.size() * 2 <= count;
        }

        @Override
        String type(String contract) {
            return repeats() ? "LowCardinality(" + contract + ")" : contract;
        }

        @Override
        void writeTo(OutputStream out) throws IOException {
            if (!repeats()) {
                writePlain(out);
                return;
            }
            Bytes head = new Bytes();
            head.putLong(VERSION_KEYS_WITH_VALUES);
            head.putLong(HAS_KEYS | NEW_DICTIONARY | INDEXES_OF_16_BITS);
            head.putLong(dictionary.size() + 1);
            head.putString("");
            for (int place = 0; place < dictionary.size(); place++) {
                int start = dictionary.start(place);
                head.putString(dictionary.utf8(), start, dictionary.end(place) - start);
            }
            head.putLong(count);
            head.writeTo(out);
            indexes.writeTo(out);
        }

        private void writePlain(OutputStream out) throws IOException {
            if (collects) {
                expand();
            }
            plain.writeTo(out);
        }
    }

    private static final class BytesColumn extends VariableWidth {
        BytesColumn(String field) {
            super(field);
        }

        @Override
        void put(Object value) {
            ByteBuffer buffer = ((ByteBuffer) value).duplicate();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            data.putVarint(bytes.length);
            data.putBytes(bytes, 0, bytes.length);
        }
    }

    private static final class NullableColumn extends NativeColumn {
        private final Bytes nulls = new Bytes();
        private final NativeColumn values;

        NullableColumn(NativeColumn values) {
            super(values.field);
            this.values = values;
        }

        @Override
        void add(Object value) throws UnstorableException {
            if (value == null) {
                values.addDefault();
                nulls.putByte(1);
            } else {
                values.add(value);
                nulls.putByte(0);
            }
            count++;
        }

        @Override
        void add(Values added, int from, int to) {
            boolean constant = added instanceof Constant;
            byte[] map = nulls(added instanceof Constant same ? same.value() : added);
            if (map == null || constant) {
                nulls.putByte(map == null ? 0 : map[0]);
                nulls.repeatLast(1, to - from - 1);
            } else {
                nulls.putBytes(map, from, to - from);
            }
            values.add(added, from, to);
            count += to - from;
        }

        private static byte[] nulls(Values plain) {
            return plain instanceof Numbers numbers ? numbers.nulls() : ((Texts) plain).nulls();
        }

        @Override
        int firstUnstorable(Values added, int from, int to) {
            return values.firstUnstorable(added, from, to);
        }

        @Override
        void addDefault() {
            values.addDefault();
            nulls.putByte(1);
            count++;
        }

        @Override
        void truncate(int keep) {
            nulls.length = keep;
            values.truncate(keep);
            count = keep;
        }

        @Override
        long bytes() {
            return nulls.length + values.bytes();
        }

        @Override
        void writeTo(OutputStream out) throws IOException {
            nulls.writeTo(out);
            values.writeTo(out);
        }
    }

    /** Values that are lists: how many elements there are up to each of them, then the elements. */
    private abstract static class ListColumn extends NativeColumn {
        final Bytes ends = new Bytes();

        ListColumn(String field) {
            super(field);
        }

        /** Adds the elements of a value and tells how many elements there are now. */
        abstract int addElements(Object value) throws UnstorableException;

        abstract int elements();

        abstract void truncateElements(int values);

        @Override
        final void add(Object value) throws UnstorableException {
            if (value == null) {
                throw missing();
            }
            int before = elements();
            try {
                ends.putLong(addElements(value));
            } catch (UnstorableException e) {
                truncateElements(before);
                throw e;
            }
            count++;
        }

        @Override
        final void addDefault() {
            ends.putLong(elements());
            count++;
        }

        @Override
        final void truncate(int values) {
            ends.length = values * Long.BYTES;
            count = values;
            truncateElements(
                    values == 0
                            ? 0
                            : ByteBuffer.wrap(ends.array)
                                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                                    .getInt(ends.length - Long.BYTES));
        }

        @Override
        long bytes() {
            return ends.length;
        }

        @Override
        void writeTo(OutputStream out) throws IOException {
            ends.writeTo(out);
        }
    }

    private static final class ArrayColumn extends ListColumn {
        private final NativeColumn elements;

        ArrayColumn(String field, NativeColumn elements) {
            super(field);
            this.elements = elements;
        }

        @Override
        void add(Values values, int from, int to) {
            if (values instanceof Constant constant) {
                for (int i = from; i < to; i++) {
                    addLists((NumberLists) constant.value(), 0, 1);
                }
            } else {
                addLists((NumberLists) values, from, to);
            }
        }

        private void addLists(NumberLists lists, int from, int to) {
            int start = from == 0 ? 0 : lists.ends()[from - 1];
            long before = elements.count - start;
            for (int i = from; i < to; i++) {
                ends.putLong(before + lists.ends()[i]);
            }
            elements.add(new Numbers(lists.elements(), null), start, lists.ends()[to - 1]);
            count += to - from;
        }

        /** Looks at all elements: a list is stored as a whole. */
        @Override
        int firstUnstorable(Values values, int from, int to) {
            if (values instanceof Constant constant) {
                return firstUnstorable(constant.value(), 0, 1) == 1 ? to : from;
            }
            NumberLists lists = (NumberLists) values;
            Numbers numbers = new Numbers(lists.elements(), null);
            int start = from == 0 ? 0 : lists.ends()[from - 1];
            for (int i = from; i < to; i++) {
                int end = lists.ends()[i];
                if (elements.firstUnstorable(numbers, start, end) < end) {
                    return i;
                }
                start = end;
            }
            return to;
        }

        @Override
        int addElements(Object value) throws UnstorableException {
            for (Object element : (Iterable<?>) value) {
                elements.add(element);
            }
            return elements.count;
        }

        @Override
        int elements() {
            return elements.count;
        }

        @Override
        void truncateElements(int values) {
            elements.truncate(values);
        }

        @Override
        long bytes() {
            return super.bytes() + elements.bytes();
        }

        @Override
        void writeTo(OutputStream out) throws IOException {
            super.writeTo(out);
            elements.writeTo(out);
        }
    }

    private static final class MapColumn extends ListColumn {
        private final NativeColumn keys;
        private final NativeColumn values;

        MapColumn(String field, NativeColumn values) {
            super(field);
            this.keys = new StringColumn(field + ".key");
            this.values = values;
        }

        /** Batches have empty maps only. */
        @Override
        void add(Values empty, int from, int to) {
            for (int i = from; i < to; i++) {
                addDefault();
            }
        }

        @Override
        int addElements(Object value) throws UnstorableException {
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                keys.add(entry.getKey());
                values.add(entry.getValue());
            }
            return keys.count;
        }

        @Override
        int elements() {
            // Not of the keys: they may be one ahead where a value was refused.
            return values.count;
        }

        @Override
        void truncateElements(int keep) {
            keys.truncate(keep);
            values.truncate(keep);
        }

        @Override
        long bytes() {
            return super.bytes() + keys.bytes() + values.bytes();
        }

        @Override
        void writeTo(OutputStream out) throws IOException {
            super.writeTo(out);
            keys.writeTo(out);
            values.writeTo(out);
        }
    }

    private static final class StructColumn extends NativeColumn {
        private final NativeColumn[] columns;
        private final int[] positions;

        StructColumn(String field, List<Column> children) {
            super(field);
            columns = new NativeColumn[children.size()];
            positions = new int[children.size()];
            for (int i = 0; i < columns.length; i++) {
                Column child = children.get(i);
                columns[i] = of(field + "." + child.name(), child.type());
                positions[i] = child.position();
            }
        }

        @Override
        void add(Object value) throws UnstorableException {
            if (value == null) {
                throw missing();
            }
            IndexedRecord record = (IndexedRecord) value;
            try {
                for (int i = 0; i < columns.length; i++) {
                    columns[i].add(record.get(positions[i]));
                }
            } catch (UnstorableException e) {
                truncate(count);
                throw e;
            }
            count++;
        }

        @Override
        void addDefault() {
            for (NativeColumn column : columns) {
                column.addDefault();
            }
            count++;
        }

        @Override
        void truncate(int values) {
            for (NativeColumn column : columns) {
                column.truncate(values);
            }
            count = values;
        }

        @Override
        long bytes() {
            long bytes = 0;
            for (NativeColumn column : columns) {
                bytes += column.bytes();
            }
            return bytes;
        }

        @Override
        void writeTo(OutputStream out) throws IOException {
            for (NativeColumn column : columns) {
                column.writeTo(out);
            }
        }
    }
}
