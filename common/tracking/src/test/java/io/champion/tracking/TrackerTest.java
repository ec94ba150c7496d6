package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real tracking server, which may be away, slow or failing. */
final class TrackerTest {
    private static final Instant START = Instant.parse("2025-06-18T13:00:00.123Z");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir static java.nio.file.Path mlflowDirectory;
    private static MlflowProcess mlflow;

    @TempDir java.nio.file.Path home;

    @BeforeAll
    static void start() throws Exception {
        mlflow = MlflowProcess.start(mlflowDirectory);
    }

    @AfterAll
    static void stop() throws Exception {
        if (mlflow != null) {
            mlflow.close();
        }
    }

    @Test
    void whatWasRecordedIsReadBackThroughTheServersInterface() throws Exception {
        try (Tracker tracker =
                Tracker.open(root(), new MlflowServer(mlflow.url(), Map.of()), PATIENCE, "day 1")) {
            String result =
                    tracker.run(
                            TrackedRun.of(Experiments.INGESTION, "step 1", START)
                                    .param("input", "/data/a b"),
                            run -> {
                                run.metric("rows.read", 2993)
                                        .metrics("rejected", Map.of("bad_price", 3L))
                                        .tag("champion.job", "bhavcopy-ingest")
                                        .artifact("some folder/lineage.json", bytes("{\"a\":1}"));
                                return "done";
                            });
            assertThat(result).isEqualTo("done");
            assertThat(tracker.finish()).isEqualTo("Recorded at " + mlflow.url() + "\n");
        }

        List<TrackedRun> steps = runs(Experiments.INGESTION, "step 1");
        assertThat(steps).hasSize(1);
        TrackedRun there = steps.get(0);
        assertThat(there.status()).isEqualTo(TrackedRun.Status.FINISHED);
        assertThat(there.start()).isEqualTo(START);
        assertThat(there.params()).containsOnly(entry("input", "/data/a b"));
        assertThat(there.metrics())
                .containsOnly(entry("rejected.bad_price", 3.0), entry("rows.read", 2993.0));
        assertThat(there.tags()).containsEntry("champion.job", "bhavcopy-ingest");
        assertThat(there.parent()).isEqualTo(runs(Experiments.DAILY, "day 1").get(0).id());
        String artifact =
                mlflow.get(
                                "/get-artifact?run_uuid="
                                        + there.id()
                                        + "&path=some%20folder/lineage.json")
                        .body();
        assertThat(artifact).isEqualTo("{\"a\":1}");
    }

    @Test
    void whatIsLookedAtAfterwardsIsOnRecordToo() throws Exception {
        try (Tracker tracker = tracker(mlflow.url(), Map.of())) {
            tracker.run(
                    TrackedRun.of(Experiments.FEATURES, "looked at", START),
                    run ->
                            run.metric("rows", 2)
                                    .artifact("lineage.json", "{}")
                                    .afterwards(later -> later.metric("mean.close", 7.5))
                                    .afterwards(
                                            later -> {
                                                throw new IOException("The lake is away.");
                                            })
                                    .afterwards(
                                            later -> later.artifact("lineage.json", "{\"b\":2}")));
            assertThat(tracker.finish())
                    .contains("Recorded at " + mlflow.url(), "The lake is away.");
        }
        TrackedRun there = runs(Experiments.FEATURES, "looked at").get(0);
        assertThat(there.status()).isEqualTo(TrackedRun.Status.FINISHED);
        assertThat(there.metrics()).containsOnly(entry("rows", 2.0), entry("mean.close", 7.5));
        assertThat(mlflow.get("/get-artifact?run_uuid=" + there.id() + "&path=lineage.json").body())
                .isEqualTo("{\"b\":2}");
    }

    @Test
    void intervalsOfAJobWithoutAnEndAreReadBack() throws Exception {
        interval("ended", mlflow.url());
        // What the last moments of a task do not suffice for, the next one sends.
        try (MlflowServer server = new MlflowServer(mlflow.url(), Map.of())) {
            Tracker.sendAll(root(), server);
        }
        TrackedRun there =
                runs(Experiments.INGESTION, "tick-stream ended 19700101T000000000Z").get(0);
        assertThat(there.status()).isEqualTo(TrackedRun.Status.FINISHED);
        assertThat(there.metrics())
                .containsEntry("ticks_read", 5.0)
                .containsEntry("seconds", 3.6e3);
        assertThat(there.tags()).containsKey("mlflow.source.git.commit");
        assertThat(mlflow.get("/get-artifact?run_uuid=" + there.id() + "&path=lineage.json").body())
                .contains("\"ticks-3\"", "\"10..15\"");
    }

    @Test
    void intervalsOutliveAServerThatIsAwayFailsOrDoesNotAnswer() throws Exception {
        interval("away", "http://127.0.0.1:9");
        try (Gate gate = new Gate(mlflow.url())) {
            gate.fail(Integer.MAX_VALUE);
            interval("failing", gate.url());
        }
        try (Gate gate = new Gate(mlflow.url())) {
            gate.hold();
            interval("held", gate.url());
        }
        try (MlflowServer server = new MlflowServer(mlflow.url(), Map.of())) {
            Tracker.sendAll(root(), server);
        }
        for (String name : List.of("away", "failing", "held")) {
            assertThat(runs(Experiments.INGESTION, "tick-stream " + name + " 19700101T000000000Z"))
                    .hasSize(1);
        }
    }

    /** An hour of a job. */
    private void interval(String deployment, String url) throws Exception {
        try (OneInputStreamOperatorTestHarness<IntervalPart, Void> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new IntervalRuns.Recorder(
                                new IntervalRuns.Subject(
                                        Experiments.INGESTION,
                                        "tick-stream",
                                        deployment,
                                        "ticks",
                                        "ticks_read",
                                        new TreeMap<>()),
                                Duration.ofHours(1).toMillis(),
                                new TreeMap<>(),
                                root().toString(),
                                url,
                                null))) {
            harness.setup(VoidSerializer.INSTANCE);
            harness.open();
            harness.processElement(
                    new StreamRecord<>(
                            new IntervalPart(
                                    Map.of("ticks_read", 5L),
                                    Map.of(3, new IntervalPart.Offsets(10, 15)))));
            harness.setProcessingTime(Duration.ofHours(1).toMillis());
            harness.snapshot(1, 1);
            harness.notifyOfCompletedCheckpoint(1);
        }
    }

    @Test
    void workThatFailsIsOnRecordAsFailed() throws Exception {
        try (Tracker tracker = tracker(mlflow.url(), Map.of())) {
            assertThatThrownBy(
                            () ->
                                    tracker.run(
                                            TrackedRun.of(Experiments.FEATURES, "fails", START),
                                            run -> {
                                                run.metric("rows.read", 1);
                                                throw new IllegalStateException("No bars.");
                                            }))
                    .isInstanceOf(IllegalStateException.class);
            tracker.finish();
        }
        TrackedRun there = runs(Experiments.FEATURES, "fails").get(0);
        assertThat(there.status()).isEqualTo(TrackedRun.Status.FAILED);
        assertThat(there.metrics()).containsOnly(entry("rows.read", 1.0));
        assertThat(there.tags()).containsEntry("champion.problem", "No bars.");
    }

    @Test
    void aServerThatIsAwayGetsTheRunLater() throws Exception {
        try (Tracker tracker = tracker("http://127.0.0.1:9", Map.of())) {
            tracker.record(run("away"), Map.of());
            assertThat(tracker.finish())
                    .contains("0 of 1 runs recorded at http://127.0.0.1:9")
                    .contains("'champion runs send'")
                    .contains("cannot be reached");
        }
        assertThat(runs(Experiments.INGESTION, "away")).isEmpty();

        try (MlflowServer server = new MlflowServer(mlflow.url(), Map.of())) {
            assertThat(Tracker.sendAll(root(), server))
                    .isEqualTo(new Tracker.SendResult(1, List.of()));
            assertThat(runs(Experiments.INGESTION, "away")).hasSize(1);
            assertThat(Tracker.sendAll(root(), server))
                    .isEqualTo(new Tracker.SendResult(0, List.of()));
        }
    }

    @Test
    void theNextTrackerSendsWhatWasLeft() throws Exception {
        try (Tracker tracker = tracker("http://127.0.0.1:9", Map.of())) {
            tracker.record(run("left"), Map.of());
            tracker.finish();
        }
        try (Tracker tracker = tracker(mlflow.url(), Map.of())) {
            tracker.record(run("next"), Map.of());
            tracker.finish();
        }
        assertThat(runs(Experiments.INGESTION, "left")).hasSize(1);
        assertThat(runs(Experiments.INGESTION, "next")).hasSize(1);
    }

    @Test
    void aServerThatFailsNowAndThenIsAskedAgain() throws Exception {
        try (Gate gate = new Gate(mlflow.url())) {
            gate.fail(3);
            try (Tracker tracker = tracker(gate.url(), Map.of())) {
                tracker.record(run("failing"), Map.of("a.txt", bytes("a")));
                assertThat(tracker.finish()).isEqualTo("Recorded at " + gate.url() + "\n");
            }
        }
        assertThat(runs(Experiments.INGESTION, "failing")).hasSize(1);
    }

    @Test
    void aServerThatFailsAlwaysCostsNoRun() throws Exception {
        try (Gate gate = new Gate(mlflow.url())) {
            gate.fail(Integer.MAX_VALUE);
            try (Tracker tracker = tracker(gate.url(), Map.of())) {
                tracker.record(run("broken"), Map.of());
                assertThat(tracker.finish())
                        .contains("0 of 1 runs recorded", "1 wait below", "answered 500");
            }
        }
        assertThat(new FileStore(new Path(root(), "runs")).runs())
                .extracting(TrackedRun::name)
                .containsExactly("broken");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 407})
    void whatALoginOrAnAddressIsToBlameForIsSentOnceThatIsRight(int status) throws Exception {
        String name = "answered " + status;
        try (Gate gate = new Gate(mlflow.url())) {
            gate.fail(Integer.MAX_VALUE, status);
            try (Tracker tracker = tracker(gate.url(), Map.of())) {
                tracker.record(run(name), Map.of());
                assertThat(tracker.finish()).contains("0 of 1 runs recorded", "1 wait below", name);
            }
            gate.fail(0);
            try (MlflowServer server = new MlflowServer(gate.url(), Map.of())) {
                assertThat(Tracker.sendAll(root(), server))
                        .isEqualTo(new Tracker.SendResult(1, List.of()));
            }
        }
        assertThat(runs(Experiments.INGESTION, name)).hasSize(1);
    }

    @Test
    void whatAServerRefusesIsNotSentToItAgain() throws Exception {
        try (Gate gate = new Gate(mlflow.url())) {
            gate.fail(Integer.MAX_VALUE, 400);
            try (Tracker tracker = tracker(gate.url(), Map.of())) {
                tracker.record(run("refused"), Map.of());
                assertThat(tracker.finish())
                        .contains(
                                "0 of 1 runs recorded", "0 wait below", "1 of 1 runs were refused");
            }
            gate.fail(0);
            try (MlflowServer server = new MlflowServer(gate.url(), Map.of())) {
                assertThat(Tracker.sendAll(root(), server))
                        .isEqualTo(new Tracker.SendResult(0, List.of()));
            }
        }
    }

    @Test
    void aServerThatDoesNotAnswerHoldsNobodyUp() throws Exception {
        try (Gate gate = new Gate(mlflow.url())) {
            gate.hold();
            try (Tracker tracker =
                    Tracker.open(
                            root(),
                            new MlflowServer(gate.url(), Map.of()),
                            Duration.ofMillis(200),
                            null)) {
                for (int i = 0; i < 10; i++) {
                    tracker.record(run("slow " + i), Map.of());
                }
                assertThat(tracker.finish())
                        .contains("0 of 10 runs recorded", "10 wait below", "within 200 ms");
            }
        }
    }

    @Test
    void credentialsComeFromEnvironmentOrFiles() throws Exception {
        java.nio.file.Path file = Files.writeString(home.resolve("password"), "secret\n");
        try (Gate gate = new Gate(mlflow.url())) {
            Map<String, String> basic =
                    Map.of(
                            "MLFLOW_TRACKING_USERNAME",
                            "champion",
                            "MLFLOW_TRACKING_PASSWORD_FILE",
                            file.toString());
            try (Tracker tracker = tracker(gate.url(), basic)) {
                tracker.record(run("basic"), Map.of("a.txt", bytes("a")));
                tracker.finish();
            }
            // champion:secret
            assertThat(gate.authorizations).containsOnly("Basic Y2hhbXBpb246c2VjcmV0");
            gate.authorizations.clear();
            try (Tracker tracker = tracker(gate.url(), Map.of("MLFLOW_TRACKING_TOKEN", "token"))) {
                tracker.record(run("token"), Map.of("a.txt", bytes("a")));
                tracker.finish();
            }
            assertThat(gate.authorizations).containsOnly("Bearer token");
        }
    }

    @Test
    void addressesThatCannotBeOneAreRefused() {
        assertThatThrownBy(() -> new MlflowServer("http://u:p@host", Map.of()))
                .hasMessageContaining("carries credentials")
                .hasMessageNotContaining("p@");
        assertThatThrownBy(() -> new MlflowServer("http://u:p^@host", Map.of()))
                .hasMessageContaining("no address of a tracking server")
                .hasMessageNotContaining("p^");
        assertThatThrownBy(() -> new MlflowServer("localhost:5000", Map.of()))
                .hasMessageContaining("http://host:port");
    }

    @Test
    void withoutAServerRunsAreKept() {
        try (Tracker tracker = Tracker.open(root(), null, PATIENCE, null)) {
            tracker.record(run("kept"), Map.of());
            assertThat(tracker.finish())
                    .isEqualTo("Recorded for MLflow below " + new Path(root(), "runs") + "\n");
        }
        try (Tracker tracker = Tracker.open(root(), null, PATIENCE, null)) {
            assertThat(tracker.finish()).isEmpty();
        }
    }

    private static TrackedRun run(String name) {
        return TrackedRun.of(Experiments.INGESTION, name, START).finished(START.plusSeconds(1));
    }

    private Path root() {
        return new Path(home.resolve("mlflow").toUri());
    }

    private Tracker tracker(String url, Map<String, String> environment) {
        return Tracker.open(root(), new MlflowServer(url, environment), PATIENCE, null);
    }

    private static List<TrackedRun> runs(String experiment, String name) throws Exception {
        try (MlflowServer server = new MlflowServer(mlflow.url(), Map.of())) {
            return server.runs(experiment, 100).stream()
                    .filter(run -> run.name().equals(name))
                    .toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
