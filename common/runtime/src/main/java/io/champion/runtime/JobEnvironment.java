package io.champion.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.RestartStrategyOptions.RestartStrategyType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Makes the execution environment of a job.
 *
 * <p>What the job's configuration says of Flink's options wins over what the cluster or {@code
 * flink run -D} says, which wins over the presets here.
 */
public final class JobEnvironment {
    private JobEnvironment() {}

    /** Whether a job ends. */
    public enum Boundedness {
        BOUNDED,
        UNBOUNDED
    }

    /**
     * A value that we prefer over Flink's default.
     *
     * @param value computed from the home
     * @param reason why, as a sentence
     */
    record Preset<T>(ConfigOption<T> option, Function<Home, T> value, String reason) {

        void applyTo(Configuration presets, Home home) {
            presets.set(option, value.apply(home));
        }
    }

    private static final List<Preset<?>> ALWAYS =
            List.of(
                    preset(
                            PipelineOptions.GENERIC_TYPES,
                            false,
                            "A type that would fall back to Kryo fails at submission."),
                    preset(
                            PipelineOptions.AUTO_GENERATE_UIDS,
                            false,
                            "An operator without a uid fails at submission, not at the next"
                                    + " upgrade."),
                    preset(
                            PipelineOptions.OBJECT_REUSE,
                            true,
                            "No operator keeps or changes a record that it was handed, so none needs"
                                    + " to be copied."),
                    preset(
                            PipelineOptions.MAX_PARALLELISM,
                            128,
                            "Fixed, so that it does not follow the parallelism of the first"
                                    + " run."),
                    preset(
                            RestartStrategyOptions.RESTART_STRATEGY,
                            RestartStrategyType.EXPONENTIAL_DELAY.getMainValue(),
                            "Failures come in bursts; waiting longer each time gives what failed"
                                    + " time to recover."),
                    preset(
                            RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
                            Duration.ofMinutes(1),
                            "Longest wait between two attempts."));

    private static final List<Preset<?>> BOUNDED =
            List.of(
                    preset(
                            ExecutionOptions.RUNTIME_MODE,
                            RuntimeExecutionMode.BATCH,
                            "Stages run one after the other and commit once, at the end."),
                    preset(
                            RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS,
                            3,
                            "Somebody waits for a bounded run, so it gives up in the end."));

    private static final List<Preset<?>> UNBOUNDED =
            List.of(
                    preset(
                            ExecutionOptions.RUNTIME_MODE,
                            RuntimeExecutionMode.STREAMING,
                            "The job does not end."),
                    preset(
                            CheckpointingOptions.CHECKPOINTING_INTERVAL,
                            Duration.ofSeconds(30),
                            "Rows become visible with the checkpoint: the freshness of lake and"
                                    + " warehouse against the size of files and blocks."),
                    preset(
                            CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS,
                            Duration.ofSeconds(10),
                            "Leaves time for work where checkpoints take long."),
                    preset(
                            CheckpointingOptions.TOLERABLE_FAILURE_NUMBER,
                            3,
                            "One failed checkpoint is no reason to restart."),
                    preset(
                            CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                            ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION,
                            "A cancelled job can go on where it stopped."),
                    preset(
                            CheckpointingOptions.INCREMENTAL_CHECKPOINTS,
                            true,
                            "With RocksDB, only what changed is written."),
                    new Preset<>(
                            CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                            Home::checkpoints,
                            "Checkpoints outlive the job manager."));

    private static <T> Preset<T> preset(ConfigOption<T> option, T value, String reason) {
        return new Preset<>(option, home -> value, reason);
    }

    static List<Preset<?>> presets(Boundedness boundedness) {
        List<Preset<?>> presets = new ArrayList<>(ALWAYS);
        presets.addAll(boundedness == Boundedness.BOUNDED ? BOUNDED : UNBOUNDED);
        return presets;
    }

    /** The environment for a job: of the cluster that it was submitted to, or a local one. */
    public static StreamExecutionEnvironment create(JobConfig config, Boundedness boundedness) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        configure(env, config, boundedness);
        return env;
    }

    /** Gives an environment that exists already, such as a test's, the settings of a job. */
    public static void configure(
            StreamExecutionEnvironment env, JobConfig config, Boundedness boundedness) {
        Configuration settings = new Configuration();
        Home home = Home.of(config);
        for (Preset<?> preset : presets(boundedness)) {
            if (env.getConfiguration().getOptional(preset.option()).isEmpty()) {
                preset.applyTo(settings, home);
            }
        }
        settings.addAll(config.flink());
        env.configure(settings);
    }
}
