package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import io.champion.tracking.IntervalPart.Offsets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Intervals of a job, through its restarts. */
final class IntervalRunsTest {
    private static final long TEN = Instant.parse("2025-06-18T10:00:00Z").toEpochMilli();
    private static final IntervalRuns.Subject SUBJECT =
            new IntervalRuns.Subject(
                    Experiments.INGESTION,
                    "tick-stream",
                    "group",
                    "ticks",
                    "read",
                    new TreeMap<>(Map.of("read", "raw.equity_trade", "bars", "normalized.bars")));
    private static final Map<String, String> PARAMS = Map.of("ticks.topic", "ticks");

    @TempDir java.nio.file.Path home;

    @Test
    void anIntervalEndsWithTheFirstCheckpointAfterIt() throws Exception {
        try (Recorder recorder = new Recorder(PARAMS, TEN + 60_000)) {
            recorder.harness.open();
            recorder.part(0, 10, 70, 100);
            recorder.checkpoint(1, TEN + minutes(59));
            assertThat(finished()).isEmpty();
            recorder.part(0, 10, 100, 110);
            recorder.part(1, 5, 0, 5);
            recorder.checkpoint(2, TEN + minutes(61));
            recorder.awaitRuns(1);
            recorder.part(0, 1, 110, 111);
            recorder.checkpoint(3, TEN + minutes(62));
        }
        List<TrackedRun> runs = finished();
        assertThat(runs).hasSize(2);
        TrackedRun hour = runs.get(0);
        assertThat(hour.name()).isEqualTo("tick-stream group 20250618T100100000Z");
        assertThat(hour.start()).isEqualTo(Instant.ofEpochMilli(TEN + 60_000));
        assertThat(hour.end()).isEqualTo(Instant.ofEpochMilli(TEN + minutes(61)));
        assertThat(hour.params()).containsOnly(entry("ticks.topic", "ticks"));
        assertThat(hour.metrics())
                .containsEntry("read", 25.0)
                .containsEntry("bars.1m", 3.0)
                .containsEntry("bars.1s", 3.0)
                .containsEntry("bytes", 7_200.0)
                .containsEntry("seconds", 3_600.0)
                .containsEntry("rows_per_second", 25 / 3_600.0)
                .containsEntry("bytes_per_second", 2.0);
        assertThat(lineage(hour))
                .contains("\"name\" : \"ticks-0\"", "\"version\" : \"70..110\"")
                .contains("\"name\" : \"ticks-1\"", "\"version\" : \"0..5\"")
                .contains("\"name\" : \"raw.equity_trade\"", "\"rows\" : 25")
                .contains("\"name\" : \"normalized.bars\"", "\"rows\" : 6");
        // The rest of the job, up to its last checkpoint.
        assertThat(runs.get(1).metrics()).containsEntry("read", 1.0);
        assertThat(runs.get(1).end()).isEqualTo(Instant.ofEpochMilli(TEN + minutes(62)));
    }

    /** Else a job could not be rescaled from there: its maximum would be that of the chain. */
    @Test
    void theRecorderIsOnItsOwnWhateverTheParallelism() {
        for (int parallelism = 1; parallelism <= 2; parallelism++) {
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.getExecutionEnvironment()
                            .setParallelism(parallelism)
                            .setMaxParallelism(128);
            IntervalRuns.add(
                    env.fromSequence(1, 2)
                            .map(n -> new IntervalPart(Map.of(), Map.of()), IntervalPart.TYPE),
                    JobConfig.of(OptionSet.of(CommonOptions.class, TrackingOptions.class)).load(),
                    SUBJECT);
            assertThat(env.getStreamGraph().getJobGraph().getVertices())
                    .filteredOn(vertex -> vertex.getName().contains("interval runs"))
                    .singleElement()
                    .satisfies(
                            vertex -> {
                                assertThat(vertex.getName()).isEqualTo("interval runs");
                                assertThat(vertex.getMaxParallelism()).isEqualTo(1);
                            });
        }
    }

    @Test
    void whatNoCheckpointHoldsIsNotCounted() throws Exception {
        OperatorSubtaskState state;
        try (Recorder recorder = new Recorder(PARAMS, TEN)) {
            recorder.harness.open();
            recorder.part(0, 10, 0, 10);
            state = recorder.checkpoint(1, TEN + minutes(10));
            recorder.part(0, 10, 10, 20);
        }
        assertThat(finished()).extracting(run -> run.metrics().get("read")).containsExactly(10.0);
        try (Recorder recorder = new Recorder(PARAMS, TEN + minutes(20))) {
            recorder.harness.initializeState(state);
            recorder.harness.open();
            recorder.part(0, 10, 10, 20);
            recorder.checkpoint(2, TEN + minutes(30));
        }
        // The same interval, gone on with.
        assertThat(finished()).extracting(run -> run.metrics().get("read")).containsExactly(20.0);
    }

    @Test
    void anIntervalThatWasClosedIsRecordedByWhoeverComesNext() throws Exception {
        OperatorSubtaskState state;
        try (Recorder recorder = new Recorder(PARAMS, TEN)) {
            recorder.harness.open();
            recorder.part(0, 10, 0, 10);
            state = recorder.snapshot(1, TEN + minutes(60));
        }
        assertThat(finished()).isEmpty();
        try (Recorder recorder = new Recorder(PARAMS, TEN + minutes(61))) {
            recorder.harness.initializeState(state);
            recorder.harness.open();
        }
        assertThat(finished()).extracting(run -> run.metrics().get("read")).containsExactly(10.0);
    }

    @Test
    void otherOptionsAndLaterHoursBeginAnother() throws Exception {
        OperatorSubtaskState state;
        try (Recorder recorder = new Recorder(PARAMS, TEN)) {
            recorder.harness.open();
            recorder.part(0, 10, 0, 10);
            state = recorder.checkpoint(1, TEN + minutes(10));
        }
        try (Recorder recorder = new Recorder(Map.of("ticks.topic", "others"), TEN + minutes(20))) {
            recorder.harness.initializeState(state);
            recorder.harness.open();
            recorder.part(0, 1, 10, 11);
            state = recorder.checkpoint(2, TEN + minutes(30));
        }
        try (Recorder recorder =
                new Recorder(Map.of("ticks.topic", "others"), TEN + minutes(60 * 24))) {
            recorder.harness.initializeState(state);
            recorder.harness.open();
            recorder.part(0, 2, 11, 13);
            recorder.checkpoint(3, TEN + minutes(60 * 24 + 1));
        }
        assertThat(finished())
                .extracting(run -> run.metrics().get("read"))
                .containsExactly(10.0, 1.0, 2.0);
        assertThat(finished())
                .extracting(TrackedRun::end)
                .startsWith(
                        Instant.ofEpochMilli(TEN + minutes(10)),
                        Instant.ofEpochMilli(TEN + minutes(30)));
    }

    @Test
    void theEndOfTheInputEndsTheLastInterval() throws Exception {
        try (Recorder recorder = new Recorder(PARAMS, TEN)) {
            recorder.harness.open();
            recorder.part(0, 10, 0, 10);
            recorder.harness.endInput();
            recorder.harness.getOperator().finish();
            recorder.checkpoint(1, TEN + minutes(1));
            recorder.awaitRuns(1);
        }
        assertThat(finished()).hasSize(1);
    }

    @Test
    void nothingIsRecordedWhereNothingWasAskedFor() throws Exception {
        OperatorSubtaskState state;
        try (Recorder recorder = new Recorder(PARAMS, TEN)) {
            recorder.harness.open();
            recorder.part(0, 10, 0, 10);
            state = recorder.checkpoint(1, TEN + minutes(10));
        }
        try (Recorder off = new Recorder(PARAMS, TEN + minutes(20), Duration.ZERO)) {
            off.harness.initializeState(state);
            off.harness.open();
            off.part(0, 10, 10, 20);
            off.checkpoint(2, TEN + minutes(90));
        }
        assertThat(finished()).extracting(run -> run.metrics().get("read")).containsExactly(10.0);
    }

    private static long minutes(int minutes) {
        return TimeUnit.MINUTES.toMillis(minutes);
    }

    private Path root() {
        return new Path(home.resolve("mlflow").toUri());
    }

    private List<TrackedRun> finished() throws Exception {
        return new FileStore(new Path(root(), "runs"))
                .runs().stream().sorted(Comparator.comparing(TrackedRun::start)).toList();
    }

    private String lineage(TrackedRun run) throws Exception {
        FileStore store = new FileStore(new Path(root(), "runs"));
        return new String(
                store.bytes(store.artifacts(run).get(Lineage.FILE)), StandardCharsets.UTF_8);
    }

    private final class Recorder implements AutoCloseable {
        final OneInputStreamOperatorTestHarness<IntervalPart, Void> harness;

        Recorder(Map<String, String> params, long now) throws Exception {
            this(params, now, Duration.ofHours(1));
        }

        Recorder(Map<String, String> params, long now, Duration interval) throws Exception {
            harness =
                    new OneInputStreamOperatorTestHarness<>(
                            new IntervalRuns.Recorder(
                                    SUBJECT,
                                    interval.toMillis(),
                                    new TreeMap<>(params),
                                    root().toString(),
                                    null,
                                    null));
            harness.setup(VoidSerializer.INSTANCE);
            harness.setProcessingTime(now);
        }

        void part(int partition, long read, long first, long next) throws Exception {
            harness.processElement(
                    new StreamRecord<>(
                            new IntervalPart(
                                    Map.of(
                                            "read", read, "bytes", 2_400L, "bars.1m", 1L, "bars.1s",
                                            1L),
                                    Map.of(partition, new Offsets(first, next)))));
        }

        OperatorSubtaskState snapshot(long id, long now) throws Exception {
            harness.setProcessingTime(now);
            return harness.snapshot(id, now);
        }

        OperatorSubtaskState checkpoint(long id, long now) throws Exception {
            OperatorSubtaskState state = snapshot(id, now);
            harness.notifyOfCompletedCheckpoint(id);
            return state;
        }

        /** Recording is done by a thread of its own. */
        void awaitRuns(int runs) throws Exception {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (finished().size() < runs) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }
}
