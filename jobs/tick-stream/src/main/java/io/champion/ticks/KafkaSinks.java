package io.champion.ticks;

import io.champion.model.record.Bar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What the job writes to Kafka, in transactions that end with the checkpoint. */
final class KafkaSinks {
    private KafkaSinks() {}

    /**
     * Bars in Avro's single-object encoding, by instrument.
     *
     * @param connection how to reach the brokers
     */
    static Sink<SpecificRecordBase> bars(Properties connection, String topic) {
        return sink(connection, topic, new BarRecords(topic));
    }

    /** Messages that were not taken, as they were, with the reason as headers. */
    static Sink<DeadLetter> deadLetters(Properties connection, String topic, String from) {
        return sink(connection, topic, new DeadLetterRecords(topic, from));
    }

    private static <T> Sink<T> sink(
            Properties connection, String topic, KafkaRecordSerializationSchema<T> records) {
        return KafkaSink.<T>builder()
                .setKafkaProducerConfig(connection)
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix("champion-tick-stream-" + topic)
                .setRecordSerializer(records)
                .build();
    }

    private static final class BarRecords
            implements KafkaRecordSerializationSchema<SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        private final String topic;

        BarRecords(String topic) {
            this.topic = topic;
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                SpecificRecordBase record, KafkaSinkContext context, Long timestamp) {
            Bar bar = (Bar) record;
            try {
                ByteBuffer value = bar.toByteBuffer();
                byte[] bytes = new byte[value.remaining()];
                value.get(bytes);
                return new ProducerRecord<>(
                        topic, bar.getInstrumentId().getBytes(StandardCharsets.UTF_8), bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class DeadLetterRecords
            implements KafkaRecordSerializationSchema<DeadLetter> {
        private static final long serialVersionUID = 1L;

        private final String topic;
        private final String from;

        DeadLetterRecords(String topic, String from) {
            this.topic = topic;
            this.from = from;
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                DeadLetter letter, KafkaSinkContext context, Long timestamp) {
            TickMessage message = letter.message();
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, message.key(), message.value());
            header(record, "topic", from);
            header(record, "partition", String.valueOf(message.partition()));
            header(record, "offset", String.valueOf(message.offset()));
            header(record, "timestamp", String.valueOf(message.timestamp()));
            header(record, "kind", letter.kind().name().toLowerCase(java.util.Locale.ROOT));
            header(record, "field", letter.field());
            header(record, "value", letter.found());
            header(record, "message", letter.sentence());
            header(record, "job", TickStreamJob.NAME);
            return record;
        }

        private static void header(
                ProducerRecord<byte[], byte[]> record, String name, String value) {
            if (value != null) {
                record.headers().add("champion." + name, value.getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
