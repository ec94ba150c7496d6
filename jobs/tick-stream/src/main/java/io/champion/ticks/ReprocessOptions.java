package io.champion.ticks;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of the job that computes days again, beside those of tick-stream. */
public final class ReprocessOptions {
    private ReprocessOptions() {}

    /** Where the ticks come from. */
    public enum Source {
        /** Ticks as the lake has them; only bars are computed again. */
        LAKE,
        /** The topic; ticks are taken again, and bars computed. */
        KAFKA
    }

    public static final ConfigOption<Source> SOURCE =
            ConfigOptions.key("reprocess.source")
                    .enumType(Source.class)
                    .defaultValue(Source.LAKE)
                    .withDescription(
                            "`lake`: bars are computed again from the ticks of the lake. `kafka`:"
                                    + " ticks are taken again from the topic, and bars computed"
                                    + " from them.");

    public static final ConfigOption<String> FROM =
            ConfigOptions.key("reprocess.from")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("First day, UTC, as `2025-06-18`.");

    public static final ConfigOption<String> TO =
            ConfigOptions.key("reprocess.to")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("Last day, UTC, as `2025-06-18`; the first if unset.");

    public static final ConfigOption<Duration> QUIET =
            ConfigOptions.key("reprocess.quiet")
                    .durationType()
                    .defaultValue(Duration.ofMinutes(10))
                    .withDescription(
                            "How long ago a job must have written to the days for the last time."
                                    + " Longer than jobs take between two checkpoints.");
}
