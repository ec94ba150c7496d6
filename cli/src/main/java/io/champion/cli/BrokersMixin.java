package io.champion.cli;

import io.champion.kafka.KafkaOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that names a Kafka instead of the home's own broker. */
final class BrokersMixin {

    @Option(
            names = "--brokers",
            paramLabel = "HOST:PORT",
            description =
                    "A Kafka, host:port separated by commas, instead of the home's own broker."
                            + " User and password: KAFKA_USER and KAFKA_PASSWORD in the"
                            + " environment.")
    private String brokers;

    List<String> overrides() {
        return brokers == null
                ? List.of()
                : List.of(KafkaOptions.BOOTSTRAP_SERVERS.key() + "=" + brokers);
    }
}
