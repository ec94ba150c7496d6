package io.champion.cli;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.adjust.AdjustPricesJob;
import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.cli.demo.ExchangeMonth;
import io.champion.features.FeatureComputeJob;
import io.champion.flatfile.FlatFileIngestJob;
import io.champion.local.CommittedMessages;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.ProcessCluster;
import io.champion.local.market.ExpectedMarket;
import io.champion.local.market.MarketSpec;
import io.champion.rebuild.RebuildWarehouseJob;
import io.champion.ticks.TickStreamJob;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every job's jar as it is shipped, on clusters of processes without its classes. */
final class EveryJobOnAClusterIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final LocalDate FIRST = LocalDate.of(2025, 6, 18);
    private static final int TICKS = 5_000;
    private static final Pattern SUBMITTED = Pattern.compile("submitted with JobID ([0-9a-f]{32})");
    private static final Pattern SAVEPOINT = Pattern.compile("Path: (file:\\S+)");
    private static final Pattern ID = Pattern.compile("as job ([0-9a-f]{32})\\.");

    private static final String DAY_BARS =
            """
            ticker,volume,open,close,high,low,window_start,transactions
            AAPL,100,10.0,11.0,12.0,9.0,1772427600000000000,7
            MSFT,200,20.0,21.0,22.0,19.0,1772427600000000000,8
            """;

    @TempDir Path home;

    /** All through Flink's own command line, with classes of Flink's before those of the jar. */
    @Test
    void aSessionClusterRunsEveryJobWithParentFirstClassLoading() throws Exception {
        Path bhavcopies = Files.createDirectories(home.resolve("in/bhavcopy"));
        ExchangeMonth.write(bhavcopies, YearMonth.of(2025, 9), 100, 1);
        Path flatFiles = Files.createDirectories(home.resolve("in/flat"));
        Files.writeString(flatFiles.resolve("2026-03-02.csv"), DAY_BARS);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"));
                EmbeddedClickHouse engine = EmbeddedClickHouse.start(home.resolve("engine"));
                ProcessCluster cluster =
                        ProcessCluster.builder(home.resolve("cluster"))
                                .slots(4)
                                .configuration(classLoading("parent-first", 2))
                                .start()) {
            done(home, "ddl", "apply", "--warehouse", engine.url());
            String config = config(engine);
            assertThat(
                            run(
                                    cluster,
                                    "bhavcopy-ingest",
                                    BhavcopyIngestJob.class,
                                    config,
                                    "-Dbhavcopy.input=" + bhavcopies))
                    .contains("All sums hold.");
            run(cluster, "adjust-prices", AdjustPricesJob.class, config);
            run(cluster, "feature-compute", FeatureComputeJob.class, config);
            run(
                    cluster,
                    "flatfile-ingest",
                    FlatFileIngestJob.class,
                    config,
                    "-Dflatfiles.input=" + flatFiles);
            long prices = count(engine, "equity_adjusted");
            assertThat(prices).isPositive();
            long features = count(engine, "features_equity_indicators");
            assertThat(features).isPositive();
            assertThat(count(engine, "bars_1d")).isEqualTo(2);
            run(cluster, "rebuild-warehouse", RebuildWarehouseJob.class, config);
            assertThat(count(engine, "equity_adjusted")).isEqualTo(prices);
            assertThat(count(engine, "features_equity_indicators")).isEqualTo(features);

            streamTicks(cluster, kafka, engine, config);
            streamFeatures(cluster, kafka, config);
        }
    }

    private void streamTicks(
            ProcessCluster cluster, EmbeddedKafka kafka, EmbeddedClickHouse engine, String config)
            throws Exception {
        kafka.createTopic("bars", 2);
        kafka.createTopic("ticks-dead-letters", 1);
        produce(home, kafka, FIRST);
        String jar = JobJars.of("tick-stream").toString();
        String job =
                found(
                        SUBMITTED,
                        cluster.flink(
                                "run", "-d", "-p", "1", jar, "--config", config, brokers(kafka)));
        long first = expected(FIRST);
        awaitTicks(engine, first);
        String savepoint = found(SAVEPOINT, cluster.flink("savepoint", job, savepoints()));
        assertThat(cluster.status(job)).contains(JobStatus.RUNNING);
        String stopped =
                found(SAVEPOINT, cluster.flink("stop", "--savepointPath", savepoints(), job));
        assertThat(stopped).isNotEqualTo(savepoint);
        produce(home, kafka, FIRST.plusDays(1));
        String restored =
                found(
                        SUBMITTED,
                        cluster.flink(
                                "run",
                                "-d",
                                "-p",
                                "2",
                                "-s",
                                stopped,
                                jar,
                                "--config",
                                config,
                                brokers(kafka)));
        long both = first + expected(FIRST.plusDays(1));
        awaitTicks(engine, both);
        assertThat(cluster.flink("list")).contains(restored, "tick-stream");
        cluster.flink("cancel", restored);
        cluster.awaitStatus(restored, JobStatus.CANCELED, LIMIT);
        assertOnce(engine, both);
    }

    /** Through our command. */
    private void streamFeatures(ProcessCluster cluster, EmbeddedKafka kafka, String config)
            throws Exception {
        String jar = JobJars.of("feature-compute").toString();
        List<String> options =
                List.of("--", "--config", config, brokers(kafka), "-Dfeatures.input=kafka");
        String submitted = job(cluster, List.of("submit", jar, "-p", "1"), options);
        cluster.awaitCheckpointAfter(found(ID, submitted), 0, LIMIT);
        job(cluster, List.of("savepoint", "feature-compute", "--to", savepoints()), List.of());
        String rescaled =
                job(
                        cluster,
                        List.of(
                                "rescale",
                                "feature-compute",
                                "-p",
                                "2",
                                "--jar",
                                jar,
                                "--to",
                                savepoints()),
                        options);
        assertThat(rescaled).contains("feature-compute runs with parallelism 2");
        String savepoint =
                job(cluster, List.of("stop", "feature-compute", "--to", savepoints()), List.of());
        String restored =
                job(cluster, List.of("restore", jar, "--from", savepoint, "-p", "1"), options);
        cluster.awaitTasksRunning(found(ID, restored), LIMIT);
        job(cluster, List.of("cancel", "feature-compute"), List.of());
        cluster.awaitStatus(found(ID, restored), JobStatus.CANCELED, LIMIT);
    }

    /**
     * The job is its cluster's, and goes on with another parallelism; Flink's classes come after
     * those of the jar, as by default.
     */
    @Test
    void anApplicationIsStoppedAndGoesOnInAnother() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"));
                EmbeddedClickHouse engine = EmbeddedClickHouse.start(home.resolve("engine"))) {
            done(home, "ddl", "apply", "--warehouse", engine.url());
            kafka.createTopic("bars", 2);
            kafka.createTopic("ticks-dead-letters", 1);
            produce(home, kafka, FIRST);
            String config = config(engine);
            long first = expected(FIRST);
            String savepoint;
            try (ProcessCluster cluster = application("first", 1, List.of(), config, kafka)) {
                awaitTicks(engine, first);
                savepoint =
                        job(
                                cluster,
                                List.of("stop", "tick-stream", "--to", savepoints()),
                                List.of());
                cluster.awaitEnd(LIMIT);
            }
            produce(home, kafka, FIRST.plusDays(1));
            long both = first + expected(FIRST.plusDays(1));
            try (ProcessCluster cluster =
                    application(
                            "second", 2, List.of("--fromSavepoint", savepoint), config, kafka)) {
                awaitTicks(engine, both);
                job(cluster, List.of("stop", "tick-stream", "--to", savepoints()), List.of());
                cluster.awaitEnd(LIMIT);
            }
            assertOnce(engine, both);
            assertThat(count(engine, "bars"))
                    .isPositive()
                    .isEqualTo(CommittedMessages.of(kafka, "bars").size());
        }
    }

    private ProcessCluster application(
            String name, int parallelism, List<String> options, String config, EmbeddedKafka kafka)
            throws IOException {
        return ProcessCluster.builder(home.resolve(name))
                .slots(2)
                .configuration(classLoading("child-first", parallelism))
                .application(
                        JobJars.of("tick-stream"),
                        TickStreamJob.class.getName(),
                        options,
                        "--config",
                        config,
                        brokers(kafka))
                .start();
    }

    private static Configuration classLoading(String order, int parallelism) {
        Configuration settings = new Configuration();
        settings.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, order);
        settings.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        return settings;
    }

    /** Options that only some jobs have are told these alone. */
    private static String brokers(EmbeddedKafka kafka) {
        return "-Dkafka.bootstrap-servers=" + kafka.bootstrapServers();
    }

    private String config(EmbeddedClickHouse engine) throws IOException {
        return Files.writeString(
                        home.resolve("job.yaml"),
                        """
                        home: %s
                        warehouse:
                          url: %s
                        execution:
                          checkpointing:
                            interval: 1 s
                            min-pause: 0 s
                        """
                                .formatted(home.resolve("data"), engine.url()))
                .toString();
    }

    private static String run(
            ProcessCluster cluster, String job, Class<?> main, String config, String... options)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--config", config));
        arguments.addAll(List.of(options));
        return cluster.run(
                List.of(),
                LIMIT,
                JobJars.of(job),
                main.getName(),
                arguments.toArray(String[]::new));
    }

    private String job(ProcessCluster cluster, List<String> command, List<String> options) {
        List<String> all = new ArrayList<>(List.of("job"));
        all.addAll(command);
        all.addAll(List.of("--cluster", cluster.restAddress().toString()));
        all.addAll(options);
        return done(home, all.toArray(String[]::new));
    }

    private String savepoints() {
        return home.resolve("savepoints").toUri().toString();
    }

    private static String found(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        assertThat(matcher.find()).as(text).isTrue();
        return matcher.group(1);
    }

    private static long count(EmbeddedClickHouse engine, String table) {
        try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
            return clickHouse.queryLong("SELECT toInt64(count()) FROM " + table);
        }
    }

    private static void assertOnce(EmbeddedClickHouse engine, long ticks) {
        try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
            assertThat(clickHouse.queryLong("SELECT count() FROM raw_equity_trade"))
                    .isEqualTo(ticks);
            assertThat(clickHouse.queryLong("SELECT uniqExact(event_id) FROM raw_equity_trade"))
                    .isEqualTo(ticks);
        }
    }

    private static void produce(Path home, EmbeddedKafka kafka, LocalDate date) {
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

    private static long expected(LocalDate date) {
        return ExpectedMarket.of(
                        MarketSpec.builder()
                                .ticks(TICKS)
                                .symbols(50)
                                .lateRate(0)
                                .date(date)
                                .build())
                .accepted();
    }

    private static void awaitTicks(EmbeddedClickHouse engine, long number) throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
            until(
                    number + " ticks are in the warehouse",
                    () -> clickHouse.queryLong("SELECT count() FROM raw_equity_trade") >= number);
        }
    }

    private static String done(Path home, String... arguments) {
        Run run = Run.in(home, arguments);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run.out().strip();
    }
}
