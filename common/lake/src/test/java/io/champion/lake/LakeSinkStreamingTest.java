package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.Dataset;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
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
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** Unbounded jobs write each row once, through failures, restores and rescaling. */
class LakeSinkStreamingTest {
    private static final int ROWS = 6_000;
    private static final int ROWS_PER_DAY = 1_000;
    private static final LocalDate FIRST_DAY = LocalDate.of(2025, 6, 16);
    private static final Dataset BARS = Dataset.of("normalized.equity_ohlc");

    // The functions run in this JVM, but as copies: what they share has to be static.
    private static final AtomicBoolean MAP_FAILED = new AtomicBoolean();
    private static final Map<CommitStep, AtomicBoolean> STEP_FAILED =
            new EnumMap<>(CommitStep.class);

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(3)
                            .build());

    /** Checkpoints that the logging context named at the steps of commits. */
    private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

    private static final AtomicBoolean LATER_EXISTED = new AtomicBoolean();

    @TempDir Path folder;

    @BeforeEach
    void reset() {
        MAP_FAILED.set(false);
        for (CommitStep step : CommitStep.values()) {
            STEP_FAILED.put(step, new AtomicBoolean());
        }
        LATER_EXISTED.set(true);
    }

    /** Row {@code i}: days follow each other, but each 100th row is late, of the first day. */
    private static EquityOhlc row(long i) {
        long day = i % 100 == 99 ? 0 : i / ROWS_PER_DAY;
        return Rows.bar(FIRST_DAY.plusDays(day), (int) i);
    }

    @Test
    void eachRowOnceThroughFailures() throws Exception {
        StreamExecutionEnvironment env = environment(null);
        env.setParallelism(2);
        job(
                env,
                RateLimiterStrategy.perCheckpoint(500),
                step -> {
                    if (!STEP_FAILED.get(step).getAndSet(true)) {
                        throw new IllegalStateException("crash after " + step);
                    }
                });
        env.execute();

        assertThat(MAP_FAILED).isTrue();
        assertThat(STEP_FAILED.get(CommitStep.FILES_VISIBLE)).isTrue();
        assertThat(STEP_FAILED.get(CommitStep.BEFORE_MANIFEST)).isTrue();
        assertThat(STEP_FAILED.get(CommitStep.DONE)).isTrue();
        assertEachRowOnce();
    }

    @Test
    void aCommitThatFailsOnceIsRetriedWithoutRestart() throws Exception {
        MAP_FAILED.set(true);
        StreamExecutionEnvironment env = environment(null);
        env.setParallelism(1);
        env.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
        job(
                env,
                RateLimiterStrategy.perCheckpoint(2_000),
                step -> {
                    if (!STEP_FAILED.get(step).getAndSet(true)) {
                        throw new IOException("no answer after " + step);
                    }
                });
        env.execute();
        assertThat(STEP_FAILED.get(CommitStep.DONE)).isTrue();
        assertEachRowOnce();
    }

    @Test
    void eachRowOnceThroughRescaling() throws Exception {
        MAP_FAILED.set(true);
        String savepoint = null;
        // The most at first, so that each reader has a part in every run: one that has nothing to
        // read closes at once, and a task that closes declines the savepoint.
        for (int parallelism : new int[] {3, 2}) {
            StreamExecutionEnvironment env = environment(savepoint);
            env.setParallelism(parallelism);
            // So few that the job is far from its end when the savepoint is taken.
            job(env, RateLimiterStrategy.perCheckpoint(6), CommitStep.Listener.NONE);
            JobClient job = env.executeAsync();
            int before = dataFiles();
            waitUntil(() -> dataFiles() > before);
            savepoint = stop(job);
        }
        Path dead = leaveBehind("test-0");
        Path ofAnotherEpoch = leaveBehind("test-1");
        StreamExecutionEnvironment env = environment(savepoint);
        env.setParallelism(3);
        job(
                env,
                RateLimiterStrategy.noOp(),
                step -> LOGGED.add(String.valueOf(MDC.get(LakeCommitter.LOG_CHECKPOINT))));
        env.execute();
        assertEachRowOnce();
        assertThat(LOGGED).isNotEmpty().allMatch(checkpoint -> checkpoint.matches("[0-9]+"));
        assertThat(dead).doesNotExist();
        assertThat(ofAnotherEpoch).exists();

        // The savepoint is history now: what came after it is in the lake.
        for (String state : new String[] {savepoint, null}) {
            StreamExecutionEnvironment again = environment(state);
            again.configure(
                    new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
            again.setParallelism(2);
            job(again, RateLimiterStrategy.noOp(), CommitStep.Listener.NONE);
            assertThatThrownBy(again::execute)
                    .hasStackTraceContaining("is ahead of this job")
                    .hasStackTraceContaining("set a new epoch");
            assertEachRowOnce();
        }
    }

    /**
     * The writer is a task of its own, without state of which it could know that the job was
     * restored, and writes late rows of a partition while an earlier commit completes it.
     */
    @Test
    void filesStayThatAreWrittenWhileTheirPartitionIsCompleted() throws Exception {
        MAP_FAILED.set(true);
        StreamExecutionEnvironment first = environment(null);
        first.setParallelism(1);
        DataStream<SpecificRecordBase> rows = rows(first, RateLimiterStrategy.perCheckpoint(300));
        sink(rows.rebalance(), CommitStep.Listener.NONE);
        JobClient job = first.executeAsync();
        waitUntil(() -> dataFiles() > 10);
        String savepoint = stop(job);
        Path dead = leaveBehind("test-0");
        String late = Layout.partition(root(), BARS.partitionOf(FIRST_DAY)).toUri().getPath();
        String known = dead.toString();
        StreamExecutionEnvironment second = environment(savepoint);
        second.setParallelism(1);
        rows = rows(second, RateLimiterStrategy.perCheckpoint(300));
        sink(
                rows.rebalance(),
                step -> {
                    if (step == CommitStep.FILES_VISIBLE && !STEP_FAILED.get(step).get()) {
                        awaitAnother(late, known);
                        STEP_FAILED.get(step).set(true);
                    }
                });
        second.execute();
        assertThat(STEP_FAILED.get(CommitStep.FILES_VISIBLE)).isTrue();
        assertEachRowOnce();
        assertThat(dead).doesNotExist();
    }

    /** Waits for a file that is being written. */
    private static void awaitAnother(String folder, String known) {
        try {
            waitUntil(
                    () -> {
                        try (Stream<Path> files = Files.list(Path.of(folder))) {
                            return files.map(Path::toString)
                                    .anyMatch(
                                            file ->
                                                    !file.equals(known)
                                                            && file.contains(".inprogress."));
                        } catch (IOException | java.io.UncheckedIOException e) {
                            return false; // A file was renamed under the listing.
                        }
                    });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stops a job with a savepoint, and says where that is. */
    private String stop(JobClient job) throws Exception {
        return job.stopWithSavepoint(
                        false,
                        folder.resolve("savepoints").toUri().toString(),
                        SavepointFormatType.CANONICAL)
                .get();
    }

    /** A file as a writer of the first attempt would leave it if it were killed. */
    private Path leaveBehind(String sink) throws IOException {
        Path partition =
                Path.of(Layout.partition(root(), BARS.partitionOf(FIRST_DAY)).toUri().getPath());
        return Files.writeString(
                partition.resolve(
                        ".part-00000-00007-"
                                + sink
                                + "-"
                                + UUID.randomUUID()
                                + ".parquet.inprogress."
                                + UUID.randomUUID()),
                "half");
    }

    @Test
    void aPartitionIsCompleteOnlyAfterItsEnd() throws Exception {
        MAP_FAILED.set(true);
        StreamExecutionEnvironment env = environment(null);
        env.setParallelism(1);
        // Some for each day: as many rows as there are take hardly longer than the usual 200 ms.
        env.getConfig().setAutoWatermarkInterval(1);
        String root = root().toString();
        job(
                env,
                RateLimiterStrategy.perCheckpoint(300),
                step -> {
                    if (step != CommitStep.DONE || STEP_FAILED.get(step).get()) {
                        return;
                    }
                    // Looked at by the one who commits, so that nothing is committed meanwhile.
                    LakeReader reader = new LakeReader(new org.apache.flink.core.fs.Path(root));
                    if (reader.exists(BARS.partitionOf(FIRST_DAY.plusDays(1)))) {
                        STEP_FAILED.get(step).set(true);
                        LATER_EXISTED.set(reader.exists(BARS.partitionOf(FIRST_DAY.plusDays(5))));
                    }
                });
        env.execute();
        assertThat(STEP_FAILED.get(CommitStep.DONE)).isTrue();
        assertThat(LATER_EXISTED).isFalse();
        assertEachRowOnce();
    }

    private static void waitUntil(java.util.function.Supplier<Boolean> condition) throws Exception {
        CommonTestUtils.waitUtil(
                condition, Duration.ofSeconds(60), Duration.ofMillis(5), "The job stands still");
    }

    private void job(
            StreamExecutionEnvironment env,
            RateLimiterStrategy<
                            org.apache.flink.api.connector.source.lib.NumberSequenceSource
                                    .NumberSequenceSplit>
                    rate,
            CommitStep.Listener listener) {
        sink(rows(env, rate), listener);
    }

    private static DataStream<SpecificRecordBase> rows(
            StreamExecutionEnvironment env,
            RateLimiterStrategy<
                            org.apache.flink.api.connector.source.lib.NumberSequenceSource
                                    .NumberSequenceSplit>
                    rate) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                LakeSinkStreamingTest::row, ROWS, rate, ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.<SpecificRecordBase>forMonotonousTimestamps()
                                .withTimestampAssigner(
                                        (row, old) ->
                                                ((EquityOhlc) row).getEventTime().toEpochMilli()),
                        "rows")
                .uid("rows")
                .map(new FailsOnce(), ContractTypeInfo.INSTANCE)
                .uid("fails-once");
    }

    private void sink(DataStream<SpecificRecordBase> rows, CommitStep.Listener listener) {
        rows.sinkTo(LakeSink.builder(root()).uid("test").listener(listener).build()).uid("lake");
    }

    /** Fails when it has seen some rows after a checkpoint was completed. */
    private static final class FailsOnce
            implements MapFunction<SpecificRecordBase, SpecificRecordBase>, CheckpointListener {
        private static final long serialVersionUID = 1L;
        private int checkpoints;

        @Override
        public SpecificRecordBase map(SpecificRecordBase row) {
            if (checkpoints >= 2 && !MAP_FAILED.getAndSet(true)) {
                throw new IllegalStateException("crash between checkpoints");
            }
            return row;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            checkpoints++;
        }
    }

    private StreamExecutionEnvironment environment(String savepoint) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(20));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        return StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    }

    private org.apache.flink.core.fs.Path root() {
        return new org.apache.flink.core.fs.Path(folder.resolve("lake").toUri());
    }

    private int dataFiles() {
        if (!Files.isDirectory(folder.resolve("lake"))) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder.resolve("lake"))) {
            return (int) files.filter(file -> Layout.isData(file.getFileName().toString())).count();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // A file was renamed under the walk; the next look sees it.
        }
    }

    private void assertEachRowOnce() throws Exception {
        List<SpecificRecordBase> expected = new ArrayList<>();
        for (long i = 0; i < ROWS; i++) {
            expected.add(row(i));
        }
        List<SpecificRecordBase> actual = new ArrayList<>();
        LakeReader reader = new LakeReader(root());
        for (int day = 0; day < ROWS / ROWS_PER_DAY; day++) {
            try (var rows = reader.read(BARS.partitionOf(FIRST_DAY.plusDays(day)))) {
                rows.forEachRemaining(actual::add);
            }
        }
        expected.sort(java.util.Comparator.comparing(row -> ((EquityOhlc) row).getEventId()));
        actual.sort(java.util.Comparator.comparing(row -> ((EquityOhlc) row).getEventId()));
        assertThat(actual).isEqualTo(expected);
        // A reader that just lists files sees the same.
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT count(*), count(DISTINCT event_id) FROM '"
                                        + folder.resolve("lake")
                                        + "/normalized/equity_ohlc/**/*.parquet'")) {
            row.next();
            assertThat(row.getLong(1)).isEqualTo(ROWS);
            assertThat(row.getLong(2)).isEqualTo(ROWS);
        }
    }
}
