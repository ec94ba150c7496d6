package io.champion.ticks;

/**
 * A message as it lies in the topic, and the instrument that it is of.
 *
 * <p>It crosses the network between source and engine as the bytes that it is. They are decoded
 * once, by the engine, which still has them when the message has to be refused.
 */
public final class TickMessage {
    /** Event time of what has none that may move a watermark. */
    static final long NO_TIME = Long.MIN_VALUE;

    int partition;
    long offset;
    long timestamp;
    byte[] key;
    byte[] value;
    String instrument;

    /** Event time, milliseconds; known at the source alone, where watermarks are made from it. */
    long eventMillis = NO_TIME;

    /**
     * @param timestamp of the message in the topic, milliseconds; not the event time
     * @param key null for none
     * @param value null for none
     * @param instrument what decides which messages meet: {@code exchange:symbol:series}, or
     *     anything else where that cannot be told
     */
    public TickMessage(
            int partition,
            long offset,
            long timestamp,
            byte[] key,
            byte[] value,
            String instrument) {
        this.partition = partition;
        this.offset = offset;
        this.timestamp = timestamp;
        this.key = key;
        this.value = value;
        this.instrument = instrument;
    }

    /** Whether it could be told where it was read which instrument it is of. */
    boolean isOfAnInstrument() {
        return instrument.indexOf(':') >= 0;
    }

    public int partition() {
        return partition;
    }

    public long offset() {
        return offset;
    }

    /** Of the message in the topic, milliseconds since the epoch; not the event time. */
    public long timestamp() {
        return timestamp;
    }

    /** Null for none; not to be changed. */
    public byte[] key() {
        return key;
    }

    /** Null for none; not to be changed. */
    public byte[] value() {
        return value;
    }

    public String instrument() {
        return instrument;
    }
}
