package io.champion.cli;

import java.nio.file.Path;
import java.util.Properties;
import picocli.CommandLine.Option;

/** Where ticks go. */
final class TopicMixin {

    @Option(
            names = "--brokers",
            paramLabel = "HOST:PORT",
            description =
                    "A Kafka, host:port separated by commas, instead of the home's own broker.")
    private String brokers;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            defaultValue = "ticks",
            description = "Topic; made if there is none. Default: ${DEFAULT-VALUE}.")
    private String topic;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Partitions of a topic that is made; default 4.")
    private Integer partitions;

    @Option(
            names = "--transactional",
            description =
                    "Send in transactions of a second; readers of committed messages see all of"
                            + " one or nothing.")
    private boolean transactional;

    Broker broker(Path home) {
        if (partitions != null && partitions < 1) {
            throw new UserException(
                    ExitCode.USAGE, "--partitions is " + partitions + ", but has to be above 0.");
        }
        return Broker.open(brokers, home);
    }

    TickPublisher publisher(Console console, Broker broker) {
        Properties client = new Properties();
        client.put("bootstrap.servers", broker.servers());
        return TickPublisher.open(console, client, topic, partitions, transactional);
    }
}
