package io.champion.cli;

import io.champion.kafka.KafkaConfig;
import io.champion.kafka.KafkaOptions;
import io.champion.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/**
 * The Kafka that a command works with: the one that it names, or else the home's own broker, which
 * is started unless another command on the same home runs it.
 */
final class Broker implements AutoCloseable {

    private final EmbeddedKafka embedded;
    private final KafkaConfig kafka;
    private final Properties client;
    private final Path address;
    private final boolean ofHome;

    private Broker(EmbeddedKafka embedded, KafkaConfig kafka, Path address, boolean ofHome) {
        this.embedded = embedded;
        this.ofHome = ofHome;
        this.kafka = kafka;
        this.client = kafka.clientProperties();
        this.address = address;
    }

    /**
     * @param options those of {@link KafkaOptions}; without brokers, the home's own are meant
     * @throws UserException if the options are wrong, or the home's own broker does not start
     */
    static Broker open(ReadableConfig options, Path home) {
        try {
            if (options.getOptional(KafkaOptions.BOOTSTRAP_SERVERS).isPresent()) {
                return new Broker(null, KafkaConfig.from(options), null, false);
            }
            return ofHome(options, home);
        } catch (IllegalArgumentException e) {
            throw new UserException(ExitCode.USAGE, e.getMessage(), e);
        }
    }

    private static Broker ofHome(ReadableConfig options, Path home) {
        Path directory = home.resolve("kafka");
        // Beside the broker's folder, which is its own.
        Path address = home.resolve("kafka.address");
        try {
            Files.createDirectories(home);
            EmbeddedKafka embedded;
            try {
                embedded = EmbeddedKafka.start(directory);
            } catch (IllegalStateException e) {
                if (!Files.exists(address)) {
                    throw e;
                }
                return new Broker(
                        null, own(options, Files.readString(address).strip()), null, true);
            }
            Files.writeString(address, embedded.bootstrapServers());
            return new Broker(embedded, own(options, embedded.bootstrapServers()), address, true);
        } catch (IOException | IllegalStateException e) {
            throw new UserException(
                    ExitCode.UNAVAILABLE,
                    e.getMessage() + " Or name a Kafka with --brokers host:port.",
                    e);
        }
    }

    /** Where the home's own broker listens; empty if no command runs it. */
    static Optional<String> running(Path home) throws IOException {
        Path address = home.resolve("kafka.address");
        // One that was killed leaves its address behind, but not its lock.
        return Files.exists(address) && EmbeddedKafka.isRunning(home.resolve("kafka"))
                ? Optional.of(Files.readString(address).strip())
                : Optional.empty();
    }

    /** The home's own broker listens on loopback, without TLS or authentication. */
    private static KafkaConfig own(ReadableConfig options, String servers) {
        Configuration own = Configuration.fromMap(options.toMap());
        own.set(KafkaOptions.BOOTSTRAP_SERVERS, servers);
        own.set(KafkaOptions.SECURITY_PROTOCOL, SecurityProtocol.PLAINTEXT);
        return KafkaConfig.from(own);
    }

    String servers() {
        return kafka.bootstrapServers();
    }

    KafkaConfig kafka() {
        return kafka;
    }

    /** What tells a job where this Kafka is. */
    List<String> asOverrides() {
        List<String> overrides = new ArrayList<>();
        overrides.add(KafkaOptions.BOOTSTRAP_SERVERS.key() + "=" + servers());
        if (ofHome) {
            overrides.add(
                    KafkaOptions.SECURITY_PROTOCOL.key() + "=" + SecurityProtocol.PLAINTEXT.name());
        }
        return overrides;
    }

    /** Properties for any client, to be added to. */
    Properties client() {
        Properties copy = new Properties();
        copy.putAll(client);
        return copy;
    }

    /** Whether it ends with this command. */
    boolean isEmbedded() {
        return embedded != null;
    }

    /** What to tell of a client's failure. */
    UserException failed(Throwable failure) {
        Throwable root = failure;
        Throwable refused = null;
        while (true) {
            if (root instanceof AuthenticationException || root instanceof AuthorizationException) {
                refused = root;
            }
            if (root.getCause() == null) {
                break;
            }
            root = root.getCause();
        }
        if (root instanceof ConfigException) {
            return new UserException(ExitCode.USAGE, root.getMessage(), failure);
        }
        String problem =
                refused != null
                        ? " refuses the connection: " + refused.getMessage()
                        : " does not answer: " + root.getMessage();
        return new UserException(ExitCode.UNAVAILABLE, "Kafka at " + servers() + problem, failure);
    }

    @Override
    public void close() throws IOException {
        if (embedded != null) {
            Files.deleteIfExists(address);
            embedded.close();
        }
    }
}
