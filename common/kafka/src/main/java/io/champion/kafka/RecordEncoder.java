package io.champion.kafka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Writes records of one contract as messages that {@link RecordDecoder} and other readers of the
 * same encoding understand. Not thread-safe.
 *
 * @param <T> the contract's generated class
 */
public final class RecordEncoder<T extends SpecificRecordBase> {

    private final byte[] header;
    private final SpecificDatumWriter<T> writer;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    private BinaryEncoder encoder;

    private RecordEncoder(Class<T> type, byte[] header) {
        SpecificData data = SpecificData.getForClass(type);
        this.writer = new SpecificDatumWriter<>(data.getSchema(type), data);
        this.header = header;
    }

    /** Avro's single-object encoding. */
    public static <T extends SpecificRecordBase> RecordEncoder<T> singleObject(Class<T> type) {
        Schema schema = SpecificData.getForClass(type).getSchema(type);
        return new RecordEncoder<>(
                type,
                ByteBuffer.allocate(WireSchemas.SINGLE_OBJECT_HEADER)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(WireSchemas.SINGLE_OBJECT)
                        .put(WireSchemas.SINGLE_OBJECT_VERSION)
                        .putLong(SchemaNormalization.parsingFingerprint64(schema))
                        .array());
    }

    /**
     * Confluent's wire format.
     *
     * @param schemaId what {@link SchemaRegistry#register} answered for the contract
     */
    public static <T extends SpecificRecordBase> RecordEncoder<T> confluent(
            Class<T> type, int schemaId) {
        return new RecordEncoder<>(
                type,
                ByteBuffer.allocate(WireSchemas.CONFLUENT_HEADER)
                        .put(WireSchemas.CONFLUENT)
                        .putInt(schemaId)
                        .array());
    }

    /**
     * The message of a record.
     *
     * @throws RuntimeException as Avro throws it, if the record lacks a required value
     */
    public byte[] encode(T record) {
        out.reset();
        out.writeBytes(header);
        encoder = EncoderFactory.get().directBinaryEncoder(out, encoder);
        try {
            writer.write(record, encoder);
        } catch (IOException e) {
            throw new UncheckedIOException("Writing to memory failed.", e);
        }
        return out.toByteArray();
    }
}
