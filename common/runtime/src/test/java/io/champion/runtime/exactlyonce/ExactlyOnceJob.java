package io.champion.runtime.exactlyonce;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Writes {@link KnownRows} to the lake and to the warehouse. */
final class ExactlyOnceJob {
    static final String UID = "proof";

    /**
     * Slow enough for the stream to last a minute, fast enough for every checkpoint to have rows.
     */
    private static final int ROWS_PER_SECOND = 300;

    private ExactlyOnceJob() {}

    /**
     * What a run needs to know.
     *
     * @param home folder of everything that the run makes, seen by all processes
     * @param url the warehouse
     * @param database the run's own database
     * @param rows length of the stream
     * @param parallelism of all operators
     */
    record Options(Path home, String url, String database, long rows, int parallelism) {

        Options withParallelism(int other) {
            return new Options(home, url, database, rows, other);
        }

        Path lake() {
            return home.resolve("lake");
        }

        Path savepoints() {
            return home.resolve("savepoints");
        }

        /** While it does not exist, the source does not end. */
        Path release() {
            return home.resolve("release");
        }

        FaultPoints faults() throws IOException {
            return FaultPoints.in(home.resolve("faults"));
        }

        ClickHouseConfig warehouse() {
            return ClickHouseConfig.of(url)
                    .withDatabase(database)
                    .withTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(30));
        }
    }

    static void build(StreamExecutionEnvironment env, Options options) throws IOException {
        env.configure(streaming(options));
        env.setParallelism(options.parallelism());
        FaultPoints faults = options.faults();
        // Not chained, so that after rescaling every sink subtask gets rows of every split.
        DataStream<SpecificRecordBase> rows = source(env, options).rebalance();
        rows.sinkTo(LakeSink.builder(flinkPath(options.lake())).uid(UID).listener(faults).build())
                .uid("lake")
                .name("lake");
        rows.sinkTo(
                        WarehouseSink.builder(options.warehouse())
                                .uid(UID)
                                .blocks(flinkPath(options.home().resolve("blocks")))
                                .blockRows(1_000)
                                .hook(faults)
                                .datasets(KnownRows.DATASETS)
                                .build())
                .uid("warehouse")
                .name("warehouse");
    }

    private static org.apache.flink.core.fs.Path flinkPath(Path path) {
        return new org.apache.flink.core.fs.Path(path.toUri());
    }

    private static DataStream<SpecificRecordBase> source(
            StreamExecutionEnvironment env, Options options) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                KnownRows::row,
                                options.rows(),
                                new Pace(ROWS_PER_SECOND, options.release().toString()),
                                ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.<SpecificRecordBase>forMonotonousTimestamps()
                                .withTimestampAssigner((row, before) -> KnownRows.time(row)),
                        "known rows")
                .uid("known-rows");
    }

    private static Configuration streaming(Options options) {
        Configuration configuration = new Configuration();
        configuration.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.STREAMING);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                options.home().resolve("checkpoints").toUri().toString());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.DELETE_ON_CANCELLATION);
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(50));
        return configuration;
    }
}
