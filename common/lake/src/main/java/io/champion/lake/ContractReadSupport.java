package io.champion.lake;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.avro.AvroMissingFieldException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.column.Dictionary;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Reads files back as records of the contract as it is now: a column that a file does not have yet
 * gets the contract's default, one that the contract does not have is not read, and a number may
 * have been widened since.
 */
final class ContractReadSupport extends ReadSupport<SpecificRecordBase> {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final Schema schema;
    private final SpecificData model;

    /**
     * How rows of a contract are read.
     *
     * @param model made once for many files: {@link #model}
     */
    ContractReadSupport(Schema schema, SpecificData model) {
        this.schema = schema;
        this.model = model;
    }

    /** Avro's helper for generated classes, with the conversions that they are generated with. */
    static SpecificData model(ClassLoader loader) {
        SpecificData model = new SpecificData(loader);
        model.addLogicalTypeConversion(new TimeConversions.DateConversion());
        model.addLogicalTypeConversion(new TimeConversions.TimestampMillisConversion());
        model.addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
        return model;
    }

    @Override
    public ReadContext init(InitContext context) {
        MessageType file = context.getFileSchema();
        List<Type> known =
                file.getFields().stream()
                        .filter(type -> schema.getField(type.getName()) != null)
                        .toList();
        return new ReadContext(new MessageType(file.getName(), known));
    }

    @Override
    public RecordMaterializer<SpecificRecordBase> prepareForRead(
            Configuration configuration,
            Map<String, String> metadata,
            MessageType fileSchema,
            ReadContext context) {
        return new Materializer(context.getRequestedSchema());
    }

    @Override
    public RecordMaterializer<SpecificRecordBase> prepareForRead(
            ParquetConfiguration configuration,
            Map<String, String> metadata,
            MessageType fileSchema,
            ReadContext context) {
        return new Materializer(context.getRequestedSchema());
    }

    private final class Materializer extends RecordMaterializer<SpecificRecordBase> {
        private final StructConverter root;

        Materializer(MessageType file) {
            this.root = new StructConverter(file, schema, record -> {});
        }

        @Override
        public SpecificRecordBase getCurrentRecord() {
            return (SpecificRecordBase) root.record;
        }

        @Override
        public GroupConverter getRootConverter() {
            return root;
        }
    }

    private Converter converter(Type file, Schema contract, Consumer<Object> to) {
        String logical =
                contract.getLogicalType() == null ? "" : contract.getLogicalType().getName();
        return switch (contract.getType()) {
            case UNION ->
                    converter(
                            file,
                            contract.getTypes().get(0).getType() == Schema.Type.NULL
                                    ? contract.getTypes().get(1)
                                    : contract.getTypes().get(0),
                            to);
            case BOOLEAN -> new BooleanConverter(to);
            case INT ->
                    logical.equals("date")
                            ? new IntegerConverter(LocalDate::ofEpochDay, to)
                            : new IntegerConverter(Math::toIntExact, to);
            case LONG ->
                    switch (logical) {
                        case "timestamp-millis" -> new IntegerConverter(Instant::ofEpochMilli, to);
                        case "timestamp-micros" ->
                                new IntegerConverter(ContractReadSupport::ofEpochMicro, to);
                        default -> new IntegerConverter(Long::valueOf, to);
                    };
            case FLOAT -> new FloatConverter(to);
            case DOUBLE -> new DoubleConverter(to);
            case STRING -> new BinaryConverter(Binary::toStringUsingUTF8, true, to);
            case ENUM ->
                    new BinaryConverter(
                            bytes -> model.createEnum(bytes.toStringUsingUTF8(), contract),
                            true,
                            to);
            case BYTES ->
                    new BinaryConverter(bytes -> ByteBuffer.wrap(bytes.getBytes()), false, to);
            case FIXED ->
                    new BinaryConverter(
                            bytes -> model.createFixed(null, bytes.getBytes(), contract),
                            false,
                            to);
            case ARRAY -> new ListConverter(file.asGroupType(), contract.getElementType(), to);
            case MAP -> new MapConverter(file.asGroupType(), contract.getValueType(), to);
            case RECORD -> new StructConverter(file.asGroupType(), contract, to);
            case NULL -> throw new IllegalStateException("A column of type null has no data.");
        };
    }

    private static Instant ofEpochMicro(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                Math.floorMod(micros, MICROS_PER_SECOND) * 1000);
    }

    private static final class BooleanConverter extends PrimitiveConverter {
        private final Consumer<Object> to;

        BooleanConverter(Consumer<Object> to) {
            this.to = to;
        }

        @Override
        public void addBoolean(boolean value) {
            to.accept(value);
        }
    }

    private static final class IntegerConverter extends PrimitiveConverter {
        private final LongFunction<Object> make;
        private final Consumer<Object> to;

        IntegerConverter(LongFunction<Object> make, Consumer<Object> to) {
            this.make = make;
            this.to = to;
        }

        @Override
        public void addInt(int value) {
            to.accept(make.apply(value));
        }

        @Override
        public void addLong(long value) {
            to.accept(make.apply(value));
        }
    }

    private static final class FloatConverter extends PrimitiveConverter {
        private final Consumer<Object> to;

        FloatConverter(Consumer<Object> to) {
            this.to = to;
        }

        @Override
        public void addFloat(float value) {
            to.accept(value);
        }
    }

    private static final class DoubleConverter extends PrimitiveConverter {
        private final Consumer<Object> to;

        DoubleConverter(Consumer<Object> to) {
            this.to = to;
        }

        @Override
        public void addDouble(double value) {
            to.accept(value);
        }

        @Override
        public void addFloat(float value) {
            to.accept((double) value);
        }

        @Override
        public void addInt(int value) {
            to.accept((double) value);
        }
    }

    private static final class BinaryConverter extends PrimitiveConverter {
        private final Function<Binary, Object> make;
        private final boolean shared;
        private final Consumer<Object> to;
        private Object[] dictionary;

        /**
         * @param shared whether one value may stand in several rows, because it cannot change
         */
        BinaryConverter(Function<Binary, Object> make, boolean shared, Consumer<Object> to) {
            this.make = make;
            this.shared = shared;
            this.to = to;
        }

        @Override
        public void addBinary(Binary value) {
            to.accept(make.apply(value));
        }

        @Override
        public boolean hasDictionarySupport() {
            return shared;
        }

        @Override
        public void setDictionary(Dictionary values) {
            dictionary = new Object[values.getMaxId() + 1];
            for (int id = 0; id < dictionary.length; id++) {
                dictionary[id] = make.apply(values.decodeToBinary(id));
            }
        }

        @Override
        public void addValueFromDictionary(int id) {
            to.accept(dictionary[id]);
        }
    }

    private final class StructConverter extends GroupConverter {
        private final Schema contract;
        private final Consumer<Object> to;
        private final Converter[] fields;
        private final List<Schema.Field> missing = new ArrayList<>();
        private IndexedRecord record;

        StructConverter(GroupType file, Schema contract, Consumer<Object> to) {
            this.contract = contract;
            this.to = to;
            this.fields = new Converter[file.getFieldCount()];
            for (Schema.Field field : contract.getFields()) {
                if (file.containsField(field.name())) {
                    int index = file.getFieldIndex(field.name());
                    fields[index] =
                            converter(
                                    file.getType(index),
                                    field.schema(),
                                    value -> record.put(field.pos(), value));
                } else if (field.schema().getType() != Schema.Type.NULL) {
                    missing.add(field);
                }
            }
        }

        @Override
        public Converter getConverter(int index) {
            return fields[index];
        }

        @Override
        public void start() {
            record = (IndexedRecord) model.newRecord(null, contract);
            for (Schema.Field field : missing) {
                record.put(field.pos(), defaultOf(field));
            }
        }

        private Object defaultOf(Schema.Field field) {
            try {
                return model.getDefaultValue(field);
            } catch (AvroMissingFieldException e) {
                throw new AvroRuntimeException(
                        "The file has no column '"
                                + field.name()
                                + "', and "
                                + contract.getFullName()
                                + " has no default for it. Ingest the partition again.",
                        e);
            }
        }

        @Override
        public void end() {
            to.accept(record);
        }
    }

    private final class ListConverter extends GroupConverter {
        private final Converter repeated;
        private final Consumer<Object> to;
        private List<Object> list;

        ListConverter(GroupType file, Schema element, Consumer<Object> to) {
            this.to = to;
            GroupType entry = file.getType(0).asGroupType();
            this.repeated = new Element(converter(entry.getType(0), element, this::set));
        }

        private void set(Object value) {
            list.set(list.size() - 1, value);
        }

        /** One element, null until its value arrives. */
        private final class Element extends GroupConverter {
            private final Converter element;

            Element(Converter element) {
                this.element = element;
            }

            @Override
            public Converter getConverter(int index) {
                return element;
            }

            @Override
            public void start() {
                list.add(null);
            }

            @Override
            public void end() {}
        }

        @Override
        public Converter getConverter(int index) {
            return repeated;
        }

        @Override
        public void start() {
            list = new ArrayList<>();
        }

        @Override
        public void end() {
            to.accept(list);
        }
    }

    private final class MapConverter extends GroupConverter {
        private final Converter repeated;
        private final Consumer<Object> to;
        private Map<Object, Object> map;

        MapConverter(GroupType file, Schema value, Consumer<Object> to) {
            this.to = to;
            this.repeated = new Entry(file.getType(0).asGroupType(), value);
        }

        private final class Entry extends GroupConverter {
            private final Converter[] fields;
            private Object key;
            private Object value;

            Entry(GroupType file, Schema valueSchema) {
                this.fields =
                        new Converter[] {
                            new BinaryConverter(Binary::toStringUsingUTF8, true, k -> key = k),
                            converter(file.getType(1), valueSchema, v -> value = v)
                        };
            }

            @Override
            public Converter getConverter(int index) {
                return fields[index];
            }

            @Override
            public void start() {
                key = null;
                value = null;
            }

            @Override
            public void end() {
                map.put(key, value);
            }
        }

        @Override
        public Converter getConverter(int index) {
            return repeated;
        }

        @Override
        public void start() {
            map = new LinkedHashMap<>();
        }

        @Override
        public void end() {
            to.accept(map);
        }
    }
}
