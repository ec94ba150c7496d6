package io.champion.cli;

import io.champion.local.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The Kafka that a command works with: the one that it names, or else the home's own broker, which
 * is started unless another command on the same home runs it.
 */
final class Broker implements AutoCloseable {

    private final EmbeddedKafka embedded;
    private final String servers;
    private final Path address;

    private Broker(EmbeddedKafka embedded, String servers, Path address) {
        this.embedded = embedded;
        this.servers = servers;
        this.address = address;
    }

    /**
     * @param servers host:port, separated by commas; null for the home's own broker
     * @throws UserException if the home's own broker does not start
     */
    static Broker open(String servers, Path home) {
        if (servers != null) {
            return new Broker(null, servers, null);
        }
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
                return new Broker(null, Files.readString(address).strip(), null);
            }
            Files.writeString(address, embedded.bootstrapServers());
            return new Broker(embedded, embedded.bootstrapServers(), address);
        } catch (IOException | IllegalStateException e) {
            throw new UserException(
                    ExitCode.UNAVAILABLE,
                    e.getMessage() + " Or name a Kafka with --brokers host:port.",
                    e);
        }
    }

    String servers() {
        return servers;
    }

    /** Whether it ends with this command. */
    boolean isEmbedded() {
        return embedded != null;
    }

    @Override
    public void close() throws IOException {
        if (embedded != null) {
            Files.deleteIfExists(address);
            embedded.close();
        }
    }
}
