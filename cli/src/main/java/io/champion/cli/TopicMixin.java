package io.champion.cli;

import io.champion.runtime.JobConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where messages go. */
final class TopicMixin {

    static final String TICKS = "ticks";

    @Mixin private KafkaMixin kafka;

    @Option(
            names = "--topic",
            paramLabel = "NAME",
            description =
                    "Topic; made if there is none. Default: ticks, or the name of the dataset.")
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

    JobConfig config(Context context) {
        return kafka.config(context);
    }

    Broker broker(JobConfig config) {
        if (partitions != null && partitions < 1) {
            throw new UserException(
                    ExitCode.USAGE, "--partitions is " + partitions + ", but has to be above 0.");
        }
        return KafkaMixin.broker(config);
    }

    /**
     * @param usual the topic unless another one is named
     */
    TickPublisher publisher(Console console, Broker broker, String usual) {
        return TickPublisher.open(
                console, broker, topic == null ? usual : topic, partitions, transactional);
    }
}
