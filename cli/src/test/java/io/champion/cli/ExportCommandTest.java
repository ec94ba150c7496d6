package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where there is nothing to export to or import from. */
final class ExportCommandTest {

    @TempDir Path home;

    @Test
    void withoutAnAddressThereIsNothingToDo() {
        Run run = Run.in(home, "export", "postgres", "raw.equity_trade");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'postgres.url' is required");
        run = Run.in(home, "import", "postgres", "normalized.symbol_master");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'postgres.url' is required");
    }

    @Test
    void aServerThatIsAwayIsNamed() {
        String url = "postgresql://localhost:1/market";
        Run run = Run.in(home, "export", "recover", "--url", url);
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("No PostgreSQL server can be reached at " + url);
    }

    @Test
    void anUnknownDatasetIsAUsageError() {
        Run run = Run.in(home, "export", "postgres", "nothing", "--url", "postgresql://h/d");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no dataset 'nothing'");
    }
}
