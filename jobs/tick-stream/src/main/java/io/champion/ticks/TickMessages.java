package io.champion.ticks;

import io.champion.kafka.TickPeek;
import io.champion.kafka.WireException;
import io.champion.kafka.WireSchemas;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Takes messages from Kafka as they are. Of the value no more is read than the event time and the
 * instrument; where that cannot be done, the message goes to any engine, which finds out why.
 */
final class TickMessages implements KafkaRecordDeserializationSchema<TickMessage> {
    private static final long serialVersionUID = 1L;

    private static final long NANOS_PER_MILLI = 1_000_000;

    private final SerializableSupplier<WireSchemas> schemas;
    private final long maxAhead;

    private transient TickPeek peek;

    /**
     * @param schemas those that messages may have been written with
     * @param maxAhead milliseconds by which an event time may lie after the message's timestamp to
     *     move the watermark
     */
    TickMessages(SerializableSupplier<WireSchemas> schemas, long maxAhead) {
        this.schemas = schemas;
        this.maxAhead = maxAhead;
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        peek = new TickPeek(schemas.get());
    }

    @Override
    public void deserialize(
            ConsumerRecord<byte[], byte[]> message, Collector<TickMessage> messages) {
        TickMessage tick =
                new TickMessage(
                        message.partition(),
                        message.offset(),
                        message.timestamp(),
                        message.key(),
                        message.value(),
                        null);
        try {
            peek.read(tick.value);
            tick.instrument = peek.instrument();
            long time = peek.eventTime() / NANOS_PER_MILLI;
            if (time <= tick.timestamp + maxAhead) {
                tick.eventMillis = time;
            }
        } catch (WireException e) {
            tick.instrument = "?" + message.partition();
        }
        messages.collect(tick);
    }

    @Override
    public TypeInformation<TickMessage> getProducedType() {
        return TickMessageSerializer.TYPE;
    }
}
