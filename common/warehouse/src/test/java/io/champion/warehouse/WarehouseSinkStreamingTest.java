package io.champion.warehouse;

import static io.champion.warehouse.TestWarehouse.DAY;
import static io.champion.warehouse.TestWarehouse.EQUITY;
import static io.champion.warehouse.TestWarehouse.equity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.ContractTypeInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Unbounded jobs write each row once, through failures, outages, restores and rescaling. */
class WarehouseSinkStreamingTest {
    private static final int ROWS = 4_000;

    /** Steps that have failed; static, because the hook runs as a copy in this JVM. */
    private static final Set<ProtocolStep> FAILED = ConcurrentHashMap.newKeySet();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(3)
                            .build());

    @TempDir static Path store;

    private static TestWarehouse warehouse;

    @TempDir Path folder;

    @BeforeAll
    static void start() throws Exception {
        warehouse = new TestWarehouse(store);
    }

    @AfterAll
    static void stop() throws Exception {
        warehouse.close();
    }

    @BeforeEach
    void emptyTables() throws Exception {
        warehouse.recreate(EQUITY);
        warehouse.clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc MODIFY SETTING"
                        + " non_replicated_deduplication_window = 1");
        FAILED.clear();
    }

    @Test
    void eachRowOnceThoughEveryStepFails() throws Exception {
        StreamExecutionEnvironment env = environment(null);
        env.setParallelism(2);
        job(
                env,
                "1",
                RateLimiterStrategy.perCheckpoint(200),
                (step, block) -> {
                    if (FAILED.add(step)) {
                        throw new IOException("crash at " + step);
                    }
                });
        env.execute();
        assertThat(FAILED)
                .contains(
                        ProtocolStep.AFTER_SEAL,
                        ProtocolStep.DURING_RESTORE,
                        ProtocolStep.BEFORE_INSERT,
                        ProtocolStep.AFTER_INSERT_BEFORE_RESPONSE,
                        ProtocolStep.AFTER_RESPONSE_BEFORE_LEDGER,
                        ProtocolStep.AFTER_LEDGER);
        assertEachRowOnce();
    }

    @Test
    void eachRowOnceThroughRescalingAndAKilledEngine() throws Exception {
        String savepoint = null;
        for (int parallelism : new int[] {2, 3}) {
            StreamExecutionEnvironment env = environment(savepoint);
            env.setParallelism(parallelism);
            job(env, "1", RateLimiterStrategy.perCheckpoint(300), ProtocolHook.NONE);
            JobClient job = env.executeAsync();
            waitForMoreRows();
            warehouse.engine.kill();
            warehouse.engine.restart();
            waitForMoreRows();
            savepoint =
                    job.stopWithSavepoint(
                                    false,
                                    folder.resolve("savepoints").toUri().toString(),
                                    SavepointFormatType.CANONICAL)
                            .get();
        }
        StreamExecutionEnvironment env = environment(savepoint);
        env.setParallelism(2);
        job(env, "1", RateLimiterStrategy.noOp(), ProtocolHook.NONE);
        env.execute();
        assertEachRowOnce();

        // The savepoint is history now: what came after it is in the warehouse.
        StreamExecutionEnvironment again = environment(savepoint);
        again.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
        again.setParallelism(2);
        job(again, "1", RateLimiterStrategy.noOp(), ProtocolHook.NONE);
        assertThatThrownBy(again::execute).hasStackTraceContaining("is ahead of this job");
        assertEachRowOnce();
    }

    private static void waitForMoreRows() throws Exception {
        long before = count();
        CommonTestUtils.waitUtil(
                () -> {
                    try {
                        return count() > before;
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                },
                Duration.ofSeconds(60),
                Duration.ofMillis(10),
                "No rows come");
    }

    /** The engine that is asked may just have been killed. */
    private static long count() throws IOException, InterruptedException {
        return new Retries(failure -> {}).call("counting rows", () -> warehouse.count(EQUITY));
    }

    private void job(
            StreamExecutionEnvironment env,
            String epoch,
            RateLimiterStrategy<
                            org.apache.flink.api.connector.source.lib.NumberSequenceSource
                                    .NumberSequenceSplit>
                    rate,
            ProtocolHook hook) {
        env.fromSource(
                        new DataGeneratorSource<>(
                                n -> equity(DAY.plusDays(n % 25), n.intValue()),
                                ROWS,
                                rate,
                                ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.noWatermarks(),
                        "rows")
                .uid("rows")
                .sinkTo(
                        WarehouseSink.builder(warehouse.config())
                                .uid("stream")
                                .epoch(epoch)
                                .blocks(
                                        new org.apache.flink.core.fs.Path(
                                                folder.resolve("blocks").toUri()))
                                .datasets(List.of(EQUITY))
                                .hook(hook)
                                .build())
                .uid("warehouse");
    }

    private StreamExecutionEnvironment environment(String savepoint) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(30));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 20);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        return StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    }

    private static void assertEachRowOnce() {
        assertThat(warehouse.ids(EQUITY))
                .isEqualTo(
                        IntStream.range(0, ROWS)
                                .mapToObj(n -> DAY.plusDays(n % 25) + ":" + n)
                                .sorted()
                                .toList());
    }
}
