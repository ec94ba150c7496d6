package io.champion.cli;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.CommittedMessages;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.ProcessCluster;
import io.champion.local.market.ExpectedMarket;
import io.champion.local.market.MarketSpec;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar of tick-stream as it is shipped, on a cluster of processes without its classes. */
class TickStreamSubmissionIT {
    private static final Path JAR = JobJars.of("tick-stream");
    private static final LocalDate FIRST = LocalDate.of(2025, 6, 18);
    private static final int TICKS = 5_000;

    @TempDir Path home;

    /** As docs/runbook.md says. */
    @Test
    void theJarIsSubmittedStoppedAndRestoredWithAnotherParallelism() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"));
                EmbeddedClickHouse engine = EmbeddedClickHouse.start(home.resolve("engine"));
                ProcessCluster cluster =
                        ProcessCluster.builder(home.resolve("cluster")).slots(2).start()) {
            kafka.createTopic("bars", 2);
            kafka.createTopic("ticks-dead-letters", 1);
            String config =
                    Files.writeString(
                                    home.resolve("job.yaml"),
                                    """
                                    home: %s
                                    warehouse:
                                      url: %s
                                    kafka:
                                      bootstrap-servers: %s
                                    execution:
                                      checkpointing:
                                        interval: 1 s
                                        min-pause: 0 s
                                    """
                                            .formatted(
                                                    home, engine.url(), kafka.bootstrapServers()))
                            .toString();
            String url = cluster.restAddress().toString();
            String jar = JAR.toString();
            done("ddl", "apply", "--warehouse", engine.url());
            produce(home, kafka, FIRST);
            done("job", "submit", jar, "-p", "1", "--cluster", url, "--", "--config", config);
            long first = expected(FIRST);
            awaitTicks(engine, first);
            String savepoint =
                    done(
                            "job",
                            "stop",
                            "tick-stream",
                            "--cluster",
                            url,
                            "--to",
                            home.resolve("savepoints").toUri().toString());

            produce(home, kafka, FIRST.plusDays(1));
            done(
                    "job",
                    "restore",
                    jar,
                    "--from",
                    savepoint,
                    "-p",
                    "2",
                    "--cluster",
                    url,
                    "--",
                    "--config",
                    config);
            long both = first + expected(FIRST.plusDays(1));
            awaitTicks(engine, both);
            // What is on its way: the bars of the last checkpoint, in each of their places.
            done(
                    "job",
                    "stop",
                    "tick-stream",
                    "--cluster",
                    url,
                    "--to",
                    home.resolve("savepoints").toUri().toString());
            try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
                assertThat(clickHouse.queryLong("SELECT count() FROM raw_equity_trade"))
                        .isEqualTo(both);
                assertThat(clickHouse.queryLong("SELECT uniqExact(event_id) FROM raw_equity_trade"))
                        .isEqualTo(both);
                assertThat(clickHouse.queryLong("SELECT count() FROM bars"))
                        .isPositive()
                        .isEqualTo(CommittedMessages.of(kafka, "bars").size());
            }
        }
    }

    static void produce(Path home, EmbeddedKafka kafka, LocalDate date) {
        done(
                home,
                "produce",
                "ticks",
                "--brokers",
                kafka.bootstrapServers(),
                "--partitions",
                "2",
                "--symbols",
                "50",
                "--late",
                "0",
                "--ticks",
                String.valueOf(TICKS),
                "--date",
                date.toString());
    }

    static long expected(LocalDate date) {
        return ExpectedMarket.of(
                        MarketSpec.builder()
                                .ticks(TICKS)
                                .symbols(50)
                                .lateRate(0)
                                .date(date)
                                .build())
                .accepted();
    }

    static void awaitTicks(EmbeddedClickHouse engine, long number) throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
            until(
                    number + " ticks are in the warehouse",
                    () -> clickHouse.queryLong("SELECT count() FROM raw_equity_trade") >= number);
        }
    }

    private String done(String... arguments) {
        return done(home, arguments);
    }

    static String done(Path home, String... arguments) {
        Run run = Run.in(home, arguments);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run.out().strip();
    }
}
