package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.LocalFlink;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.model.Dataset;
import io.champion.model.record.EquityTrade;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on a home of its own: engine, lake and cluster are its. */
final class ReprocessCommandTest {

    private static final MarketSpec MARKET =
            MarketSpec.builder()
                    .ticks(5_000)
                    .symbols(20)
                    .malformedRate(0)
                    .lateRate(0)
                    .duplicateRate(0)
                    .build();

    @TempDir private Path home;

    private EmbeddedClickHouse engine;

    /** Commands find it running, and need not start one each. */
    @BeforeEach
    void startEngine() throws IOException {
        engine = EmbeddedClickHouse.attachOrStart(home.resolve("warehouse"));
    }

    @AfterEach
    void stopEngine() throws IOException {
        engine.close();
    }

    private Run run(String... arguments) {
        return Run.in(home, arguments);
    }

    @Test
    void barsAreComputedFromTheLakeComparedAndApplied() throws Exception {
        String day = MARKET.date().toString();
        Run nothing = run("reprocess", "stage", "--from=" + day);
        assertThat(nothing.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(nothing.err()).contains("has no ticks of " + day);
        writeTicks();

        Run first = run("reprocess", "stage", "--from=" + day, "--to=" + day);
        assertThat(first.exitCode()).as(first.err()).isEqualTo(ExitCode.OK);
        assertThat(first.out())
                .containsPattern("Generation \\w+, staged: " + day + " from lake, 5,\\d+ messages")
                .containsPattern("normalized.bars +1m +" + day + " +0 +[\\d,]+ +0 +[\\d,]+ +0 +0\n")
                .containsPattern("only new +\\w+:SIM\\d+\\S* +1m ");
        Matcher shownId = Pattern.compile("Generation (\\w+),").matcher(first.out());
        assertThat(shownId.find()).isTrue();
        String id = shownId.group(1);
        JsonNode staged =
                new ObjectMapper().readTree(run("reprocess", "show", id, "--format=json").out());
        assertThat(staged.path("status").asText()).isEqualTo("STAGED");
        assertThat(count("bars")).isZero();

        Run apply = run("reprocess", "apply", id);
        assertThat(apply.exitCode()).as(apply.err()).isEqualTo(ExitCode.OK);
        assertThat(apply.out()).contains("Applied " + id + ", " + day + ".");
        long bars = staged.path("rows_written").path("normalized.bars").asLong();
        assertThat(count("bars")).isEqualTo(bars).isPositive();
        assertThat(count("lake.bars")).isEqualTo(bars);

        Run second =
                run(
                        "reprocess",
                        "stage",
                        "--from=" + day,
                        "--format=json",
                        "-Dbars.intervals=1 min");
        JsonNode fewer = new ObjectMapper().readTree(second.out());
        String secondId = fewer.path("run_id").asText();
        assertThat(fewer.path("bar_version").asInt()).isEqualTo(2);
        Run shown = run("reprocess", "show", secondId);
        assertThat(shown.out())
                .containsPattern(
                        "normalized.bars +1s +" + day + " +[\\d,]+ +0 +[\\d,]+ +0 +0 +0\n");
        assertThat(run("reprocess", "discard", secondId).out()).contains("Discarded " + secondId);
        assertThat(count("bars")).isEqualTo(bars);
        assertThat(run("reprocess", "list").out())
                .containsPattern(id + " +applied ")
                .containsPattern(secondId + " +discarded ");
        assertThat(run("status").out()).contains(id, "APPLIED");

        Run unknown = run("reprocess", "apply", "no-such");
        assertThat(unknown.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(unknown.err()).contains("has no generation 'no-such'");
        Run today = run("reprocess", "stage", "--from=" + day, "--to=2999-01-01");
        assertThat(today.exitCode()).isEqualTo(ExitCode.INPUT);
        assertThat(today.err()).contains("2999-01-01 is not over");
    }

    private long count(String table) {
        Run run = run("query", "--format=csv", "SELECT count() FROM " + table);
        return Long.parseLong(run.out().lines().skip(1).findFirst().orElseThrow());
    }

    private void writeTicks() throws Exception {
        List<SpecificRecordBase> ticks = new ArrayList<>();
        MarketSimulator simulator = new MarketSimulator(MARKET);
        while (simulator.hasNext()) {
            ticks.add(EquityTrade.getDecoder().decode(simulator.next().value()));
        }
        Dataset dataset = Dataset.of(EquityTrade.getClassSchema());
        try (LocalFlink flink = LocalFlink.start(home, new Configuration())) {
            StreamExecutionEnvironment env = flink.environment();
            env.setRuntimeMode(RuntimeExecutionMode.BATCH);
            env.setParallelism(1);
            env.fromData(ticks, ContractTypeInfo.INSTANCE)
                    .sinkTo(
                            LakeSink.builder(
                                            new org.apache.flink.core.fs.Path(
                                                    home.resolve("lake").toUri()))
                                    .replacing(
                                            ticks.stream()
                                                    .map(dataset::partitionOf)
                                                    .distinct()
                                                    .toList())
                                    .build())
                    .uid("lake");
            env.execute();
        }
    }
}
