package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        Run run =
                Run.in(
                        home,
                        "produce",
                        "ticks",
                        "--ticks=1",
                        "--brokers=" + kafka.securedBootstrapServers(),
                        "-Dkafka.security.protocol=ssl");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("Kafka at " + kafka.securedBootstrapServers() + " refuses");
        Run mechanism =
                Run.in(
                        home,
                        "produce",
                        "ticks",
                        "--brokers=127.0.0.1:1",
                        "-Dkafka.security.protocol=sasl_ssl",
                        "-Dkafka.sasl.mechanism=GSSAPI");
        assertThat(mechanism.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(mechanism.err()).contains("kafka.sasl.mechanism is 'GSSAPI'");
    }
}
