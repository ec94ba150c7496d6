package io.champion.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.model.record.SymbolMaster;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datasets, queries and reference data, between a lake, a real warehouse and a real PostgreSQL. */
final class JdbcExportJobTest {
    private static final int HOURS = 30;
    private static final int ROWS = 20;
    private static final int ALL = HOURS * ROWS;

    @TempDir static Path folder;

    private static Path home;
    private static PostgresProcess postgres;
    private static EmbeddedClickHouse engine;
    private static ClickHouse clickHouse;

    @BeforeAll
    static void start() throws Exception {
        home = folder.resolve("home");
        postgres = PostgresProcess.start(folder.resolve("postgres"), 64);
        engine = EmbeddedClickHouse.start(folder.resolve("engine"));
        ClickHouseConfig warehouse = ClickHouseConfig.of(engine.url());
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        clickHouse = ClickHouse.connect(warehouse);
        TickLake.write(home, TickLake.ticks(HOURS, ROWS));
    }

    @AfterAll
    static void stop() throws Exception {
        clickHouse.close();
        engine.close();
        postgres.close();
    }

    private static List<String> arguments(String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "home=" + home,
                                "warehouse.url=" + engine.url(),
                                "postgres.url=" + postgres.url()));
        for (String option : options) {
            String key = option.substring(0, option.indexOf('=') + 1);
            arguments.removeIf(other -> other.startsWith(key));
            arguments.add(option);
        }
        return arguments;
    }

    private static ExportReport export(String... options) throws Exception {
        return JdbcExportJob.run(
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration()),
                JobConfig.of(JdbcExportJob.OPTIONS).arguments(arguments(options)).load());
    }

    /** The latest run of a job. */
    private static TrackedRun onRecord(String job) throws Exception {
        JobConfig config = JobConfig.of(JdbcExportJob.OPTIONS).arguments(arguments()).load();
        return Tracker.runs(config, List.of(Experiments.INGESTION), 100).stream()
                .filter(run -> run.name().startsWith(job + " "))
                .findFirst()
                .orElseThrow();
    }

    private static ImportReport importTable(String... options) throws Exception {
        JobConfig config = JobConfig.of(JdbcImportJob.OPTIONS).arguments(arguments(options)).load();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return JdbcImportJob.run(env, config);
    }

    @Test
    void aDatasetIsInsertedOnceAndNotTwice() throws Exception {
        ExportReport report =
                export(
                        "export.dataset=raw.equity_trade",
                        "export.table=ticks",
                        "export.create-table=true");
        assertThat(report.read()).isEqualTo(ALL);
        assertThat(report.written()).isEqualTo(ALL);
        assertThat(report.rejected()).isEmpty();
        assertThat(home.resolve("runs").resolve(report.runId()).resolve("report.json"))
                .content()
                .contains("\"rows_written\" : " + ALL);
        assertThat(onRecord("jdbc-export").metrics())
                .containsEntry("rows_read", (double) ALL)
                .containsEntry("rows_written", (double) ALL)
                .containsEntry("rows_rejected", 0.0);
        assertThat(postgres.count("SELECT count(DISTINCT event_id) FROM ticks")).isEqualTo(ALL);
        assertThat(
                        postgres.one(
                                "SELECT concat_ws(' ', event_time, ingest_time AT TIME ZONE 'UTC',"
                                        + " symbol, kind, price, size, side, conditions)"
                                        + " FROM ticks WHERE event_id = 7"))
                .isEqualTo(
                        (TickLake.START.getEpochSecond() * 1_000_000_000L
                                        + 3_600_000_000_000L * 7 / ROWS)
                                + " 2025-06-19 00:00:00.123 S7 TRADE 107 {1,12}");

        assertThatThrownBy(() -> export("export.dataset=raw.equity_trade", "export.table=ticks"))
                .rootCause()
                .hasMessageContaining("A row is in the table already: Key (event_id)=(")
                .hasMessageContaining("Use the mode upsert");
        assertThat(postgres.count("SELECT count(*) FROM ticks")).isEqualTo(ALL);
    }

    @Test
    void keysAreUpdated() throws Exception {
        export(
                "export.dataset=raw.equity_trade",
                "export.table=upserted",
                "export.create-table=true",
                "export.mode=upsert",
                "export.to=2025-06-17");
        assertThat(postgres.count("SELECT count(*) FROM upserted")).isEqualTo(24 * ROWS);
        postgres.execute("UPDATE upserted SET price = -1, source = 'stale'");
        ExportReport report =
                export(
                        "export.dataset=raw.equity_trade",
                        "export.table=upserted",
                        "export.mode=upsert");
        assertThat(report.written()).isEqualTo(ALL);
        assertThat(
                        postgres.one(
                                "SELECT concat_ws(' ', count(*), min(price), max(price), count(*)"
                                        + " FILTER (WHERE source = 'stale')) FROM upserted"))
                .isEqualTo(ALL + " 100 " + (99 + ALL) + " 0");
    }

    @Test
    void rowsThatTheTableDoesNotTakeAreRejected() throws Exception {
        postgres.execute(
                "CREATE TABLE narrow (event_id bigint PRIMARY KEY, event_time timestamptz NOT NULL,"
                        + " ingest_time timestamptz, source text, schema_version text, entity_id text,"
                        + " symbol text, exchange text, series text, trade_id varchar(2),"
                        + " sequence_number numeric, kind varchar, receive_time bigint, price double"
                        + " precision, size double precision NOT NULL, side text, conditions int[],"
                        + " noted_at timestamptz DEFAULT now())");
        ExportReport report =
                export(
                        "export.dataset=raw.equity_trade",
                        "export.table=narrow",
                        "export.from=2025-06-18");
        // 480 to 599 have three digits each.
        assertThat(report.read()).isEqualTo(6 * ROWS);
        assertThat(report.rejected()).containsEntry("too_long", 6L * ROWS);
        assertThat(report.written()).isZero();
        assertThat(report.examples().get("too_long"))
                .contains("trade_id of the row event_id '", "longer than the 2 characters");

        report =
                export(
                        "export.dataset=raw.equity_trade",
                        "export.table=narrow",
                        "export.to=2025-06-17");
        // 0 to 99 fit, but each seventh has no size.
        assertThat(report.rejected())
                .containsEntry("too_long", 24L * ROWS - 100)
                .containsEntry("null_value", 15L);
        assertThat(report.read()).isEqualTo(report.written() + report.rowsRejected());
        assertThat(postgres.count("SELECT count(*) FROM narrow")).isEqualTo(85);
        // Nanoseconds end at microseconds there.
        assertThat(
                        postgres.one(
                                "SELECT event_time AT TIME ZONE 'UTC' FROM narrow WHERE event_id ="
                                        + " 1"))
                .isEqualTo("2025-06-17 00:03:00");
        assertThat(report.summary()).contains("rejected, null_value: size of the row event_id '");
    }

    @Test
    void whatDoesNotFitIsSaid() throws Exception {
        assertThatThrownBy(() -> export("export.dataset=raw.equity_trade", "export.table=nowhere"))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("There is no table nowhere at")
                .hasMessageContaining("'export.create-table'");
        postgres.execute("CREATE TABLE misfit (event_id text, must text NOT NULL)");
        assertThatThrownBy(() -> export("export.dataset=raw.equity_trade", "export.table=misfit"))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("'event_id' is text, which does not hold every bigint.")
                .hasMessageContaining("ADD COLUMN \"price\" double precision")
                .hasMessageContaining("'must' must not be null");
        assertThatThrownBy(
                        () ->
                                export(
                                        "export.dataset=raw.equity_trade",
                                        "export.table=x\"; DROP TABLE ticks; --"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no name for a table");
        assertThatThrownBy(() -> export("export.dataset=raw.tulips"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'raw.tulips', which is no dataset");
        assertThatThrownBy(() -> export("export.dataset=raw.equity_trade", "export.query=SELECT 1"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("give one of them");
        assertThatThrownBy(
                        () ->
                                export(
                                        "export.dataset=raw.equity_trade",
                                        "postgres.url=postgresql://localhost:1/postgres"))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining(
                        "No PostgreSQL server can be reached at postgresql://localhost:1/postgres");
        assertThatThrownBy(
                        () ->
                                export(
                                        "export.dataset=raw.equity_trade",
                                        "postgres.url=postgresql://a:secret@localhost/postgres"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'postgres.url' carries credentials")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aServerThatPreparesNothingIsSaid() throws Exception {
        try (PostgresProcess bare = PostgresProcess.start(folder.resolve("bare"), 0)) {
            assertThatThrownBy(
                            () ->
                                    export(
                                            "export.dataset=raw.equity_trade",
                                            "export.create-table=true",
                                            "postgres.url=" + bare.url()))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("set max_prepared_transactions = 64");
            bare.execute("CREATE USER reader PASSWORD 'right'", "CREATE USER other PASSWORD 'x'");
            Files.writeString(
                    bare.data().resolve("pg_hba.conf"),
                    "host all reader,other all scram-sha-256\nhost all all all trust\n");
            bare.execute("SELECT pg_reload_conf()");
            assertThatThrownBy(
                            () ->
                                    export(
                                            "export.dataset=raw.equity_trade",
                                            "postgres.url=" + bare.url(),
                                            "postgres.user=reader"))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("set max_prepared_transactions");
            assertThatThrownBy(
                            () ->
                                    export(
                                            "export.dataset=raw.equity_trade",
                                            "postgres.url=" + bare.url(),
                                            "postgres.user=other"))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining("refuses the user or the password")
                    .hasMessageNotContaining("right");
        }
    }

    @Test
    void aQueryOfTheWarehouseBecomesATable() throws Exception {
        String query =
                "SELECT number AS id, toUInt64(number) * 10000000000000000000 %"
                        + " 18446744073709551615 AS big, toDecimal64(number, 4) / 3 AS share, if(number"
                        + " = 0, NULL, 'x' || toString(number)) AS name, toDate('2025-06-18') + number"
                        + " AS day, toDateTime64('2025-06-18 01:02:03.123456789', 9, 'UTC') AS at,"
                        + " toDateTime64('2025-06-18 01:02:03.123456', 6, 'UTC') AS at_micros,"
                        + " if(number = 1, nan, number / 2) AS half, [number, 5] AS list, map('a',"
                        + " number) AS kinds, number = 2 AS two FROM numbers(3);";
        ExportReport report =
                export(
                        "export.query=" + query,
                        "export.table=answers",
                        "export.create-table=true",
                        "export.key=id");
        assertThat(report.read()).isEqualTo(3);
        assertThat(
                        postgres.rows(
                                "SELECT id, name, day, at, at_micros AT TIME ZONE 'UTC', half,"
                                        + " share, kinds FROM answers ORDER BY id"))
                .containsExactly(
                        "0|null|2025-06-18|1750208523123456789|2025-06-18"
                                + " 01:02:03.123456|0|0.0000|{\"a\": 0}",
                        "1|x1|2025-06-19|1750208523123456789|2025-06-18"
                                + " 01:02:03.123456|NaN|0.3333|{\"a\": 1}",
                        "2|x2|2025-06-20|1750208523123456789|2025-06-18"
                                + " 01:02:03.123456|1|0.6666|{\"a\": 2}");
        assertThatThrownBy(
                        () ->
                                export(
                                        "export.query=SELECT count() FROM numbers(3)",
                                        "export.table=t"))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("write it as ... AS name");
    }

    @Test
    void referenceDataComesInAndCompletesTicks() throws Exception {
        postgres.execute(
                "CREATE TABLE symbol_master (symbol text, exchange text, isin text, company_name"
                        + " text, series text, sector varchar(20), face_value numeric, market_lot"
                        + " int, listing_date date, is_active text)",
                "INSERT INTO symbol_master VALUES ('S0','NSE','INE000000000','Zero"
                        + " Ltd','EQ','Energy',10.5,1,'2001-02-03','true'),"
                        + " ('S1','NSE','INE000000001','One Ltd','EQ',NULL,NULL,NULL,NULL,'f'),"
                        + " ('S1','NSE','INE000000001','One Ltd','EQ',NULL,NULL,NULL,NULL,'f'),"
                        + " ('S2','NSE',NULL,'Two Ltd','EQ','Banks',1,1,NULL,'true'),"
                        + " ('S3','NSE','INE000000003','Three Ltd','EQ','Banks',1,1,NULL,'perhaps'),"
                        + " ('OLD','NSE','INE000000004','Old Ltd','EQ','Banks',1,1,'1929-05-06','true')");
        ImportReport report = importTable("import.dataset=normalized.symbol_master");
        assertThat(List.of(report.read(), report.written(), report.rejected(), report.duplicates()))
                .containsExactly(6L, 2L, 3L, 1L);
        assertThat(report.example()).contains("is missing").contains("Two Ltd");
        assertThat(onRecord("jdbc-import").metrics())
                .containsEntry("rows_read", 6.0)
                .containsEntry("rows_written", 2.0)
                .containsEntry("rows_rejected", 3.0)
                .containsEntry("rows_duplicate", 1.0);
        Dataset symbols = Dataset.of(SymbolMaster.getClassSchema());
        LakeReader reader =
                new LakeReader(new org.apache.flink.core.fs.Path(home.resolve("lake").toString()));
        List<SpecificRecordBase> rows = new ArrayList<>();
        try (CloseableIterator<SpecificRecordBase> all =
                reader.read(reader.partitions(symbols).first())) {
            all.forEachRemaining(rows::add);
        }
        SymbolMaster zero =
                rows.stream()
                        .map(SymbolMaster.class::cast)
                        .filter(one -> one.getSymbol().equals("S0"))
                        .findFirst()
                        .orElseThrow();
        assertThat(zero.getEventId()).isEqualTo("postgres:NSE:S0:EQ");
        assertThat(zero.getFaceValue()).isEqualTo(10.5);
        assertThat(zero.getListingDate()).isEqualTo("2001-02-03");
        assertThat(
                        clickHouse.queryLong(
                                "SELECT toInt64(count()) FROM "
                                        + clickHouse.table("symbol_master")))
                .isEqualTo(2);

        // Of another source, they stay; of this, they are replaced.
        assertThat(
                        importTable(
                                        "import.dataset=normalized.symbol_master",
                                        "import.source=vendor")
                                .carried())
                .isEqualTo(2);
        postgres.execute("DELETE FROM symbol_master WHERE symbol = 'S1'");
        report = importTable("import.dataset=normalized.symbol_master");
        assertThat(List.of(report.written(), report.carried())).containsExactly(1L, 2L);

        ExportReport enriched =
                export(
                        "export.dataset=raw.equity_trade",
                        "export.table=enriched",
                        "export.create-table=true",
                        "export.lookup.table=symbol_master",
                        "export.lookup.columns=isin;sector;face_value",
                        "export.lookup.cache.entries=4");
        assertThat(enriched.found()).isEqualTo(3L * ALL / 10);
        assertThat(enriched.unknown()).isEqualTo(7L * ALL / 10);
        assertThat(
                        postgres.rows(
                                "SELECT symbol, isin, sector, count(*) FROM enriched WHERE symbol <"
                                        + " 'S3' GROUP BY 1, 2, 3 ORDER BY 1"))
                .containsExactly(
                        "S0|INE000000000|Energy|" + ALL / 10,
                        "S1|null|null|" + ALL / 10,
                        "S2|null|Banks|" + ALL / 10);
    }

    @Test
    void corporateActionsComeIn() throws Exception {
        postgres.execute(
                "CREATE VIEW my_actions AS SELECT 'ABC' AS symbol, 'NSE' AS exchange, 'split' AS"
                        + " action_type, 'Face value split' AS purpose, timestamp '2025-06-18"
                        + " 00:00' AS ex_date, 10 AS ratio_new, 1.0 AS ratio_old UNION ALL SELECT"
                        + " 'ABC', 'NSE', 'tulip', 'x', NULL, NULL, NULL UNION ALL SELECT 'ABC',"
                        + " 'NSE', 'split', 'x', '2025-06-19', 10, NULL UNION ALL SELECT 'ABC',"
                        + " 'NSE', 'bonus', 'x', '2025-06-19', -1, 1");
        ImportReport report =
                importTable(
                        "import.dataset=normalized.corporate_actions", "import.table=my_actions");
        assertThat(List.of(report.read(), report.written(), report.rejected()))
                .containsExactly(4L, 1L, 3L);
        assertThat(report.example()).contains("'action_type' is 'tulip', which is no enum.");
        assertThat(
                        clickHouse
                                .query(
                                        "SELECT event_id AS id, toString(ex_date) AS day FROM "
                                                + clickHouse.table("corporate_actions"))
                                .stream()
                                .map(row -> Map.of(row.getString("id"), row.getString("day"))))
                .containsExactly(Map.of("postgres:NSE:ABC:2025-06-18:SPLIT", "2025-06-18"));
        assertThatThrownBy(
                        () ->
                                importTable(
                                        "import.dataset=normalized.corporate_actions",
                                        "import.table=pg_catalog.pg_class"))
                .isInstanceOf(PostgresException.class)
                .hasMessageContaining("lacks columns", "symbol, exchange");
    }
}
