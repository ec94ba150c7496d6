package io.champion.flatfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.S3Server;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.DailyBar;
import io.champion.model.record.Quote;
import io.champion.model.record.Trade;
import io.champion.runtime.ConfigException;
import io.champion.runtime.InputException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job, configured as on a command line, into a lake and a real ClickHouse. */
class FlatFileIngestJobTest {

    private static final LocalDate DAY = LocalDate.of(2026, 3, 2);
    private static final long NEXT_DAY = 86_400_000_000_000L;
    private static final AtomicInteger DATABASES = new AtomicInteger();

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;

    @TempDir Path home;
    @TempDir Path input;
    private ClickHouseConfig warehouse;

    @BeforeAll
    static void startEngine() throws Exception {
        engine = EmbeddedClickHouse.start(store);
    }

    @AfterAll
    static void stopEngine() throws Exception {
        engine.close();
    }

    @BeforeEach
    void freshDatabase() throws Exception {
        warehouse =
                ClickHouseConfig.of(engine.url())
                        .withDatabase("test_" + DATABASES.incrementAndGet());
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
    }

    private IngestReport run(String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "-Dhome=" + home,
                                "-Dflatfiles.input=" + input,
                                "-Dwarehouse.url=" + warehouse.urls().get(0),
                                "-Dwarehouse.database=" + warehouse.database()));
        arguments.addAll(Arrays.asList(options));
        JobConfig config =
                JobConfig.fromArguments(
                        FlatFileIngestJob.OPTIONS, arguments.toArray(String[]::new));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return FlatFileIngestJob.run(env, config, progress -> {});
    }

    private Path file(String name, FlatFileKind kind, List<String> lines) throws IOException {
        Path file = input.resolve(name);
        Files.createDirectories(file.getParent());
        byte[] text =
                (GeneratedLines.header(kind) + "\n" + String.join("\n", lines) + "\n")
                        .getBytes(UTF_8);
        return Files.write(file, name.endsWith(".gz") ? gzip(text) : text);
    }

    private static byte[] gzip(byte[] text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text);
        }
        return bytes.toByteArray();
    }

    private static List<String> trades(long seed, int tickers) {
        return new GeneratedLines(seed).lines(FlatFileKind.TRADES, tickers, 100);
    }

    /** The same trades a day later. */
    private static List<String> tomorrow(List<String> trades) {
        return trades.stream()
                .map(
                        line -> {
                            List<String> fields = new ArrayList<>(GeneralLines.parse(line));
                            fields.set(8, Long.toString(Long.parseLong(fields.get(8)) + NEXT_DAY));
                            fields.replaceAll(f -> f.contains(",") ? "\"" + f + "\"" : f);
                            return String.join(",", fields);
                        })
                .toList();
    }

    private List<SpecificRecordBase> lake(PartitionKey partition) throws Exception {
        List<SpecificRecordBase> rows = new ArrayList<>();
        try (CloseableIterator<SpecificRecordBase> found =
                new LakeReader(new org.apache.flink.core.fs.Path(home + "/lake")).read(partition)) {
            found.forEachRemaining(rows::add);
        }
        return rows;
    }

    private List<SpecificRecordBase> trades(LocalDate day) throws Exception {
        return lake(Dataset.of(Trade.getClassSchema()).partitionOf(day));
    }

    private String ask(String sql) {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            List<GenericRecord> rows =
                    clickHouse.query("SELECT toString(" + sql.replaceFirst(" FROM", ") AS v FROM"));
            return rows.get(0).getString("v");
        }
    }

    @Test
    void allKindsReachLakeAndWarehouse() throws Exception {
        for (FlatFileKind kind : FlatFileKind.values()) {
            file(
                    kind.datasetName() + "/2026-03-02.csv.gz",
                    kind,
                    new GeneratedLines(7).lines(kind, 30, 100));
        }

        IngestReport report = run();

        assertThat(report.problem()).isNull();
        assertThat(report.isWhole()).isTrue();
        assertThat(report.accounting().written().keySet())
                .containsExactly(
                        "normalized.bars_1d",
                        "normalized.bars_1m",
                        "normalized.quotes",
                        "normalized.trades");
        assertThat(report.accounting().duplicates()).isPositive();
        assertThat(report.accounting().rejected()).containsKey("trade_withdrawn");
        for (FlatFileKind kind : FlatFileKind.values()) {
            long rows = report.accounting().written().get(kind.dataset().id());
            List<SpecificRecordBase> found = lake(kind.dataset().partitionOf(DAY));
            assertThat(found).hasSize((int) rows);
            assertThat(ask("count() FROM " + warehouse.database() + "." + kind.dataset().table()))
                    .isEqualTo(Long.toString(rows));
        }
        // Both stores hold the same values, to the last bit.
        double price =
                trades(DAY).stream().mapToDouble(row -> ((Trade) row).getPrice()).max().orElse(0);
        assertThat(ask("max(price) FROM " + warehouse.database() + ".trades"))
                .isEqualTo(Double.toString(price).replaceFirst("\\.0$", ""));
        assertThat(ask("max(event_time) FROM " + warehouse.database() + ".trades"))
                .hasSize("2026-03-02 20:00:00.000000000".length());
        assertThat(
                        ask(
                                "count() FROM "
                                        + warehouse.database()
                                        + ".flatfile_validation WHERE rows > 0"))
                .isEqualTo("120");
        assertThat(lake(Dataset.of(DailyBar.getClassSchema()).partitionOf(DAY)))
                .allMatch(row -> ((DailyBar) row).getEventTime() == GeneratedLines.MIDNIGHT);
        assertThat(lake(Dataset.of(Quote.getClassSchema()).partitionOf(DAY)))
                .anyMatch(
                        row ->
                                ((Quote) row).getBidPrice() == null
                                        && ((Quote) row).getAskPrice() != null);
        assertThat(report.summary()).contains("All sums hold.");
        assertThat(Files.exists(home.resolve("runs/" + report.runId() + "/report.json"))).isTrue();
        assertThat(ask("count() FROM " + warehouse.database() + ".ingest_runs")).isEqualTo("1");

        IngestReport second = run();

        assertThat(second.accounting().rowsRead()).isZero();
        assertThat(second.summary()).contains("files ingested before and not changed");

        IngestReport again = run("-Dflatfiles.again=true");

        assertThat(again.accounting().written()).isEqualTo(report.accounting().written());
    }

    /** Straight from the server where they are published, compressed or not. */
    @Test
    void filesOnAnObjectStoreAreThoseOnDisk(@TempDir Path server) throws Exception {
        for (FlatFileKind kind : List.of(FlatFileKind.TRADES, FlatFileKind.QUOTES)) {
            file(
                    kind.datasetName()
                            + "/2026-03-02.csv"
                            + (kind == FlatFileKind.TRADES ? ".gz" : ""),
                    kind,
                    new GeneratedLines(3).lines(kind, 300, 100));
        }
        IngestReport disk = run();
        Map<FlatFileKind, List<SpecificRecordBase>> expected = new EnumMap<>(FlatFileKind.class);
        for (FlatFileKind kind : List.of(FlatFileKind.TRADES, FlatFileKind.QUOTES)) {
            expected.put(kind, lake(kind.dataset().partitionOf(DAY)));
        }
        try (S3Server s3 = S3Server.start(server, "published")) {
            s3.mount();
            try (Stream<Path> files = Files.walk(input)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    org.apache.flink.core.fs.Path object =
                            s3.path("us_stocks_sip/" + input.relativize(file));
                    try (OutputStream out =
                            object.getFileSystem().create(object, WriteMode.NO_OVERWRITE)) {
                        Files.copy(file, out);
                    }
                }
            }
            IngestReport store =
                    run("-Dflatfiles.input=" + s3.path("us_stocks_sip"), "-Dflatfiles.again=true");
            assertThat(store.problem()).isNull();
            assertThat(store.accounting().rowsRead())
                    .isEqualTo(disk.accounting().rowsRead())
                    .isPositive();
            assertThat(store.accounting().written()).isEqualTo(disk.accounting().written());
            assertThat(store.accounting().duplicates()).isEqualTo(disk.accounting().duplicates());
            assertThat(store.accounting().rejected()).isEqualTo(disk.accounting().rejected());
        }
        for (FlatFileKind kind : expected.keySet()) {
            assertThat(atNoTime(lake(kind.dataset().partitionOf(DAY))))
                    .isEqualTo(atNoTime(expected.get(kind)));
        }
    }

    private static List<SpecificRecordBase> atNoTime(List<SpecificRecordBase> rows) {
        rows.forEach(row -> row.put(row.getSchema().getField("ingest_time").pos(), Instant.EPOCH));
        return rows;
    }

    @Test
    void aBrokenFileStopsNoOther() throws Exception {
        List<String> lines = trades(11, 40);
        file("2026-03-02.csv.gz", FlatFileKind.TRADES, lines);
        Path broken = file("2026-03-03.csv.gz", FlatFileKind.TRADES, tomorrow(lines));
        byte[] whole = Files.readAllBytes(broken);
        Files.write(broken, Arrays.copyOf(whole, whole.length - 200));
        file(
                "quotes/2026-03-02.csv",
                FlatFileKind.QUOTES,
                new GeneratedLines(1).lines(FlatFileKind.QUOTES, 5, 50));
        Files.write(input.resolve("empty.csv.gz"), new byte[0]);
        file("header.csv", FlatFileKind.TRADES, List.of());

        IngestReport report = run();

        assertThat(report.problem()).isNull();
        assertThat(report.isWhole()).isFalse();
        assertThat(report.summary())
                .contains("2026-03-03.csv.gz cannot be read to its end: it ends in the middle")
                .contains("1 file could not be read.")
                .contains("empty.csv.gz is empty.")
                .contains("but no rows");
        assertThat(trades(DAY)).isNotEmpty();
        assertThat(trades(DAY.plusDays(1))).isEmpty();
        assertThat(report.accounting().written()).containsKey("normalized.quotes");

        Files.write(broken, whole);
        IngestReport second = run();

        assertThat(second.isWhole()).isTrue();
        assertThat(second.files()).hasSize(1);
        assertThat(second.files().get(0).file()).endsWith("2026-03-03.csv.gz");
        assertThat(trades(DAY.plusDays(1))).hasSameSizeAs(trades(DAY));
    }

    @Test
    void aRunOfOneTickerLeavesTheOthers() throws Exception {
        List<String> lines = trades(5, 3);
        Map<String, List<String>> byTicker =
                lines.stream()
                        .collect(
                                java.util.stream.Collectors.groupingBy(
                                        line -> line.substring(0, line.indexOf(','))));
        List<String> tickers = byTicker.keySet().stream().sorted().toList();
        for (String ticker : tickers.subList(0, 2)) {
            file("2026/03/02/" + ticker + ".csv.gz", FlatFileKind.TRADES, byTicker.get(ticker));
        }
        IngestReport first = run();
        List<SpecificRecordBase> before = trades(DAY);
        assertThat(before)
                .hasSize(first.accounting().written().get("normalized.trades").intValue());

        file(
                "2026/03/02/" + tickers.get(2) + ".csv.gz",
                FlatFileKind.TRADES,
                byTicker.get(tickers.get(2)));
        IngestReport second = run();

        assertThat(second.files()).hasSize(1);
        assertThat(second.accounting().carried().get("normalized.trades")).isEqualTo(before.size());
        assertThat(trades(DAY)).containsAll(before).hasSizeGreaterThan(before.size());
        assertThat(ask("count(DISTINCT symbol) FROM " + warehouse.database() + ".trades"))
                .isEqualTo("3");
        assertThat(run().accounting().rowsRead()).isZero();
    }

    @Test
    void aDayThatIsInTheLakeAloneReachesTheWarehouseToo() throws Exception {
        file("2026-03-02.csv.gz", FlatFileKind.TRADES, trades(3, 20));
        IngestReport first = run("-Dflatfiles.warehouse=false");
        assertThat(run("-Dflatfiles.warehouse=false").accounting().rowsRead()).isZero();
        String count = "count() FROM " + warehouse.database() + ".trades";
        assertThat(ask(count)).isEqualTo("0");

        IngestReport second = run();

        assertThat(second.accounting().written()).isEqualTo(first.accounting().written());
        assertThat(ask(count))
                .isEqualTo(first.accounting().written().get("normalized.trades").toString());
        assertThat(run().accounting().rowsRead()).isZero();
    }

    @Test
    void aPublishedCorrectionReplacesItsDay() throws Exception {
        List<String> lines = trades(3, 20);
        file("2026-03-02.csv.gz", FlatFileKind.TRADES, lines);
        run();
        file("2026-03-02.csv.gz", FlatFileKind.TRADES, lines.subList(0, lines.size() / 2));

        IngestReport second = run();

        assertThat(trades(DAY))
                .hasSize(second.accounting().written().get("normalized.trades").intValue());
    }

    @Test
    void saysWhatCannotBeIngested() throws Exception {
        Path strange = Files.writeString(input.resolve("x.csv"), "ticker,price,size\nA,1,2\n");

        assertThatThrownBy(() -> run("-Dflatfiles.input=" + strange))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the nearest kind is trades, of which it lacks")
                .hasMessageContaining("sip_timestamp");
        assertThatThrownBy(() -> run("-Dflatfiles.from=yesterday"))
                .isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> run("-Dflatfiles.test-tickers=[Z"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no regular expression");
    }
}
