package io.champion.ticks;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.kafka.WireSchemas;
import io.champion.lake.LakeSink;
import io.champion.local.LocalFlink;
import io.champion.local.Occurrences;
import io.champion.local.market.ExpectedBar;
import io.champion.local.market.ExpectedMarket;
import io.champion.local.market.ExpectedRow;
import io.champion.local.market.MarketSpec;
import io.champion.model.ColumnBatch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Stopped with a savepoint in the middle of a market and restored, with another parallelism or
 * another graph: what comes out in all is that of the plain computation.
 */
final class SavepointTest {
    private static final MarketSpec MARKET =
            MarketSpec.builder().ticks(6_000).symbols(40).seed(5).build();

    private static final long MESSAGES = SimulatedTicks.count(MARKET);

    private static final long ALL = Long.MAX_VALUE;

    private static final Map<String, Duration> INTERVALS =
            Map.of("1s", Duration.ofSeconds(1), "1m", Duration.ofMinutes(1));

    /** So many messages may leave the source, in this run and those before. */
    private static final AtomicLong LIMIT = new AtomicLong();

    private static final AtomicLong LEFT = new AtomicLong();

    @TempDir Path home;

    private CollectingSink<ColumnBatch> ticks;
    private CollectingSink<SpecificRecordBase> bars;
    private CollectingSink<RefusedTick> letters;

    @BeforeEach
    void begin() {
        LEFT.set(0);
        ticks = new CollectingSink<>("ticks");
        bars = new CollectingSink<>("bars");
        letters = new CollectingSink<>("letters");
    }

    @ParameterizedTest
    @CsvSource({"hashmap, NATIVE", "rocksdb, CANONICAL"})
    void parallelismChanges(String backend, SavepointFormatType format) throws Exception {
        try (LocalFlink cluster = cluster(backend)) {
            Graph one = new Graph(cluster).parallelism(1);
            String first = one.run(null, MESSAGES / 3).stop(false, format);
            Graph two = new Graph(cluster).parallelism(2);
            String second = two.run(first, MESSAGES * 2 / 3).stop(false, format);
            new Graph(cluster).parallelism(1).run(second, ALL).end();
        }
        assertAll();
    }

    @Test
    void aDrainedJobGoesOn() throws Exception {
        try (LocalFlink cluster = cluster("rocksdb")) {
            String savepoint =
                    new Graph(cluster)
                            .run(null, MESSAGES / 2)
                            .stop(true, SavepointFormatType.CANONICAL);
            new Graph(cluster).run(savepoint, ALL).end();
        }
        assertAll();
    }

    @Test
    void theGraphChanges() throws Exception {
        CollectingSink<ColumnBatch> more = new CollectingSink<>("more");
        try (LocalFlink cluster = cluster("rocksdb")) {
            String savepoint =
                    new Graph(cluster)
                            .lake("old")
                            .run(null, MESSAGES / 3)
                            .stop(false, SavepointFormatType.CANONICAL);
            assertThatThrownBy(() -> new Graph(cluster).run(savepoint, MESSAGES * 2 / 3).end())
                    .as("a sink's state would be lost")
                    .hasStackTraceContaining("allowNonRestoredState");
            // Without one sink, with others, and with an interval more.
            String changed =
                    new Graph(cluster)
                            .withoutLake()
                            .lake("new")
                            .ticks("more", more)
                            .interval(Duration.ofMinutes(5))
                            .run(savepoint, MESSAGES * 2 / 3)
                            .stop(false, SavepointFormatType.CANONICAL);
            // And back.
            new Graph(cluster).withoutLake().run(changed, ALL).end();
        }
        assertAll();
        assertThat(Set.copyOf(TickStreamTopologyTest.rows(ticks.collected())))
                .containsAll(TickStreamTopologyTest.rows(more.collected()));
        assertThat(more.collected()).isNotEmpty();
        assertThat(TickStreamTopologyTest.last("5m", bars.collected())).isNotEmpty();
    }

    private void assertAll() {
        ExpectedMarket expected = ExpectedMarket.of(MARKET);
        List<ExpectedRow> rows = expected.rows().toList();
        assertThat(Occurrences.of(TickStreamTopologyTest.rows(ticks.collected())))
                .containsExactlyInAnyOrderEntriesOf(Occurrences.of(rows));
        assertThat(letters.collected()).hasSize((int) (expected.rejected() + expected.late()));
        INTERVALS.forEach(
                (name, length) -> {
                    Set<ExpectedBar> wanted =
                            new HashSet<>(expected.bars(length, MARKET::isInSession).toList());
                    assertThat(TickStreamTopologyTest.last(name, bars.collected()))
                            .as(name)
                            .isEqualTo(wanted);
                });
    }

    private LocalFlink cluster(String backend) throws Exception {
        Configuration flink = new Configuration();
        flink.set(StateBackendOptions.STATE_BACKEND, backend);
        flink.set(PipelineOptions.GENERIC_TYPES, false);
        flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        flink.set(PipelineOptions.OBJECT_REUSE, true);
        flink.set(PipelineOptions.MAX_PARALLELISM, 128);
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
        return LocalFlink.start(home.resolve("flink"), flink);
    }

    /** The job's graph around sources and sinks in memory; of the lake's one is real. */
    private final class Graph {
        private final LocalFlink cluster;
        private final Map<String, Sink<ColumnBatch>> tickSinks;
        private final List<Duration> intervals;
        private int parallelism = 2;
        private boolean anyState;
        private JobClient job;

        Graph(LocalFlink cluster) {
            this.cluster = cluster;
            this.tickSinks = new HashMap<>(Map.of("ticks", ticks));
            this.intervals = new ArrayList<>(INTERVALS.values());
        }

        Graph parallelism(int tasks) {
            parallelism = tasks;
            return this;
        }

        Graph lake(String uid) {
            org.apache.flink.core.fs.Path lake =
                    new org.apache.flink.core.fs.Path(home.resolve("lake-" + uid).toUri());
            return ticks("lake-" + uid, LakeSink.builder(lake).uid(uid).buildBatches());
        }

        Graph ticks(String uid, Sink<ColumnBatch> sink) {
            tickSinks.put(uid, sink);
            return this;
        }

        Graph interval(Duration length) {
            intervals.add(length);
            return this;
        }

        Graph withoutLake() {
            anyState = true;
            return this;
        }

        /** Runs until all tasks have the messages up to a number. */
        Graph run(String savepoint, long messages) throws Exception {
            LIMIT.set(messages);
            StreamExecutionEnvironment env = cluster.environment();
            Configuration restore = new Configuration();
            if (savepoint != null) {
                restore.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
                restore.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, anyState);
            }
            env.configure(restore);
            env.setParallelism(parallelism);
            TickStreamTopology.build(
                    env.fromSource(
                                    new DataGeneratorSource<>(
                                            new SimulatedTicks(MARKET),
                                            MESSAGES,
                                            tasks -> new Limited(),
                                            TickMessageSerializer.TYPE),
                                    TickTimes.withTimes(
                                            WatermarkStrategy.forGenerator(
                                                    context ->
                                                            new TickStreamTopologyTest
                                                                    .EverySoOften())),
                                    "simulated ticks")
                            .uid("ticks-source")
                            .setParallelism(1),
                    new TickEngineOperator.Settings(
                            new BookSettings(
                                    BarIntervals.of(intervals),
                                    Duration.ofMinutes(30).toMillis(),
                                    1_000_000),
                            SessionCalendar.of(List.of("NSE 09:15-15:30 Asia/Kolkata"), List.of()),
                            false,
                            Duration.ofDays(1).toMillis(),
                            100_000,
                            Instant.EPOCH),
                    WireSchemas::released,
                    new TickStreamTopology.Sinks(
                            tickSinks, Map.of("bars", bars), Map.of("dead-letters", letters)));
            job = env.executeAsync();
            return this;
        }

        String stop(boolean drain, SavepointFormatType format) throws Exception {
            until("the source is at its limit", () -> LEFT.get() >= LIMIT.get());
            AtomicReference<String> savepoint = new AtomicReference<>();
            until("the job is stopped", () -> stopped(drain, format, savepoint));
            return savepoint.get();
        }

        private boolean stopped(
                boolean drain, SavepointFormatType format, AtomicReference<String> savepoint)
                throws Exception {
            try {
                savepoint.set(
                        job.stopWithSavepoint(
                                        drain,
                                        home.resolve("savepoints").toUri().toString(),
                                        format)
                                .get());
                return true;
            } catch (ExecutionException e) {
                // The source may be through before all other tasks have started.
                if (e.getMessage().contains("Not all required tasks are currently running")) {
                    return false;
                }
                throw e;
            }
        }

        void end() throws Exception {
            job.getJobExecutionResult().get();
        }
    }

    /** Lets messages pass up to {@link #LIMIT}, and none after it. */
    private static final class Limited implements RateLimiter<NumberSequenceSplit> {
        @Override
        public CompletionStage<Void> acquire(int messages) {
            return LEFT.get() < LIMIT.get() && LEFT.addAndGet(messages) > 0
                    ? CompletableFuture.completedFuture(null)
                    : new CompletableFuture<>();
        }
    }
}
