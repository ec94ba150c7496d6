package io.champion.lake;

import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;

/**
 * Writes contract records as {@link TypeMapping} lays their columns out.
 *
 * <p>What is to be done with a column is decided once per file; a row only runs through its column
 * writers.
 */
final class ContractWriteSupport extends WriteSupport<SpecificRecordBase> {
    /** Key of the contract in a file's metadata, where Avro's own Parquet readers expect it too. */
    static final String SCHEMA_KEY = "parquet.avro.schema";

    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Schema schema;
    private final List<Column> columns;
    private final ValueWriter[] writers;
    private final String[] names;
    private final int[] positions;
    private RecordConsumer consumer;

    ContractWriteSupport(Schema schema) {
        this.schema = schema;
        this.columns = TypeMapping.columns(schema);
        this.writers = writers(columns);
        this.names = columns.stream().map(Column::name).toArray(String[]::new);
        this.positions = columns.stream().mapToInt(Column::position).toArray();
    }

    @Override
    public String getName() {
        return "champion";
    }

    @Override
    public WriteContext init(Configuration configuration) {
        return init();
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return init();
    }

    private WriteContext init() {
        return new WriteContext(TypeMapping.parquet(schema), Map.of(SCHEMA_KEY, schema.toString()));
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        this.consumer = recordConsumer;
    }

    /**
     * @throws IllegalArgumentException if a required value is null
     */
    @Override
    public void write(SpecificRecordBase record) {
        RecordConsumer out = consumer;
        out.startMessage();
        for (int i = 0; i < writers.length; i++) {
            Object value = record.get(positions[i]);
            if (value != null) {
                out.startField(names[i], i);
                writers[i].write(value, out);
                out.endField(names[i], i);
            } else if (!columns.get(i).type().nullable()) {
                throw missing(columns.get(i));
            }
        }
        out.endMessage();
    }

    private IllegalArgumentException missing(Column column) {
        return new IllegalArgumentException(
                "Field '"
                        + column.name()
                        + "' of a "
                        + schema.getFullName()
                        + " is null, but its contract requires a value. Reject the row instead.");
    }

    /** Writes one value that is not null. */
    private interface ValueWriter {
        void write(Object value, RecordConsumer out);
    }

    private static ValueWriter[] writers(List<Column> columns) {
        return columns.stream().map(c -> writer(c.type())).toArray(ValueWriter[]::new);
    }

    private static ValueWriter writer(ColumnType type) {
        return switch (type.kind()) {
            case BOOLEAN -> (value, out) -> out.addBoolean((Boolean) value);
            case INT -> (value, out) -> out.addInteger((Integer) value);
            case LONG, TIMESTAMP_NANOS -> (value, out) -> out.addLong((Long) value);
            case FLOAT -> (value, out) -> out.addFloat((Float) value);
            case DOUBLE -> (value, out) -> out.addDouble((Double) value);
            case STRING -> new StringWriter();
            case ENUM -> new StringWriter();
            case BYTES -> (value, out) -> out.addBinary(binary((ByteBuffer) value));
            case FIXED -> (value, out) -> out.addBinary(binary((GenericFixed) value));
            case DATE -> (value, out) -> out.addInteger(Math.toIntExact(day(value)));
            case TIMESTAMP_MILLIS -> (value, out) -> out.addLong(((Instant) value).toEpochMilli());
            case TIMESTAMP_MICROS -> (value, out) -> out.addLong(micros((Instant) value));
            case DECIMAL -> (value, out) -> out.addBinary(decimal(value, type));
            case ARRAY -> new ListWriter(type.element());
            case MAP -> new MapWriter(type.element());
            case STRUCT -> new StructWriter(type.children());
        };
    }

    private static long day(Object date) {
        return ((LocalDate) date).toEpochDay();
    }

    private static long micros(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), MICROS_PER_SECOND),
                instant.getNano() / 1000);
    }

    private static Binary binary(ByteBuffer bytes) {
        // The row may be reused while the row group is still in memory.
        ByteBuffer source = bytes.duplicate();
        byte[] copy = new byte[source.remaining()];
        source.get(copy);
        return Binary.fromConstantByteArray(copy);
    }

    private static Binary binary(GenericFixed fixed) {
        return Binary.fromConstantByteArray(fixed.bytes().clone());
    }

    private static Binary decimal(Object value, ColumnType type) {
        if (value instanceof ByteBuffer bytes) {
            return binary(bytes);
        }
        if (value instanceof GenericFixed fixed) {
            return binary(fixed);
        }
        byte[] unscaled = ((BigDecimal) value).setScale(type.scale()).unscaledValue().toByteArray();
        if (type.size() == 0 || type.size() == unscaled.length) {
            return Binary.fromConstantByteArray(unscaled);
        }
        byte[] padded = new byte[type.size()];
        java.util.Arrays.fill(padded, (byte) (unscaled[0] >> 7));
        System.arraycopy(unscaled, 0, padded, padded.length - unscaled.length, unscaled.length);
        return Binary.fromConstantByteArray(padded);
    }

    /** Rows that follow each other often repeat a text; its bytes are then made only once. */
    private static final class StringWriter implements ValueWriter {
        private Object lastText;
        private Binary lastBytes;

        @Override
        public void write(Object value, RecordConsumer out) {
            if (!value.equals(lastText)) {
                lastText = value;
                lastBytes = Binary.fromString(value.toString());
            }
            out.addBinary(lastBytes);
        }
    }

    private static void writeChild(
            String name, int index, Object value, ValueWriter writer, RecordConsumer out) {
        if (value != null) {
            out.startField(name, index);
            writer.write(value, out);
            out.endField(name, index);
        }
    }

    private static final class ListWriter implements ValueWriter {
        private final ValueWriter element;
        private final boolean nullable;

        ListWriter(ColumnType element) {
            this.element = writer(element);
            this.nullable = element.nullable();
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            out.startGroup();
            List<?> list = (List<?>) value;
            if (!list.isEmpty()) {
                out.startField("list", 0);
                for (Object item : list) {
                    requirePresent(item, nullable, "An element of a list");
                    out.startGroup();
                    writeChild("element", 0, item, element, out);
                    out.endGroup();
                }
                out.endField("list", 0);
            }
            out.endGroup();
        }
    }

    private static final class MapWriter implements ValueWriter {
        private final ValueWriter key = new StringWriter();
        private final ValueWriter element;
        private final boolean nullable;

        MapWriter(ColumnType element) {
            this.element = writer(element);
            this.nullable = element.nullable();
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            out.startGroup();
            Map<?, ?> map = (Map<?, ?>) value;
            if (!map.isEmpty()) {
                out.startField("key_value", 0);
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    requirePresent(entry.getValue(), nullable, "A value of a map");
                    out.startGroup();
                    writeChild("key", 0, entry.getKey(), key, out);
                    writeChild("value", 1, entry.getValue(), element, out);
                    out.endGroup();
                }
                out.endField("key_value", 0);
            }
            out.endGroup();
        }
    }

    private static final class StructWriter implements ValueWriter {
        private final List<Column> columns;
        private final ValueWriter[] writers;

        StructWriter(List<Column> columns) {
            this.columns = columns;
            this.writers = writers(columns);
        }

        @Override
        public void write(Object value, RecordConsumer out) {
            IndexedRecord record = (IndexedRecord) value;
            out.startGroup();
            for (int i = 0; i < writers.length; i++) {
                Column column = columns.get(i);
                Object child = record.get(column.position());
                requirePresent(child, column.type().nullable(), column.name());
                writeChild(column.name(), i, child, writers[i], out);
            }
            out.endGroup();
        }
    }

    private static void requirePresent(Object value, boolean nullable, String what) {
        if (value == null && !nullable) {
            throw new IllegalArgumentException(
                    what + " is null, but its contract requires a value. Reject the row instead.");
        }
    }
}
