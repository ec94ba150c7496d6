package io.champion.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** What is worked out once for each writer's schema, found by the head of a message. */
final class PerSchema<P> {

    /** Works it out. */
    @FunctionalInterface
    interface Compiler<P> {
        P compile(Schema writer) throws WireException;
    }

    private final WireSchemas schemas;
    private final Compiler<P> compiler;
    private final Map<Long, Entry<P>> byFingerprint = new HashMap<>();
    private final Map<Long, Entry<P>> byId = new HashMap<>();
    private Entry<P> last;

    /** A plan, or why there is none. */
    private record Entry<P>(byte format, long name, P plan, WireException failure) {}

    PerSchema(WireSchemas schemas, Compiler<P> compiler) {
        this.schemas = schemas;
        this.compiler = compiler;
    }

    P of(byte[] message) throws WireException {
        long name = WireSchemas.nameOf(message);
        Entry<P> entry = last;
        if (entry == null || entry.name != name || entry.format != message[0]) {
            entry = find(message, name);
            last = entry;
        }
        if (entry.failure != null) {
            throw entry.failure;
        }
        return entry.plan;
    }

    private Entry<P> find(byte[] message, long name) throws WireException {
        Map<Long, Entry<P>> known = message[0] == WireSchemas.CONFLUENT ? byId : byFingerprint;
        Entry<P> entry = known.get(name);
        if (entry == null) {
            // A schema that is not known is asked for again: a registry may learn it.
            entry = compile(message[0], name, schemas.writerOf(message));
            known.put(name, entry);
        }
        return entry;
    }

    private Entry<P> compile(byte format, long name, Schema writer) {
        try {
            return new Entry<>(format, name, compiler.compile(writer), null);
        } catch (WireException e) {
            return new Entry<>(format, name, null, e);
        }
    }
}
