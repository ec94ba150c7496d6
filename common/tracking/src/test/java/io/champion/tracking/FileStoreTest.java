package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStoreTest {
    private static final Instant START = Instant.parse("2025-06-18T13:00:00.123Z");

    @TempDir java.nio.file.Path directory;

    @Test
    void aRunIsReadBackAsItWasWritten() throws Exception {
        FileStore store = store();
        TrackedRun whole = TrackedRun.of(Experiments.DAILY, "day", START).running();
        TrackedRun run =
                TrackedRun.of(Experiments.INGESTION, "bhavcopy-ingest 1", START)
                        .partOf(whole)
                        .param("input", "/data/bhavcopy")
                        .metric("rows.read", 2993)
                        .metric("rejected", Double.NaN)
                        .tag("champion.job", "bhavcopy-ingest")
                        .finished(START.plusSeconds(7));
        store.write(whole, Map.of());
        store.write(run, Map.of("lists/some.txt", bytes("text")));

        assertThat(store.runs()).containsExactlyInAnyOrder(whole, run);
        assertThat(store.find(run.id())).contains(run);
        Path artifact = store.artifacts(run).get("lists/some.txt");
        assertThat(store.bytes(artifact)).isEqualTo(bytes("text"));
    }

    @Test
    void aRunThatIsWrittenAgainTakesItsOwnPlace() throws Exception {
        FileStore store = store();
        TrackedRun.Builder run = TrackedRun.of(Experiments.INGESTION, "one", START);
        store.write(run.running(), Map.of());
        TrackedRun failed = run.failed(START.plusSeconds(1), "The disk is full.");
        store.write(failed, Map.of());

        assertThat(store.runs()).containsExactly(failed);
        assertThat(failed.tags()).containsEntry("champion.problem", "The disk is full.");
    }

    @Test
    void aRunThatIsDamagedHidesNoOther() throws Exception {
        FileStore store = store();
        TrackedRun whole = run("whole");
        TrackedRun withoutMeta = run("without meta");
        TrackedRun withoutMetric = run("without metric");
        for (TrackedRun run : List.of(whole, withoutMeta, withoutMetric)) {
            store.write(run, Map.of());
        }
        truncate(withoutMeta.id(), "meta.yaml");
        truncate(withoutMetric.id(), "rows");

        assertThat(store.runs()).containsExactly(whole);
        assertThat(store.find(withoutMeta.id())).isEmpty();
        assertThat(store.find(Experiments.INGESTION, withoutMetric.id())).isEmpty();
        store.write(withoutMeta, Map.of());
        assertThat(store.runs()).containsExactlyInAnyOrder(whole, withoutMeta);
    }

    @Test
    void anExperimentThatIsDamagedIsWrittenAgainWithItsNextRun() throws Exception {
        FileStore store = store();
        TrackedRun before = run("before");
        store.write(before, Map.of());
        Files.writeString(
                directory.resolve("runs").resolve(experiment()).resolve("meta.yaml"),
                "artifact_loc");
        assertThat(store.runs()).isEmpty();
        TrackedRun next = run("next");
        store.write(next, Map.of());
        assertThat(store.runs()).containsExactlyInAnyOrder(before, next);
    }

    private static TrackedRun run(String name) {
        return TrackedRun.of(Experiments.INGESTION, name, START)
                .metric("rows", 1)
                .finished(START.plusSeconds(1));
    }

    private void truncate(String runId, String name) throws IOException {
        try (Stream<java.nio.file.Path> all = Files.walk(directory)) {
            Files.write(
                    all.filter(file -> file.getFileName().toString().equals(name))
                            .filter(file -> file.toString().contains(runId))
                            .findFirst()
                            .orElseThrow(),
                    new byte[0]);
        }
    }

    @Test
    void namesAreThoseThatMlflowTakes() {
        TrackedRun run =
                TrackedRun.of(Experiments.INGESTION, "one", START)
                        .metrics("rejected", Map.of("../price/€", 1L))
                        .param("long", "x".repeat(7_000))
                        .param("nothing", null)
                        .running();

        assertThat(run.metrics()).containsOnlyKeys("rejected..._price__");
        assertThat(run.params()).containsOnlyKeys("long");
        assertThat(run.params().get("long")).hasSize(6_000).endsWith("…");
    }

    @Test
    void mlflowOpensWhatIsKept() throws Exception {
        TrackedRun run =
                TrackedRun.of(Experiments.FEATURES, "feature-compute 1", START)
                        .param("set", "standard\nsecond line")
                        .metric("rows", 1.5)
                        .finished(START.plusSeconds(7));
        store().write(run, Map.of("lineage.json", bytes("{}")));
        // What a writer leaves that dies.
        for (String folder : List.of("", "/" + run.id())) {
            Files.createFile(
                    java.nio.file.Path.of(
                            store().root().getPath(), experiment() + folder, ".meta.yaml.1.tmp"));
        }

        try (MlflowProcess mlflow =
                MlflowProcess.over(
                        directory.resolve("runs"), Files.createDirectory(directory.resolve("m")))) {
            String answer = mlflow.get("/api/2.0/mlflow/runs/get?run_id=" + run.id()).body();
            assertThat(answer)
                    .contains("\"run_name\": \"feature-compute 1\"")
                    .contains("\"status\": \"FINISHED\"")
                    .contains("standard second line")
                    .contains("\"value\": 1.5");
            assertThat(
                            mlflow.get(
                                            "/api/2.0/mlflow/experiments/get-by-name?experiment_name="
                                                    + Experiments.FEATURES)
                                    .statusCode())
                    .isEqualTo(200);
            assertThat(mlflow.get("/api/2.0/mlflow/artifacts/list?run_id=" + run.id()).body())
                    .contains("lineage.json");
        }
    }

    /** The folder of the one experiment. */
    private String experiment() throws IOException {
        try (Stream<java.nio.file.Path> all = Files.list(directory.resolve("runs"))) {
            return all.findFirst().orElseThrow().getFileName().toString();
        }
    }

    private FileStore store() throws Exception {
        return new FileStore(new Path(directory.resolve("runs").toUri()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
