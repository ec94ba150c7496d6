package io.champion.kafka;

import static io.champion.kafka.WireException.Reason.INCOMPATIBLE_SCHEMA;
import static io.champion.kafka.WireException.Reason.INVALID_VALUE;

import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;

/**
 * Finds a tick's instrument and time in its bytes without reading the rest, whatever schema it was
 * written with: to route it by, and to tell event time. What lies behind them is not looked at, so
 * a message that can be peeked may still be broken. Not thread-safe.
 */
public final class TickPeek {

    private static final int CACHED_INSTRUMENTS = 1 << 14;
    private static final List<String> TEXTS = List.of("exchange", "symbol", "series");
    private static final String TIME = "event_time";

    private final PerSchema<Plan> plans;
    private final AvroBytes in = new AvroBytes();
    private final StringCache instruments = new StringCache(CACHED_INSTRUMENTS);
    private final int[] starts = new int[TEXTS.size()];
    private final int[] lengths = new int[TEXTS.size()];
    private byte[] scratch = new byte[64];
    private byte[] message;
    private long eventTime;

    /** One step for each field up to the last that matters. */
    private record Plan(Step[] steps) {}

    /** Goes past a field, and remembers what matters of it. */
    @FunctionalInterface
    private interface Step {
        void read(TickPeek peek) throws WireException;
    }

    public TickPeek(WireSchemas schemas) {
        plans = new PerSchema<>(schemas, TickPeek::plan);
    }

    /**
     * Looks into a message; the other methods say what was found until the next call.
     *
     * @param message the value of a Kafka record; may be null, which is a failure
     * @throws WireException if the message does not tell instrument and time
     * @throws RegistryException if the registry has to be asked and does not answer
     */
    public void read(byte[] message) throws WireException {
        Plan plan = plans.of(message);
        this.message = message;
        in.wrap(message, WireSchemas.recordStart(message));
        // Where the writer knows no series.
        lengths[2] = 0;
        for (Step step : plan.steps) {
            step.read(this);
        }
    }

    /** Nanoseconds since the epoch, UTC. */
    public long eventTime() {
        return eventTime;
    }

    /**
     * The instrument, {@code exchange:symbol:series}, or {@code exchange:symbol} where the market
     * has no series: what ticks are keyed by. The same object mostly, for the same instrument.
     */
    public String instrument() {
        int length = lengths[0] + lengths[1] + lengths[2] + 2;
        if (scratch.length < length) {
            scratch = new byte[2 * length];
        }
        int parts = lengths[2] == 0 ? 2 : 3;
        int at = 0;
        for (int i = 0; i < parts; i++) {
            if (i > 0) {
                scratch[at++] = ':';
            }
            System.arraycopy(message, starts[i], scratch, at, lengths[i]);
            at += lengths[i];
        }
        return instruments.get(scratch, 0, at);
    }

    private static Plan plan(Schema writer) throws WireException {
        if (writer.getType() != Schema.Type.RECORD) {
            throw incompatible("is no record");
        }
        int last = -1;
        for (String name : List.of("exchange", "symbol", TIME, "series")) {
            Field field = writer.getField(name);
            if (field != null) {
                last = Math.max(last, field.pos());
            } else if (!name.equals("series")) {
                throw incompatible("has no field '" + name + "'");
            }
        }
        // Also refuses schemas that contain themselves.
        Skip.of(writer);
        Step[] steps = new Step[last + 1];
        for (int i = 0; i <= last; i++) {
            steps[i] = step(writer.getFields().get(i));
        }
        return new Plan(steps);
    }

    private static Step step(Field field) throws WireException {
        int text = TEXTS.indexOf(field.name());
        if (text >= 0) {
            return of(field, Schema.Type.STRING, peek -> peek.text(text));
        }
        if (field.name().equals(TIME)) {
            return of(field, Schema.Type.LONG, peek -> peek.eventTime = peek.in.readLong());
        }
        Skip skip = Skip.of(field.schema());
        return peek -> skip.skip(peek.in);
    }

    private void text(int index) throws WireException {
        lengths[index] = in.readLength();
        starts[index] = in.position();
        in.skip(lengths[index]);
    }

    private static Step of(Field field, Schema.Type type, Step step) throws WireException {
        Schema schema = field.schema();
        if (is(schema, type)) {
            return step;
        }
        if (schema.getType() == Schema.Type.UNION) {
            List<Schema> branches = schema.getTypes();
            for (int i = 0; i < branches.size(); i++) {
                if (is(branches.get(i), type)) {
                    return ofBranch(field.name(), branches.size(), i, step);
                }
            }
        }
        throw incompatible("has another type of field '" + field.name() + "': " + schema);
    }

    /** Bytes are read as text where the reader's schema says so, and are written as text is. */
    private static boolean is(Schema schema, Schema.Type type) {
        return schema.getType() == type
                || type == Schema.Type.STRING && schema.getType() == Schema.Type.BYTES;
    }

    private static Step ofBranch(String field, int branches, int wanted, Step step) {
        return peek -> {
            if (peek.in.readIndex(branches) != wanted) {
                throw new WireException(
                        INVALID_VALUE, "The field '" + field + "' is null or of another type.");
            }
            step.read(peek);
        };
    }

    private static WireException incompatible(String problem) {
        return new WireException(
                INCOMPATIBLE_SCHEMA, "The writer's schema of the tick " + problem + ".");
    }
}
