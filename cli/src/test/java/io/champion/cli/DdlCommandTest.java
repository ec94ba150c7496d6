package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.EmbeddedClickHouse;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DdlCommandTest {

    @TempDir Path home;

    @Test
    void appliesOnceTellsHowFarItIsAndFindsDifferences() throws IOException {
        try (EmbeddedClickHouse engine =
                EmbeddedClickHouse.attachOrStart(home.resolve("warehouse"))) {
            assertThat(engine.isAlive()).isTrue();
            Run before = Run.in(home, "ddl", "status");
            assertThat(before.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(before.out()).contains("pending");

            Run first = Run.in(home, "ddl", "apply");
            assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.OK);
            assertThat(first.out()).contains("normalized_equity_ohlc: applied");
            Run again = Run.in(home, "ddl", "apply");
            assertThat(again.out()).isEmpty();
            assertThat(again.err()).isEqualTo("The warehouse is up to date.\n");
            assertThat(Run.in(home, "ddl", "status").exitCode()).isEqualTo(ExitCode.OK);
            assertThat(Run.in(home, "ddl", "verify").exitCode()).isEqualTo(ExitCode.OK);

            Run tables = Run.in(home, "tables", "--all");
            assertThat(tables.out())
                    .containsPattern(
                            "normalized\\.equity_ohlc +0 +0 +0 B  normalized_equity_ohlc +0");
            assertThat(Run.in(home, "tables").err()).contains("Nothing has been ingested");

            Run.in(home, "query", "ALTER TABLE normalized_equity_ohlc DROP COLUMN name");
            Run differs = Run.in(home, "ddl", "verify");
            assertThat(differs.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(differs.out()).contains("normalized_equity_ohlc: column name is missing");
        }
    }

    @Test
    void anUnreadableRetentionIsAUsageError() {
        Run run =
                Run.in(
                        home,
                        "ddl",
                        "apply",
                        "--warehouse",
                        "http://127.0.0.1:1",
                        "--retention",
                        "x");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("warehouse.retention").contains("'x'");
    }
}
