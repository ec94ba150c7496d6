package io.champion.lake;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificFixed;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Avro's binary encoding of one generated record class, with everything that depends on the schema
 * decided once, when the codec is made; Avro's own reader and writer decide it for each value.
 *
 * <p>Not thread-safe: it owns a scratch buffer.
 */
final class RecordCodec {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Schema schema;
    private final MethodHandle constructor;
    private final ValueCodec[] fields;
    private byte[] scratch = new byte[256];

    /**
     * @param schema schema of a record class that can be loaded beside {@code loader}'s others
     */
    RecordCodec(Schema schema, ClassLoader loader) {
        this.schema = schema;
        this.constructor = constructor(schema, loader, MethodType.methodType(void.class));
        this.fields =
                schema.getFields().stream()
                        .map(field -> codec(field.schema(), loader))
                        .toArray(ValueCodec[]::new);
    }

    private static MethodHandle constructor(Schema schema, ClassLoader loader, MethodType type) {
        try {
            return MethodHandles.publicLookup()
                    .findConstructor(generatedClass(schema, loader), type)
                    .asType(type.changeReturnType(Object.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    schema.getFullName()
                            + " has no generated class of this version on the class path.",
                    e);
        }
    }

    private static Class<?> generatedClass(Schema schema, ClassLoader loader)
            throws ClassNotFoundException {
        // Avro's spelling of the name joins nested classes with '$' already.
        return Class.forName(schema.getFullName(), true, loader);
    }

    SpecificRecordBase newRecord() {
        try {
            return (SpecificRecordBase) (Object) constructor.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Cannot make a " + schema.getFullName(), e);
        }
    }

    /**
     * Writes a record.
     *
     * @throws IOException if the record lacks a required value, or if writing fails
     */
    void write(IndexedRecord record, DataOutputView out) throws IOException {
        for (int i = 0; i < fields.length; i++) {
            Object value = record.get(i);
            if (value == null && !fields[i].takesNull()) {
                throw new IOException(
                        "Field '"
                                + schema.getFields().get(i).name()
                                + "' of a "
                                + schema.getFullName()
                                + " is null, but its contract requires a value. Set it before the"
                                + " record is sent on, or reject the row.");
            }
            fields[i].write(value, out);
        }
    }

    SpecificRecordBase read(DataInputView in) throws IOException {
        SpecificRecordBase record = newRecord();
        for (int i = 0; i < fields.length; i++) {
            record.put(i, fields[i].read(in));
        }
        return record;
    }

    /** A record of its own: what can change is copied, what cannot is shared. */
    SpecificRecordBase copy(IndexedRecord record) {
        SpecificRecordBase copy = newRecord();
        for (int i = 0; i < fields.length; i++) {
            Object value = record.get(i);
            copy.put(i, value == null ? null : fields[i].copy(value));
        }
        return copy;
    }

    private byte[] scratch(int size) {
        if (scratch.length < size) {
            scratch = new byte[Math.max(size, 2 * scratch.length)];
        }
        return scratch;
    }

    private ValueCodec codec(Schema schema, ClassLoader loader) {
        return switch (schema.getType()) {
            case NULL -> new NullCodec();
            case BOOLEAN -> new BooleanCodec();
            case INT -> "date".equals(logicalType(schema)) ? new DateCodec() : new IntCodec();
            case LONG ->
                    switch (String.valueOf(logicalType(schema))) {
                        case "timestamp-millis" -> new MillisCodec();
                        case "timestamp-micros" -> new MicrosCodec();
                        default -> new LongCodec();
                    };
            case FLOAT -> new FloatCodec();
            case DOUBLE -> new DoubleCodec();
            case STRING -> new StringCodec();
            case BYTES -> new BytesCodec();
            case FIXED -> new FixedCodec(schema, loader);
            case ENUM -> new EnumCodec(schema, loader);
            case ARRAY -> new ListCodec(codec(schema.getElementType(), loader));
            case MAP -> new MapCodec(codec(schema.getValueType(), loader));
            case RECORD -> new StructCodec(new RecordCodec(schema, loader));
            case UNION -> {
                List<Schema> branches = schema.getTypes();
                int nullBranch = branches.get(0).getType() == Schema.Type.NULL ? 0 : 1;
                if (branches.size() != 2
                        || branches.get(nullBranch).getType() != Schema.Type.NULL) {
                    throw new IllegalArgumentException(
                            "The union " + schema + " is not [null, T]; use separate fields.");
                }
                yield new NullableCodec(nullBranch, codec(branches.get(1 - nullBranch), loader));
            }
        };
    }

    private static String logicalType(Schema schema) {
        return schema.getLogicalType() == null ? null : schema.getLogicalType().getName();
    }

    private static void writeVarLong(long value, DataOutputView out) throws IOException {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) (rest | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    private static long readVarLong(DataInputView in) throws IOException {
        long rest = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = in.readByte();
            rest |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (rest >>> 1) ^ -(rest & 1);
            }
        }
        throw new IOException("A number of more than ten bytes: the data is no Avro record.");
    }

    private static int readSize(DataInputView in) throws IOException {
        long size = readVarLong(in);
        if (size < 0 || size > Integer.MAX_VALUE) {
            throw new IOException("A value of " + size + " bytes: the data is no Avro record.");
        }
        return (int) size;
    }

    private abstract static class ValueCodec {
        abstract void write(Object value, DataOutputView out) throws IOException;

        abstract Object read(DataInputView in) throws IOException;

        Object copy(Object value) {
            return value;
        }

        boolean takesNull() {
            return false;
        }
    }

    private static final class NullableCodec extends ValueCodec {
        private final int nullBranch;
        private final ValueCodec codec;

        NullableCodec(int nullBranch, ValueCodec codec) {
            this.nullBranch = nullBranch;
            this.codec = codec;
        }

        @Override
        void write(Object value, DataOutputView out) throws IOException {
            if (value == null) {
                writeVarLong(nullBranch, out);
            } else {
                writeVarLong(1 - nullBranch, out);
                codec.write(value, out);
            }
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return readVarLong(in) == nullBranch ? null : codec.read(in);
        }

        @Override
        Object copy(Object value) {
            return codec.copy(value);
        }

        @Override
        boolean takesNull() {
            return true;
        }
    }

    private static final class NullCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) {}

        @Override
        Object read(DataInputView in) {
            return null;
        }

        @Override
        boolean takesNull() {
            return true;
        }
    }

    private static final class BooleanCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            out.writeByte((Boolean) value ? 1 : 0);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return in.readByte() == 1;
        }
    }

    private static final class IntCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            writeVarLong((Integer) value, out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return (int) readVarLong(in);
        }
    }

    private static final class DateCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            writeVarLong(((LocalDate) value).toEpochDay(), out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return LocalDate.ofEpochDay(readVarLong(in));
        }
    }

    private static final class LongCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            writeVarLong((Long) value, out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return readVarLong(in);
        }
    }

    private static final class MillisCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            writeVarLong(((Instant) value).toEpochMilli(), out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return Instant.ofEpochMilli(readVarLong(in));
        }
    }

    private static final class MicrosCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            Instant instant = (Instant) value;
            writeVarLong(
                    Math.addExact(
                            Math.multiplyExact(instant.getEpochSecond(), MICROS_PER_SECOND),
                            instant.getNano() / 1000),
                    out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            long micros = readVarLong(in);
            return Instant.ofEpochSecond(
                    Math.floorDiv(micros, MICROS_PER_SECOND),
                    Math.floorMod(micros, MICROS_PER_SECOND) * 1000);
        }
    }

    private static final class FloatCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            out.writeInt(Integer.reverseBytes(Float.floatToRawIntBits((Float) value)));
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return Float.intBitsToFloat(Integer.reverseBytes(in.readInt()));
        }
    }

    private static final class DoubleCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            out.writeLong(Long.reverseBytes(Double.doubleToRawLongBits((Double) value)));
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return Double.longBitsToDouble(Long.reverseBytes(in.readLong()));
        }
    }

    private final class StringCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            byte[] utf8 = value.toString().getBytes(StandardCharsets.UTF_8);
            writeVarLong(utf8.length, out);
            out.write(utf8);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            int size = readSize(in);
            byte[] utf8 = scratch(size);
            in.readFully(utf8, 0, size);
            return new String(utf8, 0, size, StandardCharsets.UTF_8);
        }
    }

    private static final class BytesCodec extends ValueCodec {
        @Override
        void write(Object value, DataOutputView out) throws IOException {
            ByteBuffer bytes = (ByteBuffer) value;
            writeVarLong(bytes.remaining(), out);
            if (bytes.hasArray()) {
                out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            } else {
                byte[] array = new byte[bytes.remaining()];
                bytes.duplicate().get(array);
                out.write(array);
            }
        }

        @Override
        Object read(DataInputView in) throws IOException {
            byte[] bytes = new byte[readSize(in)];
            in.readFully(bytes);
            return ByteBuffer.wrap(bytes);
        }

        @Override
        Object copy(Object value) {
            ByteBuffer bytes = ((ByteBuffer) value).duplicate();
            byte[] array = new byte[bytes.remaining()];
            bytes.get(array);
            return ByteBuffer.wrap(array);
        }
    }

    private static final class FixedCodec extends ValueCodec {
        private final int size;
        private final MethodHandle constructor;

        FixedCodec(Schema schema, ClassLoader loader) {
            this.size = schema.getFixedSize();
            this.constructor =
                    constructor(schema, loader, MethodType.methodType(void.class, byte[].class));
        }

        private Object make(byte[] bytes) {
            try {
                return (Object) constructor.invokeExact(bytes);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        void write(Object value, DataOutputView out) throws IOException {
            out.write(((SpecificFixed) value).bytes());
        }

        @Override
        Object read(DataInputView in) throws IOException {
            byte[] bytes = new byte[size];
            in.readFully(bytes);
            return make(bytes);
        }

        @Override
        Object copy(Object value) {
            return make(((SpecificFixed) value).bytes().clone());
        }
    }

    private static final class EnumCodec extends ValueCodec {
        private final Schema schema;
        private final Object[] symbols;

        EnumCodec(Schema schema, ClassLoader loader) {
            this.schema = schema;
            try {
                // The compiler writes the symbols in the order of the schema.
                this.symbols = generatedClass(schema, loader).getEnumConstants();
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(
                        schema.getFullName() + " has no generated class on the class path.", e);
            }
        }

        @Override
        void write(Object value, DataOutputView out) throws IOException {
            writeVarLong(schema.getEnumOrdinal(value.toString()), out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return symbols[(int) readVarLong(in)];
        }
    }

    private static final class ListCodec extends ValueCodec {
        private final ValueCodec element;

        ListCodec(ValueCodec element) {
            this.element = element;
        }

        @Override
        void write(Object value, DataOutputView out) throws IOException {
            List<?> list = (List<?>) value;
            if (!list.isEmpty()) {
                writeVarLong(list.size(), out);
                for (Object item : list) {
                    element.write(item, out);
                }
            }
            writeVarLong(0, out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            List<Object> list = new ArrayList<>();
            for (int count = readSize(in); count != 0; count = readSize(in)) {
                for (int i = 0; i < count; i++) {
                    list.add(element.read(in));
                }
            }
            return list;
        }

        @Override
        Object copy(Object value) {
            List<Object> copy = new ArrayList<>(((List<?>) value).size());
            for (Object item : (List<?>) value) {
                copy.add(item == null ? null : element.copy(item));
            }
            return copy;
        }
    }

    private final class MapCodec extends ValueCodec {
        private final ValueCodec keys = new StringCodec();
        private final ValueCodec values;

        MapCodec(ValueCodec values) {
            this.values = values;
        }

        @Override
        void write(Object value, DataOutputView out) throws IOException {
            Map<?, ?> map = (Map<?, ?>) value;
            if (!map.isEmpty()) {
                writeVarLong(map.size(), out);
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    keys.write(entry.getKey(), out);
                    values.write(entry.getValue(), out);
                }
            }
            writeVarLong(0, out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int count = readSize(in); count != 0; count = readSize(in)) {
                for (int i = 0; i < count; i++) {
                    map.put(keys.read(in), values.read(in));
                }
            }
            return map;
        }

        @Override
        Object copy(Object value) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            ((Map<?, ?>) value).forEach((k, v) -> copy.put(k, v == null ? null : values.copy(v)));
            return copy;
        }
    }

    private static final class StructCodec extends ValueCodec {
        private final RecordCodec codec;

        StructCodec(RecordCodec codec) {
            this.codec = codec;
        }

        @Override
        void write(Object value, DataOutputView out) throws IOException {
            codec.write((IndexedRecord) value, out);
        }

        @Override
        Object read(DataInputView in) throws IOException {
            return codec.read(in);
        }

        @Override
        Object copy(Object value) {
            return codec.copy((IndexedRecord) value);
        }
    }
}
