package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.cli.demo.ExchangeMonth;
import io.champion.local.EmbeddedClickHouse;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the runbook says of a lost warehouse and of lost layers of the lake, done. */
final class RebuildCommandTest {

    /** What a run adds about itself is another after it was run again. */
    private static final String WHAT_STAYS =
            "* EXCEPT(commit_id, ingest_time, event_time, computed_at)";

    /** A week is enough. */
    private static final String FROM = "2025-09-22";

    private static final List<String> TABLES =
            List.of(
                    "raw_equity_ohlc",
                    "raw_index_ohlc",
                    "raw_derivatives_ohlc",
                    "normalized_equity_ohlc",
                    "normalized_index_ohlc",
                    "normalized_derivatives_ohlc",
                    "symbol_master",
                    "normalized_equity_adjusted",
                    "features_equity_indicators",
                    "rejects");

    @TempDir static Path home;
    @TempDir static Path files;

    private static EmbeddedClickHouse engine;

    @BeforeAll
    static void ingest() throws IOException {
        ExchangeMonth.write(files, YearMonth.of(2025, 9), 100, 5);
        engine = EmbeddedClickHouse.attachOrStart(home.resolve("warehouse"));
        done("ingest", "bhavcopy", "--input", files.toString(), "--from", FROM);
        done("adjust");
        done("features", "update");
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    private static Run done(String... arguments) {
        Run run = Run.in(home, arguments);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run;
    }

    /** All rows of all tables: how many, and a hash of all that they say. */
    private static Map<String, String> content(boolean lake, String columns) {
        Map<String, String> content = new TreeMap<>();
        for (String table : TABLES) {
            Run run =
                    done(
                            "query",
                            "--format",
                            "csv",
                            "SELECT count(), sum(cityHash64(toString(tuple("
                                    + columns
                                    + ")))) FROM "
                                    + (lake ? "lake." : "")
                                    + table);
            content.put(table, run.out().lines().skip(1).findFirst().orElseThrow());
        }
        return content;
    }

    @Test
    void aLostWarehouseIsFilledFromTheLake() throws IOException {
        String columns = "* EXCEPT(commit_id)";
        Map<String, String> before = content(false, columns);
        assertThat(before.values()).noneMatch(rows -> rows.startsWith("0,"));
        try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
            clickHouse.execute("DROP DATABASE champion_market");
        }
        done("ddl", "apply");
        assertThat(content(false, columns).values()).allMatch(rows -> rows.startsWith("0,"));

        Run rebuild = done("rebuild", "warehouse");

        assertThat(rebuild.out()).contains("normalized.equity_ohlc", "as many as the lake has.");
        assertThat(content(false, columns)).isEqualTo(before);
        // Again changes nothing, and a part is a part.
        assertThat(
                        done(
                                        "rebuild",
                                        "warehouse",
                                        "--dataset",
                                        "normalized.equity_ohlc",
                                        "--from",
                                        "2025-09-23",
                                        "--to",
                                        "2025-09-23")
                                .out())
                .contains("rows of 1 partitions");
        assertThat(content(false, columns)).isEqualTo(before);
    }

    @Test
    void lostLayersOfTheLakeAreMadeOfItsRawLayer() throws IOException {
        String exactly =
                "SELECT count(), sum(cityHash64(toString(tuple(*)))) FROM"
                        + " lake.normalized_equity_ohlc";
        Map<String, String> lake = content(true, WHAT_STAYS);
        Map<String, String> warehouse = content(false, WHAT_STAYS);
        String bars = done("query", "--format", "csv", exactly).out();
        delete(home.resolve("lake/normalized"));
        delete(home.resolve("lake/features"));

        done("rebuild", "normalized");
        // Has no raw layer: what was received is received again.
        done(
                "ingest",
                "bhavcopy",
                "--input",
                files.toString(),
                "-Dbhavcopy.families=symbol_master");
        done("adjust");
        done("features", "update");

        assertThat(done("query", "--format", "csv", exactly).out())
                .as("with the times of the run that read the files")
                .isEqualTo(bars);
        assertThat(content(true, WHAT_STAYS)).isEqualTo(lake);
        assertThat(content(false, WHAT_STAYS)).isEqualTo(warehouse);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void whatTheLakeDoesNotHaveIsSaid(@TempDir Path empty) {
        Run warehouse = Run.in(empty, "rebuild", "warehouse");
        assertThat(warehouse.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(warehouse.err()).contains("has nothing of what is to be filled again.");
        Run normalized = Run.in(empty, "rebuild", "normalized");
        assertThat(normalized.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(normalized.err()).contains("holds no session of these.");
        Run dataset = Run.in(empty, "rebuild", "warehouse", "--dataset", "normalized.tulips");
        assertThat(dataset.exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
