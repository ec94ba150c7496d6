package io.champion.kafka;

import static io.champion.kafka.WireException.Reason.EMPTY;
import static io.champion.kafka.WireException.Reason.UNKNOWN_FORMAT;
import static io.champion.kafka.WireException.Reason.UNKNOWN_SCHEMA;

import io.champion.model.ReleasedContracts;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * The schemas that messages may have been written with, and how messages name them:
 *
 * <ul>
 *   <li>Avro's <a
 *       href="https://avro.apache.org/docs/1.11.1/specification/#single-object-encoding">single-object
 *       encoding</a>: {@code C3 01} and the schema's CRC-64-AVRO fingerprint, little endian;
 *   <li>Confluent's <a
 *       href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">wire
 *       format</a>: {@code 00} and the schema's number in the registry, four bytes, big endian.
 * </ul>
 *
 * <p>Fingerprints are known of every released version of the contracts and of the schemas in a
 * folder, if one is given; numbers are asked of the registry, if there is one.
 */
public final class WireSchemas {

    /** Bytes before the record in single-object encoding. */
    static final int SINGLE_OBJECT_HEADER = 10;

    /** Bytes before the record in Confluent's wire format. */
    static final int CONFLUENT_HEADER = 5;

    static final byte SINGLE_OBJECT = (byte) 0xC3;
    static final byte SINGLE_OBJECT_VERSION = 1;
    static final byte CONFLUENT = 0;

    private static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_ENDIAN_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final Map<Long, Schema> byFingerprint = new HashMap<>();
    private final SchemaRegistry registry;

    /**
     * @param folder more schemas, one a file {@code *.avsc}; null for none
     * @param registry null for none
     * @throws IllegalArgumentException if a file of the folder is no schema, or it cannot be read
     */
    public WireSchemas(Path folder, SchemaRegistry registry) {
        this.registry = registry;
        ReleasedContracts.all().forEach(this::add);
        if (folder != null) {
            files(folder).forEach(file -> add(parse(file)));
        }
    }

    /** The released versions of the contracts alone. */
    public static WireSchemas released() {
        return new WireSchemas(null, null);
    }

    private void add(Schema schema) {
        byFingerprint.put(SchemaNormalization.parsingFingerprint64(schema), schema);
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The folder of schemas, " + folder + ", cannot be read: " + e, e);
        }
    }

    private static Schema parse(Path file) {
        try {
            return new Schema.Parser().parse(Files.readString(file));
        } catch (AvroRuntimeException | IOException e) {
            throw new IllegalArgumentException(
                    file + " is no Avro schema: " + e.getMessage() + ".", e);
        }
    }

    /**
     * What a message says of its schema: the fingerprint in single-object encoding, the number in
     * the registry in Confluent's wire format.
     */
    static long nameOf(byte[] message) throws WireException {
        if (message == null || message.length == 0) {
            throw new WireException(EMPTY, "The message has no value.");
        }
        if (message[0] == SINGLE_OBJECT
                && message.length >= SINGLE_OBJECT_HEADER
                && message[1] == SINGLE_OBJECT_VERSION) {
            return (long) LITTLE_ENDIAN_LONG.get(message, 2);
        }
        if (message[0] == CONFLUENT && message.length >= CONFLUENT_HEADER) {
            return (int) BIG_ENDIAN_INT.get(message, 1);
        }
        throw new WireException(
                UNKNOWN_FORMAT,
                "The message begins neither with C3 01 and a fingerprint (Avro's single-object"
                        + " encoding) nor with 00 and a schema id (Confluent's wire format).");
    }

    /** Where the record of a message begins whose {@link #nameOf} was found. */
    static int recordStart(byte[] message) {
        return message[0] == CONFLUENT ? CONFLUENT_HEADER : SINGLE_OBJECT_HEADER;
    }

    /**
     * The schema that a message was written with.
     *
     * @throws WireException if the message names no schema, or one that is not known
     * @throws RegistryException if the registry has to be asked and does not answer
     */
    Schema writerOf(byte[] message) throws WireException {
        long name = nameOf(message);
        if (message[0] == CONFLUENT) {
            if (registry == null) {
                throw new WireException(
                        UNKNOWN_SCHEMA,
                        "The message names schema "
                                + name
                                + " of a registry, but no registry is configured; set "
                                + KafkaOptions.REGISTRY_URL.key()
                                + ".");
            }
            return registry.byId((int) name);
        }
        Schema schema = byFingerprint.get(name);
        if (schema == null) {
            throw new WireException(
                    UNKNOWN_SCHEMA,
                    "No schema with the fingerprint %016x is known; put its .avsc file into the folder of %s."
                            .formatted(name, KafkaOptions.SCHEMA_FOLDER.key()));
        }
        return schema;
    }
}
