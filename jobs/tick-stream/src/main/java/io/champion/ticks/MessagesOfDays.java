package io.champion.ticks;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Takes from Kafka the messages of some days, and those of which the day cannot be told, so that
 * the engine says why.
 */
final class MessagesOfDays implements KafkaRecordDeserializationSchema<TickMessage> {
    private static final long serialVersionUID = 1L;

    private final TickMessages messages;
    private final long start;
    private final long end;

    private transient Collector<TickMessage> out;
    private transient Collector<TickMessage> ofDays;

    MessagesOfDays(TickMessages messages, DayRange days) {
        this.messages = messages;
        this.start = days.start();
        this.end = days.end();
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        messages.open(context);
        ofDays =
                new Collector<>() {
                    @Override
                    public void collect(TickMessage message) {
                        long time = message.eventMillis;
                        if (time == TickMessage.NO_TIME || (time >= start && time < end)) {
                            out.collect(message);
                        }
                    }

                    @Override
                    public void close() {}
                };
    }

    @Override
    public void deserialize(
            ConsumerRecord<byte[], byte[]> message, Collector<TickMessage> collector) {
        out = collector;
        messages.deserialize(message, ofDays);
    }

    @Override
    public TypeInformation<TickMessage> getProducedType() {
        return messages.getProducedType();
    }
}
