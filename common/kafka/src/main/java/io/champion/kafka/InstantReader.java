package io.champion.kafka;

import java.time.Instant;

/** Neighbouring messages mostly have the same times of ingestion. */
final class InstantReader {

    private long millis;
    private Instant instant = Instant.EPOCH;

    Instant read(AvroBytes in) throws WireException {
        long value = in.readLong();
        if (value != millis) {
            instant = Instant.ofEpochMilli(value);
            millis = value;
        }
        return instant;
    }
}
