package io.champion.cli.replay;

import io.champion.kafka.RecordEncoder;
import io.champion.model.record.EquityTrade;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * A record as it is put on a topic.
 *
 * @param eventTime nanoseconds since the epoch, UTC
 * @param sequence orders records of one time; 0 where the contract has no such number
 * @param key what the record is about, in UTF-8; not to be altered
 * @param value the record in Avro's single-object encoding; not to be altered
 */
@SuppressWarnings("ArrayRecordComponent")
public record ReplayedMessage(long eventTime, long sequence, byte[] key, byte[] value) {

    /** Makes messages of the records of one contract. */
    static final class Maker {
        private final RecordEncoder<SpecificRecordBase> encoder;
        private final int time;
        private final Schema.Field sequence;
        private final int key;

        @SuppressWarnings("unchecked")
        Maker(Schema schema) {
            encoder =
                    RecordEncoder.singleObject(
                            (Class<SpecificRecordBase>) SpecificData.get().getClass(schema));
            time = schema.getField("event_time").pos();
            sequence = either(schema, "sequence_number", "version");
            key = either(schema, "instrument_id", "entity_id").pos();
        }

        private static Schema.Field either(Schema schema, String field, String otherwise) {
            Schema.Field found = schema.getField(field);
            return found != null ? found : schema.getField(otherwise);
        }

        ReplayedMessage of(SpecificRecordBase record) {
            String about =
                    record instanceof EquityTrade trade
                            ? instrument(trade.getExchange(), trade.getSymbol(), trade.getSeries())
                            : (String) record.get(key);
            return new ReplayedMessage(
                    nanos(record.get(time)),
                    sequence == null ? 0 : ((Number) record.get(sequence.pos())).longValue(),
                    about.getBytes(StandardCharsets.UTF_8),
                    encoder.encode(record));
        }

        /** Contracts have times of day in milliseconds, or in nanoseconds where those matter. */
        private static long nanos(Object time) {
            return time instanceof Instant instant
                    ? TimeUnit.MILLISECONDS.toNanos(instant.toEpochMilli())
                    : (long) time;
        }
    }

    static String instrument(String exchange, String symbol, String series) {
        return exchange + ":" + symbol + (series.isEmpty() ? "" : ":" + series);
    }
}
