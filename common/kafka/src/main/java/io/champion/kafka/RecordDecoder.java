package io.champion.kafka;

import static io.champion.kafka.WireException.Reason.INCOMPATIBLE_SCHEMA;
import static io.champion.kafka.WireException.Reason.INVALID_VALUE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Reads messages in Avro's single-object encoding or Confluent's wire format, told apart by their
 * first byte, as records of one contract, whatever version of it they were written with: Avro's <a
 * href="https://avro.apache.org/docs/1.11.1/specification/#schema-resolution">schema resolution</a>
 * makes the record.
 *
 * <p>A message is untrusted: all of it is checked against its schema before anything is allocated
 * by what it says. Not thread-safe.
 *
 * @param <T> the contract's generated class
 */
public final class RecordDecoder<T extends SpecificRecordBase> {

    private final Schema reader;
    private final SpecificData data;
    private final long fingerprint;
    private final PerSchema<Plan<T>> plans;
    private final AvroBytes in = new AvroBytes();

    /** How records of one writer's schema are read. */
    private interface Plan<T> {
        void read(AvroBytes in, T record) throws WireException;
    }

    /**
     * @param type the contract's generated class
     */
    public RecordDecoder(Class<T> type, WireSchemas schemas) {
        data = SpecificData.getForClass(type);
        reader = data.getSchema(type);
        fingerprint = SchemaNormalization.parsingFingerprint64(reader);
        plans = new PerSchema<>(schemas, this::plan);
    }

    /**
     * Reads a message.
     *
     * @param message the value of a Kafka record; null is {@link WireException.Reason#EMPTY}
     * @param record overwritten with what was read; of no use after a failure
     * @return the record
     * @throws WireException if the message is no record of the contract
     * @throws RegistryException if the registry has to be asked and does not answer
     */
    public T decode(byte[] message, T record) throws WireException {
        Plan<T> plan = plans.of(message);
        in.wrap(message, WireSchemas.recordStart(message));
        plan.read(in, record);
        return record;
    }

    private Plan<T> plan(Schema writer) throws WireException {
        if (SchemaNormalization.parsingFingerprint64(writer) == fingerprint) {
            FieldReader[] fields = FieldReader.ofRecord(reader, data);
            if (fields != null) {
                return (in, record) -> {
                    for (int i = 0; i < fields.length; i++) {
                        record.put(i, fields[i].read(in));
                    }
                    in.requireEnd();
                };
            }
        }
        return resolving(writer);
    }

    private Plan<T> resolving(Schema writer) throws WireException {
        Skip check = Skip.of(writer);
        requireCompatible(writer);
        SpecificDatumReader<T> resolver = new SpecificDatumReader<>(writer, reader, data);
        BinaryDecoder[] reused = new BinaryDecoder[1];
        return (in, record) -> {
            int start = in.position();
            check.skip(in);
            in.requireEnd();
            reused[0] =
                    DecoderFactory.get()
                            .binaryDecoder(in.array(), start, in.array().length - start, reused[0]);
            try {
                resolver.read(record, reused[0]);
            } catch (IOException | AvroRuntimeException e) {
                throw new WireException(
                        INVALID_VALUE,
                        "The message cannot be read as "
                                + reader.getName()
                                + ": "
                                + e.getMessage()
                                + ".");
            }
        };
    }

    private void requireCompatible(Schema writer) throws WireException {
        SchemaCompatibility.SchemaCompatibilityResult result =
                SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
        if (result.getCompatibility() != SchemaCompatibilityType.COMPATIBLE) {
            throw new WireException(
                    INCOMPATIBLE_SCHEMA,
                    "Records of the writer's schema "
                            + writer.getFullName()
                            + " cannot be read as "
                            + reader.getFullName()
                            + ": "
                            + result.getIncompatibilities().stream()
                                    .map(i -> i.getLocation() + " " + i.getMessage())
                                    .collect(Collectors.joining("; "))
                            + ".");
        }
    }

    /** Reads the values of one field, written with the reader's own schema. */
    @FunctionalInterface
    private interface FieldReader {

        int CACHED_STRINGS = 1 << 12;

        Object read(AvroBytes in) throws WireException;

        /** Null if there is a field that needs Avro's own reader. */
        static FieldReader[] ofRecord(Schema record, SpecificData data) {
            FieldReader[] fields = new FieldReader[record.getFields().size()];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = of(record.getFields().get(i).schema(), data);
                if (fields[i] == null) {
                    return null;
                }
            }
            return fields;
        }

        private static FieldReader of(Schema schema, SpecificData data) {
            if (schema.getLogicalType() != null
                    && data.getConversionFor(schema.getLogicalType()) != null) {
                return schema.getLogicalType().getName().equals("timestamp-millis")
                        ? new InstantReader()::read
                        : null;
            }
            return switch (schema.getType()) {
                case BOOLEAN -> AvroBytes::readBoolean;
                case INT -> AvroBytes::readInt;
                case LONG -> AvroBytes::readLong;
                case FLOAT -> AvroBytes::readFloat;
                case DOUBLE -> AvroBytes::readDouble;
                case STRING -> {
                    StringCache cache = new StringCache(CACHED_STRINGS);
                    yield in -> {
                        int length = in.readLength();
                        int start = in.position();
                        in.skip(length);
                        return cache.get(in.array(), start, length);
                    };
                }
                case ENUM -> {
                    Object[] symbols =
                            schema.getEnumSymbols().stream()
                                    .map(symbol -> data.createEnum(symbol, schema))
                                    .toArray();
                    yield in -> symbols[in.readIndex(symbols.length)];
                }
                case UNION -> nullable(schema, data);
                case ARRAY -> array(of(schema.getElementType(), data));
                default -> null;
            };
        }

        private static FieldReader nullable(Schema union, SpecificData data) {
            List<Schema> branches = union.getTypes();
            if (branches.size() != 2 || !union.isNullable()) {
                return null;
            }
            int nullBranch = branches.get(0).getType() == Schema.Type.NULL ? 0 : 1;
            FieldReader value = of(branches.get(1 - nullBranch), data);
            return value == null
                    ? null
                    : in -> in.readIndex(2) == nullBranch ? null : value.read(in);
        }

        private static FieldReader array(FieldReader item) {
            if (item == null) {
                return null;
            }
            return in -> {
                int count = in.readBlock();
                if (count == 0) {
                    return List.of();
                }
                List<Object> items = new ArrayList<>(count);
                for (; count > 0; count = in.readBlock()) {
                    for (int i = 0; i < count; i++) {
                        items.add(item.read(in));
                    }
                }
                return items;
            };
        }
    }
}
