package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static io.champion.bhavcopy.Ingested.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.clickhouse.client.api.query.GenericRecord;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.PartitionKey;
import io.champion.quality.AccountingException;
import io.champion.quality.FileReport;
import io.champion.quality.StoreCheck;
import io.champion.runtime.ConfigException;
import io.champion.runtime.InputException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.RecordInsert;
import io.champion.warehouse.WarehouseException;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job, configured as on a command line, into a lake and a real ClickHouse. */
class BhavcopyIngestJobTest {

    private static final String SEC = "sec_bhavdata_full_07012030.csv";
    private static final String UDIFF = "BhavCopy_NSE_CM_0_0_0_20300107_F_0000.csv";
    private static final AtomicInteger DATABASES = new AtomicInteger();

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;

    @TempDir Path home;
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

    /** The cluster of a local environment goes with its job, maybe just before it is asked. */
    @Test
    void aClusterThatIsGoneIsNoError() throws Exception {
        JobClient gone =
                (JobClient)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {JobClient.class},
                                (proxy, method, arguments) -> {
                                    throw new IllegalStateException(
                                            "MiniCluster is not yet running or has already been"
                                                    + " shut down.");
                                });
        IngestPlan plan =
                IngestPlan.of(List.of(fixture(UDIFF).toString()), null, null, Instant.EPOCH);
        assertThat(BhavcopyIngestJob.progress(gone, plan))
                .isEqualTo(new IngestProgress(0, 1, 0, false));
    }

    private IngestReport run(String... options) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + engine.url(),
                                "warehouse.database=" + warehouse.database()));
        arguments.addAll(List.of(options));
        JobConfig config = JobConfig.of(BhavcopyIngestJob.OPTIONS).arguments(arguments).load();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return BhavcopyIngestJob.run(env, config, progress -> {});
    }

    private IngestReport ingest(Path... inputs) throws Exception {
        return run(
                "bhavcopy.input="
                        + Arrays.stream(inputs)
                                .map(Path::toString)
                                .collect(Collectors.joining(";")));
    }

    /** A table's rows as text, all columns but that of the commit, sorted. */
    private TreeSet<String> table(String name) {
        TreeSet<String> rows = new TreeSet<>();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            for (GenericRecord row :
                    clickHouse.query(
                            "SELECT toString(tuple(* EXCEPT commit_id))"
                                    + " AS row FROM "
                                    + clickHouse.table(name))) {
                assertThat(rows.add(row.getString("row"))).as("each row once").isTrue();
            }
        }
        return rows;
    }

    private TreeMap<String, TreeSet<String>> warehouse() {
        TreeMap<String, TreeSet<String>> tables = new TreeMap<>();
        for (String name :
                List.of(
                        "raw_equity_ohlc",
                        "raw_index_ohlc",
                        "raw_derivatives_ohlc",
                        "normalized_equity_ohlc",
                        "normalized_index_ohlc",
                        "normalized_derivatives_ohlc",
                        "symbol_master",
                        "rejects")) {
            tables.put(name, table(name));
        }
        return tables;
    }

    private List<SpecificRecordBase> lake(Path... inputs) throws Exception {
        LakeReader reader =
                new LakeReader(new org.apache.flink.core.fs.Path(home.resolve("lake").toString()));
        List<SpecificRecordBase> records = new ArrayList<>();
        IngestPlan plan =
                IngestPlan.of(
                        Stream.of(inputs).map(Path::toString).toList(), null, null, Ingested.START);
        for (PartitionKey partition : plan.partitions()) {
            try (CloseableIterator<SpecificRecordBase> rows = reader.read(partition)) {
                rows.forEachRemaining(records::add);
            }
        }
        return records;
    }

    @Test
    void everythingGoesIntoLakeAndWarehouseOnce() throws Exception {
        IngestReport report = ingest(fixture(""));
        assertThat(report.problem()).isNull();
        TreeMap<String, TreeSet<String>> tables = warehouse();
        assertThat(tables.get("normalized_equity_ohlc")).hasSize(16);
        assertThat(tables.get("rejects")).hasSize(2);

        // Column by column, by the warehouse's own sums over what the lake holds.
        List<SpecificRecordBase> lake = lake(fixture(""));
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            for (SpecificRecordBase record : lake) {
                Schema schema = record.getSchema();
                String table = io.champion.model.Dataset.of(schema).table();
                assertThat(
                                clickHouse.queryLong(
                                        "SELECT count() FROM "
                                                + clickHouse.table(table)
                                                + " WHERE "
                                                + matches(record)))
                        .as(record.toString())
                        .isEqualTo(1);
            }
        }
        assertThat(lake).hasSize(tables.values().stream().mapToInt(TreeSet::size).sum());

        ingest(fixture(""));
        assertThat(warehouse()).as("the same again").isEqualTo(tables);
    }

    @Test
    void theRunIsOnRecordWithWhatItReadAndWrote() throws Exception {
        IngestReport report = ingest(fixture(""));
        TrackedRun run =
                Tracker.runs(
                                JobConfig.of(BhavcopyIngestJob.OPTIONS)
                                        .arguments(List.of("home=" + home))
                                        .load(),
                                List.of(Experiments.INGESTION),
                                1)
                        .get(0);
        assertThat(run.name()).isEqualTo("bhavcopy-ingest " + report.runId());
        assertThat(run.status()).isEqualTo(TrackedRun.Status.FINISHED);
        assertThat(run.metrics())
                .containsEntry("rows_read", (double) report.accounting().rowsRead())
                .containsEntry("written.normalized.equity_ohlc", 16.0)
                .containsKeys("bytes_per_second", "nulls.normalized.equity_ohlc");

        Path artifacts = artifacts(run);
        JsonNode lineage = new ObjectMapper().readTree(artifacts.resolve("lineage.json").toFile());
        Map<String, String> hashes = new TreeMap<>();
        lineage.path("inputs")
                .forEach(
                        item ->
                                hashes.put(
                                        item.path("name").asText().replaceFirst(".*/", ""),
                                        item.path("version").asText()));
        assertThat(hashes)
                .hasSize(report.accounting().files().size())
                .containsEntry(
                        UDIFF,
                        "sha256:"
                                + HexFormat.of()
                                        .formatHex(
                                                MessageDigest.getInstance("SHA-256")
                                                        .digest(
                                                                Files.readAllBytes(
                                                                        fixture(UDIFF)))));
        long bytes = 0;
        for (FileReport file : report.accounting().files()) {
            bytes += Files.size(fixture(file.file().replaceFirst(".*/", "")));
        }
        assertThat(run.metrics()).containsEntry("bytes", (double) bytes);

        try (ParquetFileReader sample =
                ParquetFileReader.open(
                        new LocalInputFile(
                                artifacts.resolve("sample/normalized.equity_ohlc.parquet")))) {
            assertThat(sample.getRecordCount()).isEqualTo(16);
        }
        assertThat(artifacts.resolve("rejects.jsonl"))
                .content()
                .contains("\"reason\": \"")
                .hasLineCount(2);
        JsonNode statistics =
                new ObjectMapper()
                        .readTree(artifacts.resolve("statistics.json").toFile())
                        .path("normalized.equity_ohlc");
        assertThat(statistics.path("rows").asLong()).isEqualTo(16);
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            GenericRecord row =
                    clickHouse
                            .query(
                                    "SELECT avg(close) AS mean, min(close) AS least, max(close) AS"
                                            + " greatest, countIf(isNull(close)) AS nulls FROM "
                                            + clickHouse.table("normalized_equity_ohlc"))
                            .get(0);
            JsonNode close = statistics.path("columns").path("close");
            assertThat(close.path("mean").asDouble())
                    .isCloseTo(row.getDouble("mean"), within(1e-9));
            assertThat(close.path("min").asDouble()).isEqualTo(row.getDouble("least"));
            assertThat(close.path("max").asDouble()).isEqualTo(row.getDouble("greatest"));
            assertThat(close.path("nulls").asLong()).isEqualTo(row.getLong("nulls"));
        }
    }

    private Path artifacts(TrackedRun run) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("mlflow/runs"), 2)) {
            return files.filter(file -> file.endsWith(run.id()))
                    .findAny()
                    .orElseThrow()
                    .resolve("artifacts");
        }
    }

    /** That a row of the warehouse is this record, in every column that text compares. */
    private static String matches(SpecificRecordBase record) {
        List<String> conditions = new ArrayList<>();
        for (Schema.Field field : record.getSchema().getFields()) {
            Object value = record.get(field.pos());
            String column = ClickHouse.identifier(field.name());
            if (value == null) {
                conditions.add("isNull(" + column + ")");
            } else if (value instanceof Number || value instanceof Boolean) {
                conditions.add(column + " = " + value);
            } else if (value instanceof java.time.Instant time) {
                conditions.add("toUnixTimestamp64Milli(" + column + ") = " + time.toEpochMilli());
            } else if (value instanceof java.util.Map<?, ?> map) {
                map.forEach(
                        (key, text) ->
                                conditions.add(
                                        column
                                                + "["
                                                + ClickHouse.literal(key.toString())
                                                + "] = "
                                                + ClickHouse.literal(text.toString())));
                conditions.add("length(mapKeys(" + column + ")) = " + map.size());
            } else {
                conditions.add(
                        "toString(" + column + ") = " + ClickHouse.literal(value.toString()));
            }
        }
        return String.join(" AND ", conditions);
    }

    @Test
    void theOrderOfRunsDoesNotMatterToTheWarehouseEither() throws Exception {
        ingest(fixture(SEC), fixture(UDIFF));
        TreeSet<String> together = withoutTimes("normalized_equity_ohlc");

        freshDatabase();
        home = Files.createDirectory(home.resolve("other"));
        ingest(fixture(UDIFF));
        ingest(fixture(SEC));
        assertThat(withoutTimes("normalized_equity_ohlc")).isEqualTo(together);
        assertThat(table("raw_equity_ohlc")).hasSize(9);
    }

    private TreeSet<String> withoutTimes(String table) {
        TreeSet<String> rows = new TreeSet<>();
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            clickHouse
                    .query(
                            "SELECT toString(tuple(* EXCEPT (commit_id, ingest_time))) AS row FROM "
                                    + clickHouse.table(table))
                    .forEach(row -> rows.add(row.getString("row")));
        }
        return rows;
    }

    @Test
    void aRepublishedFileReplacesItsDayAndNoOther() throws Exception {
        Path folder = Files.createDirectory(home.resolve("in"));
        Path file = folder.resolve(SEC);
        Path nextDay = folder.resolve("sec_bhavdata_full_08012030.csv");
        Files.writeString(nextDay, text(SEC).replace("07-Jan-2030", "08-Jan-2030"));
        Files.writeString(file, text(SEC));
        ingest(folder);
        assertThat(table("normalized_equity_ohlc")).hasSize(8);

        Files.writeString(file, text(SEC).replaceAll("DELTA.*\n", ""));
        ingest(file);
        assertThat(table("normalized_equity_ohlc")).hasSize(7);
        assertThat(table("raw_equity_ohlc")).hasSize(7);
    }

    @Test
    void rowsThatAStoreLosesAreFound() throws Exception {
        IngestReport report = ingest(fixture("cm12columns.csv"), fixture("EQUITY_L.csv"));
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            clickHouse.execute(
                    "ALTER TABLE "
                            + clickHouse.table("normalized_equity_ohlc")
                            + " DELETE WHERE symbol = 'OLDONE' SETTINGS mutations_sync = 2");
        }
        Map<PartitionKey, Long> stored;
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            stored = StoreCheck.warehouse(clickHouse, report.plan().partitions());
        }
        assertThatThrownBy(() -> report.accounting().verifyStored("warehouse", stored))
                .isInstanceOf(AccountingException.class)
                .hasMessage(
                        "The warehouse was given 2 rows of"
                                + " normalized/equity_ohlc/year=1994/month=11/day=03 but holds 1.");
    }

    @Test
    void rowsOlderThanTheirTableKeepsAreCountedAndMayVanish() throws Exception {
        Migrations.of(warehouse, null, Retention.parse("raw=90d,normalized=3y")).apply();
        Path old = fixture("cm12columns.csv");
        for (int run = 0; run < 2; run++) {
            IngestReport report = ingest(old, fixture("EQUITY_L.csv"), fixture(SEC));
            assertThat(report.problem()).isNull();
            assertThat(report.olderThanKept())
                    .containsOnly(
                            Map.entry("raw.equity_ohlc", 2L),
                            Map.entry("normalized.equity_ohlc", 2L));
            assertThat(report.summary())
                    .containsPattern("older than the table keeps, raw.equity_ohlc +2\\R");
            assertThat(report.toJson()).contains("\"older_than_kept\" : {");
            try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
                clickHouse.execute("OPTIMIZE TABLE raw_equity_ohlc FINAL");
            }
            assertThat(table("raw_equity_ohlc")).as("rows of 1994 are gone").hasSize(4);
        }
    }

    @Test
    void theReportIsReturnedAndStored() throws Exception {
        IngestReport report = ingest(fixture("pd07012030.csv"));
        assertThat(report.problem()).isNull();
        assertThat(report.accounting().rowsRead()).isEqualTo(6);
        assertThat(report.summary())
                .containsPattern("rows read +6\\R")
                .containsPattern("rejected, layout_row +2\\R")
                .containsPattern("normalized.index_ohlc +2\\R")
                .contains("All sums hold.");

        JsonNode stored =
                new ObjectMapper()
                        .readTree(
                                Files.readString(
                                        home.resolve("runs")
                                                .resolve(report.runId())
                                                .resolve("report.json")));
        assertThat(stored.path("status").asText()).isEqualTo("ok");
        assertThat(stored.path("rows_read").asLong()).isEqualTo(6);
        assertThat(stored.path("written").path("normalized.equity_ohlc").asLong()).isEqualTo(2);
        assertThat(stored.path("files").get(0).path("session").asText()).isEqualTo("2030-01-07");
        assertThat(stored.path("files").get(0).path("rejected").path("layout_row").asLong())
                .isEqualTo(2);
    }

    @Test
    void everyRunIsARowOfTheWarehouse() throws Exception {
        IngestReport report = ingest(fixture("pd07012030.csv"));
        IngestReport second = ingest(fixture("pd07012030.csv"));
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            RecordInsert.once(clickHouse, "bhavcopy-ingest:" + report.runId(), report.toRecord());
            assertThat(
                            clickHouse
                                    .query(
                                            "SELECT run_id, concat(job, ' ', rows_read, ' ',"
                                                    + " rejected['layout_row'], ' ',"
                                                    + " written['normalized.equity_ohlc'], ' ',"
                                                    + " f.source, ' ', f.session, ' ',"
                                                    + " f.rows_read, ' ',"
                                                    + " f.written['raw.index_ohlc'], ' ',"
                                                    + " finished >= started, ' ', problem IS NULL)"
                                                    + " AS figures FROM ingest_runs"
                                                    + " ARRAY JOIN files AS f ORDER BY run_id")
                                    .stream()
                                    .map(
                                            row ->
                                                    row.getString("run_id")
                                                            + ": "
                                                            + row.getString("figures")))
                    .containsExactly(
                            report.runId() + ": bhavcopy-ingest 6 2 2 nse_pd 2030-01-07 6 2 1 1",
                            second.runId() + ": bhavcopy-ingest 6 2 2 nse_pd 2030-01-07 6 2 1 1");
        }
    }

    @Test
    void aWarehouseWithoutTheTablesIsFoundBeforeTheStart() throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            clickHouse.execute("DROP TABLE ingest_runs SYNC");
            clickHouse.execute("DROP TABLE raw_index_ohlc SYNC");
        }
        assertThatThrownBy(() -> ingest(fixture("pd07012030.csv")))
                .isInstanceOf(WarehouseException.class)
                .hasMessageContaining("Table ingest_runs does not exist.")
                .hasMessageContaining("Table raw_index_ohlc does not exist.")
                .hasMessageContaining("champion ddl apply");
        assertNothingButTheRecord();
    }

    @Test
    void datesBoundTheRun() throws Exception {
        IngestReport report =
                run(
                        "bhavcopy.input=" + fixture(""),
                        "bhavcopy.from=1994-01-01",
                        "bhavcopy.to=2017-12-31");
        assertThat(report.plan().sessions()).hasSize(3);
        assertThat(report.summary())
                .containsPattern("files left alone +10\\R")
                .contains("outside the dates asked for");
    }

    @Test
    void whatCannotBeUsedIsSaidBeforeAnythingIsWritten() {
        assertThatThrownBy(() -> ingest(home.resolve("absent")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("There is no file or folder");
        assertThatThrownBy(() -> run("bhavcopy.input=" + fixture(""), "bhavcopy.from=yesterday"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'bhavcopy.from' is 'yesterday', which is no date");
        assertNothingButTheRecord();
    }

    /** What is tried is on record; nothing else is there. */
    private void assertNothingButTheRecord() {
        assertThat(home).isDirectoryNotContaining(entry -> !entry.endsWith("mlflow"));
    }
}
