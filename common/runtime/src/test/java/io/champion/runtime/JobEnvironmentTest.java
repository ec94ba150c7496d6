package io.champion.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.runtime.JobEnvironment.Boundedness;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;

final class JobEnvironmentTest {

    private static JobConfig config(String... arguments) {
        return JobConfig.of(OptionSet.of(CommonOptions.class)).arguments(List.of(arguments)).load();
    }

    private static StreamExecutionEnvironment configured(
            Configuration cluster, JobConfig config, Boundedness boundedness) {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, cluster);
        JobEnvironment.configure(env, config, boundedness);
        return env;
    }

    @Test
    void aBoundedJobRunsAsABatchAndGivesUpInTheEnd() {
        StreamExecutionEnvironment env =
                configured(new Configuration(), config(), Boundedness.BOUNDED);
        assertThat(env.getConfiguration().get(ExecutionOptions.RUNTIME_MODE))
                .isEqualTo(RuntimeExecutionMode.BATCH);
        assertThat(env.getCheckpointConfig().isCheckpointingEnabled()).isFalse();
        assertThat(env.getMaxParallelism()).isEqualTo(128);
        assertThat(env.getConfig().isObjectReuseEnabled()).isTrue();
        assertThat(
                        env.getConfiguration()
                                .get(
                                        RestartStrategyOptions
                                                .RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS))
                .isEqualTo(3);
    }

    @Test
    void anUnboundedJobTakesCheckpointsBelowTheHome() {
        StreamExecutionEnvironment env =
                configured(new Configuration(), config("home=/data"), Boundedness.UNBOUNDED);
        assertThat(env.getCheckpointConfig().getCheckpointInterval()).isEqualTo(30_000);
        assertThat(env.getConfiguration().get(CheckpointingOptions.CHECKPOINTS_DIRECTORY))
                .isEqualTo("file:///data/checkpoints");
    }

    @Test
    void theJobsConfigurationWinsOverTheClustersAndThatOverThePresets() {
        Configuration cluster = new Configuration();
        cluster.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMinutes(2));
        cluster.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, "file:///cluster");
        StreamExecutionEnvironment env =
                configured(
                        cluster,
                        config("execution.checkpointing.interval=7 s"),
                        Boundedness.UNBOUNDED);
        assertThat(env.getCheckpointConfig().getCheckpointInterval()).isEqualTo(7_000);
        assertThat(env.getConfiguration().get(CheckpointingOptions.CHECKPOINTS_DIRECTORY))
                .isEqualTo("file:///cluster");
        assertThat(env.getConfiguration().get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER))
                .isEqualTo(3);
    }

    @Test
    void anOperatorWithoutUidIsRefused() {
        StreamExecutionEnvironment env =
                configured(new Configuration(), config(), Boundedness.BOUNDED);
        env.fromData(1, 2).sinkTo(new DiscardingSink<>());
        assertThatThrownBy(env::getStreamGraph)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Auto generated UIDs have been disabled");
    }

    @Test
    void aTypeThatNeedsKryoIsRefused() {
        StreamExecutionEnvironment env =
                configured(new Configuration(), config(), Boundedness.BOUNDED);
        assertThatThrownBy(() -> env.fromData(Object.class, new Object()).uid("source"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Generic types have been disabled");
    }
}
