package io.champion.ticks;

import io.champion.kafka.DeadLetter;
import io.champion.kafka.KafkaConfig;
import io.champion.kafka.RecordEncoder;
import io.champion.model.record.Bar;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What the job writes to Kafka, in transactions that end with the checkpoint.
 *
 * <p>Each transaction has an id of its own, made of the deployment, the topic, the subtask and the
 * checkpoint ({@link TransactionNamingStrategy#INCREMENTING}). A restart finds those that were left
 * open by trying the next ids of each subtask, and so also those of a higher parallelism. Pooled
 * ids would spare the brokers some memory, but with them a transaction can stay open after a
 * restart with a lower parallelism, and hide all later bars from readers until it times out
 * (FLINK-40626).
 *
 * @param deployment beginning of the transactional ids: the same after a restart, and of no other
 *     job on these brokers
 * @param transactionTimeout after which the brokers abort a transaction that is still open
 */
record KafkaSinks(KafkaConfig kafka, String deployment, Duration transactionTimeout) {

    /** Bars in Avro's single-object encoding, by instrument. */
    Sink<SpecificRecordBase> bars(String topic) {
        return sink(topic, new BarRecords(topic));
    }

    /**
     * Messages that were not taken, as they were, with the reason as headers.
     *
     * @param from the topic that they came from
     */
    Sink<RefusedTick> deadLetters(String topic, String from) {
        return sink(topic, new DeadLetterRecords(topic, from));
    }

    private <T> Sink<T> sink(String topic, KafkaRecordSerializationSchema<T> records) {
        Properties properties = kafka.clientProperties();
        properties.setProperty(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                String.valueOf(transactionTimeout.toMillis()));
        return KafkaSink.<T>builder()
                .setKafkaProducerConfig(properties)
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(deployment + "-" + topic)
                .setTransactionNamingStrategy(TransactionNamingStrategy.INCREMENTING)
                .setRecordSerializer(records)
                .build();
    }

    private static final class BarRecords
            implements KafkaRecordSerializationSchema<SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        private final String topic;
        private transient RecordEncoder<Bar> encoder;

        BarRecords(String topic) {
            this.topic = topic;
        }

        @Override
        public void open(SerializationSchema.InitializationContext context, KafkaSinkContext sink) {
            encoder = RecordEncoder.singleObject(Bar.class);
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                SpecificRecordBase record, KafkaSinkContext context, Long timestamp) {
            Bar bar = (Bar) record;
            return new ProducerRecord<>(
                    topic,
                    bar.getInstrumentId().getBytes(StandardCharsets.UTF_8),
                    encoder.encode(bar));
        }
    }

    private static final class DeadLetterRecords
            implements KafkaRecordSerializationSchema<RefusedTick> {
        private static final long serialVersionUID = 1L;

        private final String topic;
        private final String from;

        DeadLetterRecords(String topic, String from) {
            this.topic = topic;
            this.from = from;
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                RefusedTick tick, KafkaSinkContext context, Long timestamp) {
            TickMessage message = tick.message();
            DeadLetter letter =
                    new DeadLetter(
                            from,
                            message.partition(),
                            message.offset(),
                            message.timestamp(),
                            tick.kind(),
                            tick.reason(),
                            tick.sentence(),
                            tick.field(),
                            tick.found(),
                            TickStreamJob.NAME);
            return letter.record(topic, message.key(), message.value());
        }
    }
}
