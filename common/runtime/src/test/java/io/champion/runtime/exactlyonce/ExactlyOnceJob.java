package io.champion.runtime.exactlyonce;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.model.PartitionKey;
import io.champion.runtime.exactlyonce.KnownRows.Part;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.BatchExecutionOptions;
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

    /** More than any schedule needs; a job that fails for ever has to say of what. */
    private static final int MAX_RESTARTS = 100;

    private ExactlyOnceJob() {}

    /**
     * What a run needs to know.
     *
     * @param home folder of everything that the run makes, seen by all processes
     * @param url the warehouse
     * @param database the run's own database
     * @param part the rows to write
     * @param parallelism of all operators
     */
    record Options(Path home, String url, String database, Part part, int parallelism) {

        Options withParallelism(int other) {
            return new Options(home, url, database, part, other);
        }

        Options withPart(Part other) {
            return new Options(home, url, database, other, parallelism);
        }

        Path lake() {
            return home.resolve("lake");
        }

        Path blocks() {
            return home.resolve("blocks");
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

    /** Adds the rows, which come slowly until they are {@linkplain Options#release released}. */
    static void append(StreamExecutionEnvironment env, Options options) throws IOException {
        env.configure(streaming(options));
        env.setParallelism(options.parallelism());
        write(
                source(env, options, new Pace(ROWS_PER_SECOND, options.release().toString())),
                lake(options).build(),
                warehouse(options).datasets(KnownRows.DATASETS).build());
    }

    /**
     * Replaces partitions by the rows, in a bounded run.
     *
     * @param partitions what is replaced; those without rows are emptied
     */
    static void replace(
            StreamExecutionEnvironment env, Options options, Set<PartitionKey> partitions)
            throws IOException {
        Configuration configuration = common(RuntimeExecutionMode.BATCH);
        // Few rows; but several writers are the point.
        configuration.set(BatchExecutionOptions.ADAPTIVE_AUTO_PARALLELISM_ENABLED, false);
        env.configure(configuration);
        env.setParallelism(options.parallelism());
        write(
                source(env, options, RateLimiterStrategy.noOp()),
                lake(options).replacing(partitions).build(),
                warehouse(options).replacing(partitions).build());
    }

    private static void write(
            DataStream<SpecificRecordBase> source,
            Sink<SpecificRecordBase> lake,
            Sink<SpecificRecordBase> warehouse) {
        // Not chained, so that after rescaling every sink subtask gets rows of every split.
        DataStream<SpecificRecordBase> rows = source.rebalance();
        rows.sinkTo(lake).uid("lake").name("lake");
        rows.sinkTo(warehouse).uid("warehouse").name("warehouse");
    }

    private static LakeSink.Builder lake(Options options) throws IOException {
        return LakeSink.builder(flinkPath(options.lake())).uid(UID).listener(options.faults());
    }

    private static WarehouseSink.Builder warehouse(Options options) throws IOException {
        return WarehouseSink.builder(options.warehouse())
                .uid(UID)
                .blocks(flinkPath(options.blocks()))
                .blockRows(1_000)
                .hook(options.faults());
    }

    private static org.apache.flink.core.fs.Path flinkPath(Path path) {
        return new org.apache.flink.core.fs.Path(path.toUri());
    }

    private static DataStream<SpecificRecordBase> source(
            StreamExecutionEnvironment env,
            Options options,
            RateLimiterStrategy<NumberSequenceSplit> pace) {
        Part part = options.part();
        return env.fromSource(
                        new DataGeneratorSource<>(
                                i -> part.row(part.from() + i),
                                part.rows(),
                                pace,
                                ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.<SpecificRecordBase>forMonotonousTimestamps()
                                .withTimestampAssigner((row, before) -> KnownRows.time(row)),
                        "known rows")
                .uid("known-rows");
    }

    private static Configuration streaming(Options options) {
        Configuration configuration = common(RuntimeExecutionMode.STREAMING);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                options.home().resolve("checkpoints").toUri().toString());
        configuration.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.DELETE_ON_CANCELLATION);
        configuration.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        return configuration;
    }

    private static Configuration common(RuntimeExecutionMode mode) {
        Configuration configuration = new Configuration();
        configuration.set(ExecutionOptions.RUNTIME_MODE, mode);
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, MAX_RESTARTS);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(50));
        return configuration;
    }
}
