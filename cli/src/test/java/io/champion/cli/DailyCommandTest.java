package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.cli.demo.ExchangeMonth;
import io.champion.local.EmbeddedClickHouse;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Days of a small exchange, each in one command. */
final class DailyCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path home;
    @TempDir Path files;

    @Test
    void aDayIsDoneOnceAndWhatFailedIsDoneAgain() throws Exception {
        ExchangeMonth.Month month = ExchangeMonth.write(files, YearMonth.of(2025, 9), 100, 1);
        LocalDate first = month.sessions().get(0);
        LocalDate second = month.sessions().get(1);
        try (EmbeddedClickHouse engine =
                EmbeddedClickHouse.attachOrStart(home.resolve("warehouse"))) {
            Run none = daily(first);
            assertThat(none.exitCode()).as(none.err()).isEqualTo(ExitCode.INPUT);
            assertThat(none.err()).contains("--fetch");

            String input = files.toString();
            // A benchmark that there is none of fails the last step, and that alone.
            Run failed = daily(first, "--input", input, "--benchmark", "NONE SUCH");
            assertThat(failed.exitCode()).as(failed.err()).isEqualTo(ExitCode.INPUT);
            assertThat(failed.err()).contains("NONE SUCH");
            assertThat(steps(failed))
                    .containsExactly("ingest done", "adjust done", "features failed");

            Run whole = daily(first, "--input", input);
            assertThat(whole.exitCode()).as(whole.err()).isEqualTo(ExitCode.OK);
            assertThat(steps(whole))
                    .containsExactly("ingest skipped", "adjust skipped", "features done");
            Run again = daily(first, "--input", input);
            assertThat(steps(again))
                    .containsExactly("ingest skipped", "adjust skipped", "features skipped");

            Run next = daily(second, "--input", input);
            assertThat(next.exitCode()).as(next.err()).isEqualTo(ExitCode.OK);
            assertThat(steps(next)).containsExactly("ingest done", "adjust done", "features done");
            // Of the new day alone: those of the day before are as they were.
            assertThat(next.out()).contains("of " + second + " to " + second);
            assertThat(count("SELECT uniqExact(trade_date) FROM features_equity_indicators"))
                    .isEqualTo("2");
        }
        List<JsonNode> days = runs("daily-market-pipeline");
        assertThat(days)
                .extracting(run -> run.path("status").asText())
                .containsExactly("FINISHED", "FINISHED", "FINISHED", "FAILED", "FAILED");
        JsonNode latest = days.get(0);
        assertThat(latest.path("name").asText()).startsWith("daily " + second);
        assertThat(latest.path("params").path("date").asText()).isEqualTo(second.toString());
        assertThat(latest.path("metrics").path("steps.done").asInt()).isEqualTo(3);
        List<JsonNode> steps = new ArrayList<>(runs("market-data-ingestion"));
        steps.addAll(runs("feature-engineering"));
        assertThat(steps)
                .filteredOn(run -> run.path("parent").equals(latest.path("id")))
                .extracting(run -> run.path("tags").path("champion.job").asText())
                .containsExactlyInAnyOrder("bhavcopy-ingest", "adjust-prices", "feature-compute");
    }

    @Test
    void anOptionThatNoJobHasIsRefused() {
        Run run = daily(LocalDate.of(2025, 9, 1), "-Dfeatures.windows=1");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("features.windows");
    }

    private Run daily(LocalDate day, String... more) {
        List<String> arguments = new ArrayList<>(List.of("daily", "--date", day.toString()));
        arguments.addAll(List.of(more));
        return Run.in(home, arguments.toArray(String[]::new));
    }

    /** Step and status of each line of the table. */
    private static List<String> steps(Run run) {
        return run.out()
                .lines()
                .map(line -> line.strip().split(" +"))
                .filter(words -> words.length > 1 && !words[0].equals("step"))
                .map(words -> words[0] + " " + words[1])
                .filter(line -> line.matches("(fetch|ingest|actions|adjust|features) [a-z]+"))
                .toList();
    }

    private String count(String sql) {
        Run run = Run.in(home, "query", "--format", "csv", sql);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run.out().lines().skip(1).findFirst().orElseThrow();
    }

    private List<JsonNode> runs(String experiment) throws Exception {
        Run run = Run.in(home, "runs", "list", "--experiment", experiment, "--format", "json");
        List<JsonNode> runs = new ArrayList<>();
        for (String line : run.out().lines().toList()) {
            runs.add(JSON.readTree(line));
        }
        return runs;
    }
}
