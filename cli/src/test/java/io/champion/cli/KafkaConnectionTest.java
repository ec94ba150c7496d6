package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.DeadLetter;
import io.champion.local.CommittedMessages;
import io.champion.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command that uses Kafka reaches one that asks for TLS and a password, which the build puts
 * into the environment of these tests.
 */
@Timeout(120)
final class KafkaConnectionTest {

    @TempDir private static Path home;

    private static EmbeddedKafka kafka;

    @BeforeAll
    static void start() throws IOException {
        kafka =
                EmbeddedKafka.startSecured(
                        home.resolve("elsewhere"),
                        System.getenv("KAFKA_USER"),
                        System.getenv("KAFKA_PASSWORD"));
    }

    @AfterAll
    static void stop() throws IOException {
        kafka.close();
    }

    private static Run secured(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--brokers=" + kafka.securedBootstrapServers());
        all.add("-Dkafka.security.protocol=sasl_ssl");
        all.add("-Dkafka.ssl.trust-store=" + kafka.certificate());
        return Run.in(home, all.toArray(String[]::new));
    }

    @Test
    void producesAndReplays() throws IOException {
        Run produced =
                secured("produce", "ticks", "--ticks=100", "--topic=made", "--transactional");
        assertThat(produced.exitCode()).as(produced.err()).isEqualTo(ExitCode.OK);
        assertThat(CommittedMessages.of(kafka, "made")).hasSizeGreaterThanOrEqualTo(100);

        Path recording =
                Files.write(
                        home.resolve("ACME_2024-08-08_34200000_57600000_message_10.csv"),
                        List.of("71655.343,4,1,18,5853300,1"));
        Run replayed = secured("replay", recording.toString(), "--topic=again");
        assertThat(replayed.exitCode()).as(replayed.err()).isEqualTo(ExitCode.OK);
        assertThat(CommittedMessages.of(kafka, "again")).hasSize(1);
    }

    @Test
    void readsAndSendsBackDeadLetters() throws Exception {
        kafka.createTopic("dead", 1);
        kafka.createTopic("alive", 1);
        DeadLetter about =
                new DeadLetter(
                        "alive", 0, 0, 0, DeadLetter.Kind.REJECT, "x", "It is not.", "", "", "job");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(
                            new ProducerRecord<>(
                                    "dead", 0, null, null, new byte[] {1}, about.headers()))
                    .get();
        }
        Run sent = secured("deadletters", "resend", "--topic=dead");
        assertThat(sent.exitCode()).as(sent.err()).isEqualTo(ExitCode.OK);
        assertThat(CommittedMessages.of(kafka, "alive")).hasSize(1);
    }

    @Test
    void theEnvironmentConnectsAsTheCommandLineDoes() {
        Map<String, String> environment =
                Map.of(
                        "CHAMPION_KAFKA_BOOTSTRAP_SERVERS", kafka.securedBootstrapServers(),
                        "CHAMPION_KAFKA_SECURITY_PROTOCOL", "sasl_ssl",
                        "CHAMPION_KAFKA_SSL_TRUST_STORE", kafka.certificate().toString(),
                        "CHAMPION_HOME", home.toString());
        Run run = Run.of(environment, "produce", "ticks", "--ticks=1", "--topic=environment");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(CommittedMessages.of(kafka, "environment")).isNotEmpty();
    }

    @Test
    void saysWhyItIsNotLetIn() {
        // Nobody vouches for the certificate.
        for (List<String> command :
                List.of(List.of("produce", "ticks", "--ticks=1"), List.of("deadletters", "list"))) {
            List<String> arguments = new ArrayList<>(command);
            arguments.add("--brokers=" + kafka.securedBootstrapServers());
            arguments.add("-Dkafka.security.protocol=ssl");
            Run run = Run.in(home, arguments.toArray(String[]::new));
            assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(run.err())
                    .contains("Kafka at " + kafka.securedBootstrapServers() + " refuses");
        }
        Run mechanism =
                Run.in(
                        home,
                        "deadletters",
                        "list",
                        "--brokers=127.0.0.1:1",
                        "-Dkafka.security.protocol=sasl_ssl",
                        "-Dkafka.sasl.mechanism=GSSAPI");
        assertThat(mechanism.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(mechanism.err()).contains("kafka.sasl.mechanism is 'GSSAPI'");
    }
}
