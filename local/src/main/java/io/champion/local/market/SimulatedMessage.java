package io.champion.local.market;

/** One message of the simulated market, as it is put on a topic. */
public final class SimulatedMessage {

    private final byte[] key;
    private final byte[] value;
    private final long eventTime;
    private final Fault fault;

    SimulatedMessage(byte[] key, byte[] value, long eventTime, Fault fault) {
        this.key = key;
        this.value = value;
        this.eventTime = eventTime;
        this.fault = fault;
    }

    /** {@code exchange:symbol:series} in UTF-8. Messages share it: not to be altered. */
    public byte[] key() {
        return key;
    }

    /** An {@code EquityTrade} in Avro's single-object encoding, or what {@link #fault} says. */
    public byte[] value() {
        return value;
    }

    /** Time of the trade, nanoseconds since the epoch, UTC; of a malformed message, as meant. */
    public long eventTime() {
        return eventTime;
    }

    public Fault fault() {
        return fault;
    }
}
