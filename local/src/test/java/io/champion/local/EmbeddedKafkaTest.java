package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class EmbeddedKafkaTest {

    @TempDir static Path directory;

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() throws IOException {
        kafka = EmbeddedKafka.startSecured(directory, "trader", "pass,word=\"1\"");
    }

    @AfterAll
    static void stop() throws IOException {
        kafka.close();
        assertThat(kafka.isAlive()).isFalse();
    }

    @Test
    void keepsWhatWasCommittedThroughAKill() throws Exception {
        kafka.createTopic("killed", 3);
        try (KafkaProducer<String, String> producer = producer("survivor")) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < 30; i++) {
                producer.send(new ProducerRecord<>("killed", i % 3, "key" + i, "committed" + i));
            }
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("killed", 0, "key", "never committed")).get();

            String before = kafka.bootstrapServers();
            kafka.kill();
            assertThat(kafka.isAlive()).isFalse();
            kafka.restart();
            assertThat(kafka.bootstrapServers()).isEqualTo(before);

            // The producer goes on with the broker that came back.
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("killed", 2, "key30", "committed30"));
            producer.commitTransaction();
        }
        List<String> values = readAll("killed");
        assertThat(values).hasSize(31).allMatch(value -> value.startsWith("committed"));
    }

    @Test
    void whatIsCommittedWhileItIsReadIsReadToo() throws Exception {
        kafka.createTopic("open", 1);
        try (KafkaProducer<String, String> producer = producer("slow")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("open", "first"));
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("open", "second")).get();
            List<String> values = new ArrayList<>();
            CommittedMessages.read(
                    kafka.bootstrapServers(),
                    "open",
                    message -> {
                        if (values.isEmpty()) {
                            producer.commitTransaction();
                        }
                        values.add(new String(message.value(), StandardCharsets.UTF_8));
                    });
            assertThat(values).containsExactly("first", "second");
        }
    }

    @Test
    void takesEveryCompression() throws Exception {
        kafka.createTopic("compressed", 1);
        for (String codec : List.of("gzip", "snappy", "lz4", "zstd")) {
            Map<String, Object> config = plain();
            config.put("compression.type", codec);
            try (KafkaProducer<String, String> producer =
                    new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
                producer.send(new ProducerRecord<>("compressed", codec)).get();
            }
        }
        assertThat(readAll("compressed")).containsExactly("gzip", "snappy", "lz4", "zstd");
    }

    @Test
    void aTopicIsMadeOnce() throws Exception {
        kafka.createTopic("once", 1);
        assertThatThrownBy(() -> kafka.createTopic("once", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("The topic 'once' cannot be made")
                .hasMessageContaining("already exists");
    }

    @Test
    void oneDirectoryHasOneBroker() {
        assertThatThrownBy(() -> EmbeddedKafka.start(directory))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("already runs on " + directory);
        assertThat(kafka.isAlive()).isTrue();
    }

    @Test
    void theSecuredListenerTakesItsUserOverTls() throws Exception {
        try (Admin admin = Admin.create(secured("trader", "pass,word=\\\"1\\\""))) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
    }

    @Test
    void theSecuredListenerTakesNobodyElse() {
        try (Admin admin = Admin.create(secured("trader", "wrong"))) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                    .hasMessageContaining("Authentication failed");
        }
        Map<String, Object> distrustful = secured("trader", "pass,word=\\\"1\\\"");
        distrustful.remove("ssl.truststore.location");
        distrustful.remove("ssl.truststore.type");
        try (Admin admin = Admin.create(distrustful)) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                    .hasCauseInstanceOf(SslAuthenticationException.class);
        }
    }

    private static Map<String, Object> plain() {
        return new HashMap<>(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    private static Map<String, Object> secured(String user, String password) {
        return new HashMap<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.securedBootstrapServers(),
                        "security.protocol",
                        "SASL_SSL",
                        "sasl.mechanism",
                        "SCRAM-SHA-512",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required"
                                + " username=\"%s\" password=\"%s\";".formatted(user, password),
                        "ssl.truststore.type",
                        "PEM",
                        "ssl.truststore.location",
                        kafka.certificate().toString()));
    }

    private static KafkaProducer<String, String> producer(String transactionalId) {
        Map<String, Object> config = plain();
        config.put("transactional.id", transactionalId);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static List<String> readAll(String topic) {
        return CommittedMessages.of(kafka, topic).stream()
                .map(message -> new String(message.value(), StandardCharsets.UTF_8))
                .toList();
    }
}
