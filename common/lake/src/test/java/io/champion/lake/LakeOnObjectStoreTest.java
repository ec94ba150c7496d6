package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.ProcessCluster;
import io.champion.local.S3Server;
import io.champion.local.faults.FaultStage;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.client.deployment.executors.RemoteExecutor;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
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

/** Both ways of writing, on a real S3 server, through crashes at every step of a commit. */
class LakeOnObjectStoreTest {
    private static final int ROWS = 2_000;
    private static final int ROWS_PER_DAY = 1_000;
    private static final LocalDate DAY = Append.DAY;
    private static final Dataset BARS = Dataset.of("normalized.equity_ohlc");

    // The listeners run in this JVM, but as copies: what they share has to be static.
    private static final Set<CommitStep> CRASHED = ConcurrentHashMap.newKeySet();

    /** What a reader that follows the manifest found, at the steps of a commit. */
    private static final Map<CommitStep, List<SpecificRecordBase>> SEEN = new ConcurrentHashMap<>();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir static Path server;
    private static S3Server s3;

    @TempDir Path folder;

    @BeforeAll
    static void start() throws Exception {
        s3 = S3Server.start(server, "market");
        s3.mount();
    }

    @AfterAll
    static void stop() throws Exception {
        s3.close();
    }

    @BeforeEach
    void reset() {
        CRASHED.clear();
        SEEN.clear();
    }

    /** The names of the objects below a folder of the bucket. */
    private static List<String> objects(String folder) throws IOException {
        org.apache.flink.core.fs.Path path = s3.path(folder);
        List<String> names = new ArrayList<>();
        collect(path.getFileSystem(), path, names);
        return names;
    }

    private static void collect(
            FileSystem fs, org.apache.flink.core.fs.Path folder, List<String> names)
            throws IOException {
        for (FileStatus entry : LakeFiles.list(fs, folder)) {
            if (entry.isDir()) {
                collect(fs, entry.getPath(), names);
            } else {
                names.add(entry.getPath().getName());
            }
        }
    }

    private static void crashOnceAfter(CommitStep step) {
        if (CRASHED.add(step)) {
            throw new IllegalStateException("crash after " + step);
        }
    }

    @Test
    void appendsEachRowOnceThroughCrashesAndARestart() throws Exception {
        StreamExecutionEnvironment env = streaming(null);
        // So few that the job is far from its end when the savepoint is taken.
        Append.append(
                env,
                "append",
                LakeOnObjectStoreTest::crashOnceAfter,
                RateLimiterStrategy.perCheckpoint(20));
        JobClient job = env.executeAsync();
        waitUntil(() -> CRASHED.contains(CommitStep.DONE));
        int atCrash = dataFiles("append");
        waitUntil(() -> dataFiles("append") > atCrash);
        String savepoint =
                job.stopWithSavepoint(
                                false,
                                folder.resolve("savepoints").toUri().toString(),
                                SavepointFormatType.CANONICAL)
                        .get();
        int before = dataFiles("append");

        StreamExecutionEnvironment restarted = streaming(savepoint);
        Append.append(
                restarted,
                "append",
                LakeOnObjectStoreTest::crashOnceAfter,
                RateLimiterStrategy.perCheckpoint(500));
        restarted.execute();
        assertThat(CRASHED)
                .containsExactlyInAnyOrder(
                        CommitStep.FILES_VISIBLE, CommitStep.BEFORE_MANIFEST, CommitStep.DONE);
        assertThat(dataFiles("append")).isGreaterThan(before);
        assertEachRowOnce("append");
    }

    /** Each of them is killed; every process has the file system as a plugin of its own. */
    @Test
    void appendsEachRowOnceWhereTaskManagersAreKilled() throws Exception {
        try (ProcessCluster cluster =
                ProcessCluster.builder(folder.resolve("cluster"))
                        .taskManagers(2)
                        .slots(1)
                        .configuration(s3.configuration())
                        .plugins(S3Server.plugins())
                        .start()) {
            Configuration configuration = streamingConfiguration(null);
            configuration.set(PipelineOptions.CLASSPATHS, FaultStage.classPath());
            configuration.set(
                    RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS,
                    Integer.MAX_VALUE);
            configuration.set(
                    RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                    Duration.ofMillis(200));
            URI rest = cluster.restAddress();
            // What createRemoteEnvironment does, which the extension's cluster forbids.
            configuration.set(DeploymentOptions.TARGET, RemoteExecutor.NAME);
            configuration.set(JobManagerOptions.ADDRESS, rest.getHost());
            configuration.set(JobManagerOptions.PORT, rest.getPort());
            configuration.set(RestOptions.ADDRESS, rest.getHost());
            configuration.set(RestOptions.PORT, rest.getPort());
            String job;
            try (StreamExecutionEnvironment env = new StreamExecutionEnvironment(configuration)) {
                env.setParallelism(2);
                Append.append(
                        env,
                        "killed",
                        CommitStep.Listener.NONE,
                        RateLimiterStrategy.perSecond(100));
                job = env.executeAsync().getJobID().toHexString();
            }
            for (int taskManager = 0; taskManager < 2; taskManager++) {
                int before = dataFiles("killed");
                waitUntil(() -> dataFiles("killed") > before);
                cluster.killTaskManager(taskManager);
                cluster.startTaskManager();
            }
            cluster.awaitStatus(job, JobStatus.FINISHED, Duration.ofMinutes(3));
        }
        assertEachRowOnce("killed");
    }

    private static void assertEachRowOnce(String lake) throws Exception {
        List<SpecificRecordBase> expected = new ArrayList<>();
        for (long i = 0; i < ROWS; i++) {
            expected.add(Append.row(i));
        }
        List<SpecificRecordBase> actual = new ArrayList<>();
        for (int day = 0; day < ROWS / ROWS_PER_DAY; day++) {
            PartitionKey partition = BARS.partitionOf(DAY.plusDays(day));
            actual.addAll(read(s3.path(lake), partition));
            // One that just lists sees the same files.
            assertThat(data(objects(lake + "/" + partition.location())))
                    .containsExactlyInAnyOrderElementsOf(manifest(s3.path(lake), partition));
        }
        assertThat(sorted(actual)).isEqualTo(sorted(expected));
    }

    private static void waitUntil(Supplier<Boolean> condition) throws Exception {
        CommonTestUtils.waitUtil(
                condition, Duration.ofMinutes(3), Duration.ofMillis(20), "The job stands still");
    }

    private static int dataFiles(String lake) {
        try {
            return data(objects(lake)).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void replacesPartitionsThroughCrashesAndNoReaderSeesAMixture() throws Exception {
        org.apache.flink.core.fs.Path lake = s3.path("replace");
        PartitionKey day = BARS.partitionOf(DAY);
        PartitionKey next = BARS.partitionOf(DAY.plusDays(1));
        List<SpecificRecordBase> old = bars(0, 300);
        replace(lake, List.of(day), old, CommitStep.Listener.NONE);
        assertThat(sorted(read(lake, day))).isEqualTo(sorted(old));
        List<String> oldFiles = data(objects("replace"));

        List<SpecificRecordBase> rows = bars(200, 500);
        replace(
                lake,
                List.of(day, next),
                rows,
                step -> {
                    SEEN.putIfAbsent(step, read(s3.path("replace"), BARS.partitionOf(DAY)));
                    crashOnceAfter(step);
                });
        assertThat(CRASHED)
                .containsExactlyInAnyOrder(
                        CommitStep.FILES_VISIBLE,
                        CommitStep.BEFORE_MANIFEST,
                        CommitStep.AFTER_MANIFEST,
                        CommitStep.DONE);
        assertThat(sorted(SEEN.get(CommitStep.FILES_VISIBLE))).isEqualTo(sorted(old));
        assertThat(sorted(SEEN.get(CommitStep.BEFORE_MANIFEST))).isEqualTo(sorted(old));
        assertThat(sorted(SEEN.get(CommitStep.AFTER_MANIFEST))).isEqualTo(sorted(rows));
        assertThat(sorted(read(lake, day))).isEqualTo(sorted(rows));
        assertThat(data(objects("replace")))
                .doesNotContainAnyElementsOf(oldFiles)
                .containsExactlyInAnyOrderElementsOf(manifest(lake, day));
        assertThat(new LakeReader(lake).exists(next)).isFalse();

        replace(lake, List.of(day), List.of(), CommitStep.Listener.NONE);
        assertThat(new LakeReader(lake).exists(day)).isFalse();
        assertThat(data(objects("replace"))).isEmpty();
    }

    private static List<SpecificRecordBase> bars(int from, int to) {
        List<SpecificRecordBase> bars = new ArrayList<>();
        for (int i = from; i < to; i++) {
            bars.add(Rows.bar(DAY, i));
        }
        return bars;
    }

    private static List<SpecificRecordBase> sorted(List<SpecificRecordBase> rows) {
        return rows.stream()
                .sorted(Comparator.comparing(row -> ((EquityOhlc) row).getEventId()))
                .toList();
    }

    private static List<String> data(List<String> objects) {
        return objects.stream().filter(Layout::isData).toList();
    }

    private static List<String> manifest(org.apache.flink.core.fs.Path lake, PartitionKey partition)
            throws IOException {
        return Manifest.read(lake.getFileSystem(), Layout.partition(lake, partition))
                .orElseThrow()
                .files()
                .stream()
                .map(Manifest.DataFile::name)
                .toList();
    }

    private static List<SpecificRecordBase> read(
            org.apache.flink.core.fs.Path lake, PartitionKey partition) throws IOException {
        List<SpecificRecordBase> rows = new ArrayList<>();
        try (var all = new LakeReader(lake).read(partition)) {
            all.forEachRemaining(rows::add);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    /** Apart from the test, of which processes of a cluster know nothing. */
    private static final class Append {
        static final LocalDate DAY = LocalDate.of(2025, 6, 16);

        static EquityOhlc row(long i) {
            return Rows.bar(DAY.plusDays(i / ROWS_PER_DAY), (int) i);
        }

        static void append(
                StreamExecutionEnvironment env,
                String lake,
                CommitStep.Listener listener,
                RateLimiterStrategy<
                                org.apache.flink.api.connector.source.lib.NumberSequenceSource
                                        .NumberSequenceSplit>
                        rate) {
            env.fromSource(
                            new DataGeneratorSource<>(
                                    Append::row, ROWS, rate, ContractTypeInfo.INSTANCE),
                            WatermarkStrategy.<SpecificRecordBase>forMonotonousTimestamps()
                                    .withTimestampAssigner(
                                            (row, before) ->
                                                    ((EquityOhlc) row)
                                                            .getEventTime()
                                                            .toEpochMilli()),
                            "rows")
                    .uid("rows")
                    .sinkTo(LakeSink.builder(s3.path(lake)).uid("test").listener(listener).build())
                    .uid("lake");
        }
    }

    private static void replace(
            org.apache.flink.core.fs.Path lake,
            List<PartitionKey> partitions,
            List<SpecificRecordBase> rows,
            CommitStep.Listener listener)
            throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(restarting());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        // fromData refuses an empty list.
        boolean empty = rows.isEmpty();
        env.fromData(empty ? bars(0, 1) : rows, ContractTypeInfo.INSTANCE)
                .filter(row -> !empty)
                .rebalance()
                .sinkTo(LakeSink.builder(lake).replacing(partitions).listener(listener).build())
                .uid("lake");
        env.execute();
    }

    private StreamExecutionEnvironment streaming(String savepoint) {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(
                        streamingConfiguration(savepoint));
        env.setParallelism(2);
        return env;
    }

    private Configuration streamingConfiguration(String savepoint) {
        Configuration configuration = restarting();
        configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        return configuration;
    }

    private static Configuration restarting() {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
        return configuration;
    }
}
