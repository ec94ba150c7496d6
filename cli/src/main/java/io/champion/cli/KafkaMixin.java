package io.champion.cli;

import io.champion.kafka.KafkaOptions;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which Kafka a command works with, and how it is reached: one way for all of them. */
final class KafkaMixin {

    static final OptionSet OPTIONS = OptionSet.of(CommonOptions.class, KafkaOptions.class);

    @Mixin private BrokersMixin brokers;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            mapFallbackValue = "",
            description =
                    "An option of connections to Kafka, winning over the environment:"
                            + " kafka.security.protocol=sasl_ssl, kafka.ssl.trust-store=ca.pem and"
                            + " so on.")
    private Map<String, String> values = Map.of();

    JobConfig config(Context context) {
        List<String> overrides =
                new ArrayList<>(
                        values.entrySet().stream()
                                .map(e -> e.getKey() + "=" + e.getValue())
                                .toList());
        overrides.addAll(brokers.overrides());
        return context.config(OPTIONS, null, overrides);
    }

    /** The Kafka that the configuration names, else the home's own broker. */
    static Broker broker(JobConfig config) {
        return Broker.open(config, Context.localHome(config));
    }
}
