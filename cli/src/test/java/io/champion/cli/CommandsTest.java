package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands that need no engine. */
final class CommandsTest {

    @TempDir Path home;

    @Test
    void withoutACommandItTeaches() {
        Run run = Run.in(home);
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .contains("Usage: champion", "Examples:", "champion demo", "Exit codes");
    }

    @Test
    void everyCommandShowsExamplesThatItUnderstands() {
        CommandLine line =
                Champion.commandLine(
                        new Console(System.out, System.err, false), Map.of("CHAMPION_HOME", "x"));
        assertThat(line.getSubcommands()).hasSizeGreaterThan(5);
        line.getSubcommands()
                .forEach(
                        (name, command) -> {
                            if (!name.equals("help")) {
                                assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                                        .as(name)
                                        .contains("Examples:\n  ");
                                assertThat(command.getCommandSpec().usageMessage().footer())
                                        .as(name)
                                        .anyMatch(l -> l.contains("champion " + name));
                            }
                        });
    }

    @Test
    void aCommandIsThereAloneOrAmongAll() {
        Console console = new Console(System.out, System.err, false);
        Set<String> all = Champion.commandLine(console, Map.of()).getSubcommands().keySet();
        for (String name : all) {
            Set<String> made =
                    Champion.commandLine(console, Map.of(), name, "--help")
                            .getSubcommands()
                            .keySet();
            if (Set.of("completion", "help").contains(name)) {
                assertThat(made).isEqualTo(all);
            } else {
                assertThat(made).containsExactlyInAnyOrder(name, "completion", "help");
            }
        }
    }

    @Test
    void secretsThatAreRefusedAreNotWrittenDown() throws IOException {
        String[] reference = {"import", "postgres", "normalized.symbol_master"};
        for (String[] command :
                List.of(
                        with(reference, "--url", "postgresql://market:hunter2@db/m"),
                        with(reference, "--url", "postgresql://db/m?password=hunter2"),
                        with(reference, "-Dwarehouse.password=hunter2"),
                        with(new String[] {"daily"}, "--warehouse", "http://u:hunter2@host"),
                        with(new String[] {"runs", "list"}, "--tracking-url", "http://u:hunter2@h"),
                        with(new String[] {"fetch", "bhavcopy"}, "--nse", "http://u:hunter2@h"))) {
            Run run = Run.in(home, command);
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.out() + run.err()).doesNotContain("hunter2");
        }
        assertThat(home.resolve("logs/champion.log")).content().contains("warehouse.password");
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.filter(Files::isRegularFile))
                    .allSatisfy(file -> assertThat(file).content().doesNotContain("hunter2"));
        }
    }

    private static String[] with(String[] command, String... more) {
        return Stream.of(command, more).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void aWrongCommandOrOptionIsAUsageErrorWithASuggestion() {
        Run command = Run.in(home, "qurey", "SELECT 1");
        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("query").doesNotContain("Exception");
        Run option = Run.in(home, "query", "--format", "xml", "SELECT 1");
        assertThat(option.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(option.err()).contains("--format", "'xml'").doesNotContain("Exception");
        assertThat(option.err().lines()).hasSizeLessThan(4);
    }

    @Test
    void tellsItsVersion() {
        Run run = Run.in(home, "--version");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).startsWith("champion ");
    }

    @Test
    void describesAContractByDatasetOrTable() {
        Run run = Run.in(home, "describe", "normalized.equity_ohlc");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .contains("lake       normalized/equity_ohlc/year=*/month=*/day=*/*.parquet")
                .contains("warehouse  normalized_equity_ohlc, partitioned by month")
                .containsPattern(
                        "trade_date +no +date +INT32 DATE +Date +Trade date of the session")
                .containsPattern("volume +yes +long +INT64 +Int64 +Traded volume, shares\\.");
        assertThat(Run.in(home, "describe", "normalized_equity_ohlc").out()).isEqualTo(run.out());
        assertThat(Run.in(home, "describe", "rejects").out())
                .contains("lake       quarantine/*/date=*/*.parquet");
    }

    @Test
    void anUnknownDatasetIsAUsageErrorThatListsTheKnown() {
        Run run = Run.in(home, "describe", "nothing");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("no dataset 'nothing'").contains("normalized.equity_ohlc");
    }

    @Test
    void theOptionsPageIsCurrent() throws IOException {
        Path page = Path.of("../docs/options.md");
        assertThat(Run.in(home, "options", "--markdown").out())
                .as("docs/options.md is stale: ./champion options --markdown > docs/options.md")
                .isEqualTo(Files.readString(page));
        assertThat(Run.in(home, "options").out()).contains("lake.path (string)");
    }

    @Test
    void theCompletionScriptIsSoundAndKnowsTheCommands() throws Exception {
        Run run = Run.in(home, "completion");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).contains("query", "describe", "normalized.equity_ohlc");
        assertSound(Files.writeString(home.resolve("completion.bash"), run.out()));
    }

    @Test
    void theLauncherIsSound() throws Exception {
        assertSound(Path.of("../champion"));
        assertThat(Path.of("../champion")).isExecutable();
    }

    private static void assertSound(Path script) throws IOException, InterruptedException {
        Process bash =
                new ProcessBuilder(List.of("bash", "-n", script.toString()))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).isEmpty();
        assertThat(bash.exitValue()).isZero();
    }

    @Test
    void aWrongConfigurationFromTheEnvironmentNamesItsVariable() {
        Run run =
                Run.of(
                        Map.of(
                                "CHAMPION_HOME",
                                home.toString(),
                                "CHAMPION_WAREHOUSE_CONNECT_TIMEOUT",
                                "soon"),
                        "tables");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .isEqualTo(
                        "champion: Environment variable CHAMPION_WAREHOUSE_CONNECT_TIMEOUT:"
                                + " 'warehouse.connect-timeout' is 'soon', which is no duration (for"
                                + " example 30 s, 5 min).\n");
    }

    @Test
    void validateReportsAllThatIsWrongAtOnce() throws IOException {
        Path file =
                Files.writeString(
                        home.resolve("job.yaml"),
                        """
                        bhavcopy:
                          inputs: /data
                          from: 2025-06-18
                        warehouse.connect-timeout: soon
                        """);
        Run run = Run.in(home, "validate", file.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines())
                .hasSize(3)
                .anyMatch(line -> line.contains("line 2") && line.contains("'bhavcopy.input'?"))
                .anyMatch(line -> line.contains("line 4") && line.contains("no duration"))
                .anyMatch(line -> line.contains("'bhavcopy.input' is required"));

        Files.writeString(
                file, "bhavcopy: {input: /data, from: then, to: now}\nwarehouse.retention: some\n");
        Run values = Run.in(home, "validate", file.toString());
        assertThat(values.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(values.err()).contains("'then'", "'now'", "'some'");
    }

    @Test
    void validateConnectsAndSamples() throws IOException {
        Path input = Files.createDirectories(home.resolve("input"));
        Path lake = Files.writeString(home.resolve("a-file"), "no folder");
        Path file =
                Files.writeString(
                        home.resolve("job.yaml"),
                        "bhavcopy.input: "
                                + input
                                + "\nwarehouse.url: http://127.0.0.1:1\nlake.path: "
                                + lake
                                + "\n");
        assertThat(Run.in(home, "validate", file.toString()).out())
                .isEqualTo(file + " is valid (static).\n");
        Run connect = Run.in(home, "validate", "--level", "connect", file.toString());
        assertThat(connect.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(connect.err())
                .contains("The lake at " + lake + " cannot be written", "http://127.0.0.1:1");
        Run sample = Run.in(home, "validate", "--level", "sample", file.toString());
        assertThat(sample.err().lines().count()).isGreaterThan(connect.err().lines().count());
    }

    @Test
    void statusTellsOfAWarehouseThatIsNotThere() {
        Run none = Run.in(home, "status");
        assertThat(none.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(none.out()).contains("engine     not running");
        assertThat(home.resolve("warehouse")).doesNotExist();

        Run server =
                Run.of(
                        Map.of(
                                "CHAMPION_HOME",
                                home.toString(),
                                "CHAMPION_WAREHOUSE_URL",
                                "http://127.0.0.1:1"),
                        "status");
        assertThat(server.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(server.out())
                .contains("warehouse  http://127.0.0.1:1: does not answer", "runs       ")
                .doesNotContain("engine     ");
    }

    @Test
    void theHomeHasToBeOnThisMachine() {
        Run run = Run.of(Map.of("CHAMPION_HOME", "s3://bucket/home"), "status");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("s3://bucket/home");
    }

    @Test
    void anUnreachableServerIsUnavailable() {
        Run run = Run.in(home, "query", "--warehouse", "http://127.0.0.1:1", "SELECT 1");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("http://127.0.0.1:1");
        assertThat(run.err().lines()).hasSize(1);
    }
}
