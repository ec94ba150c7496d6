package io.champion.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.local.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class KafkaConfigTest {

    /** What the build sets for the tests of this module. */
    private static final String USER = System.getenv("KAFKA_USER");

    private static final String PASSWORD = System.getenv("KAFKA_PASSWORD");

    @TempDir private Path directory;

    @Test
    void aDeadLetterGoesThroughASecuredBroker() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.startSecured(directory, USER, PASSWORD)) {
            kafka.createTopic("dead", 1);
            Properties client =
                    KafkaConfig.from(
                                    Configuration.fromMap(
                                            Map.of(
                                                    "kafka.bootstrap-servers",
                                                    kafka.securedBootstrapServers(),
                                                    "kafka.security.protocol",
                                                    "sasl_ssl",
                                                    "kafka.ssl.trust-store",
                                                    kafka.certificate().toString(),
                                                    "kafka.properties",
                                                    "linger.ms:0,client.id:tester")))
                            .clientProperties();
            assertThat(client.toString()).doesNotContain(PASSWORD).contains("client.id=tester");
            DeadLetter letter =
                    new DeadLetter(
                            "ticks",
                            3,
                            1L << 40,
                            1_750_220_101_000L,
                            DeadLetter.Kind.REJECT,
                            "unknown_schema",
                            "No schema with the fingerprint 1 is known.",
                            "",
                            "ü".repeat(300),
                            "tick-stream");
            byte[] value = {1, 2, 3};
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(
                            client, new ByteArraySerializer(), new ByteArraySerializer())) {
                producer.send(new ProducerRecord<>("dead", 0, null, null, value, letter.headers()))
                        .get();
                producer.send(new ProducerRecord<>("dead", value)).get();
            }
            List<ConsumerRecord<byte[], byte[]>> records = read(client);
            assertThat(DeadLetter.of(records.get(0))).isEqualTo(letter);
            assertThat(letter.value()).hasSize(256);
            assertThat(records.get(0).value()).isEqualTo(value);
            assertThatThrownBy(() -> DeadLetter.of(records.get(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Record 1 of dead partition 0 is no dead letter: it has no header"
                                    + " champion.topic.");
        }
    }

    @Test
    void aLetterIsNeverLargerThanATopicTakes() {
        DeadLetter letter =
                new DeadLetter(
                        "ticks",
                        3,
                        5,
                        0,
                        DeadLetter.Kind.REJECT,
                        "invalid_value",
                        "x".repeat(600_000),
                        "symbol",
                        "",
                        "tick-stream");
        ProducerRecord<byte[], byte[]> whole =
                letter.record("dead", new byte[10], new byte[900_000]);
        assertThat(DeadLetter.leftOut(consumed(whole))).isZero();
        assertThat(size(whole)).isBetween(900_000, 1 << 20);
        ProducerRecord<byte[], byte[]> cut =
                letter.record("dead", new byte[10], new byte[1_100_000]);
        assertThat(cut.value()).isNull();
        assertThat(size(cut)).isLessThan(2_000);
        DeadLetter read = DeadLetter.of(consumed(cut));
        assertThat(DeadLetter.leftOut(consumed(cut))).isEqualTo(1_100_010);
        assertThat(read.offset()).isEqualTo(5);
        assertThat(read.message()).startsWith("xxx");
    }

    private static ConsumerRecord<byte[], byte[]> consumed(ProducerRecord<byte[], byte[]> sent) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>(sent.topic(), 0, 0, sent.key(), sent.value());
        sent.headers().forEach(record.headers()::add);
        return record;
    }

    private static int size(ProducerRecord<byte[], byte[]> record) {
        return AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE,
                CompressionType.NONE,
                record.key(),
                record.value(),
                record.headers().toArray());
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(Properties client) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("dead", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<byte[], byte[]>> records = new java.util.ArrayList<>();
            while (records.size() < 2) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
            return records;
        }
    }

    @Test
    void refusesPropertiesThatHaveAnOptionOrAreSecret() {
        for (String property :
                List.of("security.protocol", "sasl.jaas.config", "ssl.key.password")) {
            Map<String, String> options = new HashMap<>();
            options.put("kafka.bootstrap-servers", "127.0.0.1:1");
            options.put("kafka.properties", property + ":x");
            assertThatThrownBy(() -> KafkaConfig.from(Configuration.fromMap(options)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("kafka.properties must not set '" + property + "'");
        }
        assertThatThrownBy(() -> KafkaConfig.from(new Configuration()))
                .hasMessageContaining("set kafka.bootstrap-servers");
    }

    @Test
    void refusesAnUnknownMechanism() {
        Configuration options =
                Configuration.fromMap(
                        Map.of(
                                "kafka.bootstrap-servers",
                                "127.0.0.1:1",
                                "kafka.security.protocol",
                                "sasl_ssl",
                                "kafka.sasl.mechanism",
                                "GSSAPI"));
        assertThatThrownBy(() -> KafkaConfig.from(options).clientProperties())
                .hasMessageContaining("kafka.sasl.mechanism is 'GSSAPI'");
    }
}
