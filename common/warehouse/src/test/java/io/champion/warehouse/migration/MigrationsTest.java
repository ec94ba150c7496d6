package io.champion.warehouse.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.local.EmbeddedClickHouse;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseException;
import io.champion.warehouse.migration.AppliedStep.What;
import io.champion.warehouse.migration.MigrationState.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {

    private static final Migration FIRST =
            Migration.of(
                    "0001_database.sql", "CREATE DATABASE IF NOT EXISTS {database} {on_cluster};");
    private static final Migration PRICES = table("0002_prices.sql");
    private static final Migration LEADERS =
            Migration.of(
                    "0003_leaders.sql",
                    "CREATE VIEW IF NOT EXISTS {database}.leaders {on_cluster} AS\n"
                            + "SELECT symbol FROM {database}.prices;");

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;
    private static int databases;

    private ClickHouseConfig config;
    private ClickHouse clickHouse;

    @BeforeAll
    static void start() throws IOException {
        engine = EmbeddedClickHouse.start(store);
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    @BeforeEach
    void newDatabase() {
        config = ClickHouseConfig.of(engine.url()).withDatabase("db_" + databases++);
        clickHouse = ClickHouse.connect(config.withDatabase("default"));
    }

    @AfterEach
    void dropDatabase() {
        clickHouse.execute("DROP DATABASE IF EXISTS " + config.database() + " SYNC");
        clickHouse.close();
    }

    private static Migration table(String file) {
        Migration named = Migration.of(file, "");
        return Migration.of(
                file,
                """
                CREATE TABLE IF NOT EXISTS {database}.%s {on_cluster}
                (
                    symbol LowCardinality(String) CODEC(ZSTD(1)),
                    day    Date,
                    size   Int64 DEFAULT 1
                )
                ENGINE = {engine:MergeTree}
                PARTITION BY toYYYYMM(day)
                ORDER BY (symbol, day)
                {ttl:raw:day}
                SETTINGS
                    non_replicated_deduplication_window = 100;
                """
                        .formatted(named.name()));
    }

    private Migrations migrations(Migration... files) {
        return migrations(Retention.FOREVER, files);
    }

    private Migrations migrations(Retention retention, Migration... files) {
        return new Migrations(
                config, new Placeholders(config.database(), null, retention), Arrays.asList(files));
    }

    private long count(String what) {
        return clickHouse.queryLong("SELECT count() FROM " + what);
    }

    private String sql(String statement) {
        return statement.replace("DB", config.database());
    }

    @Test
    void areAppliedOnceInOrder() throws Exception {
        Migrations migrations = migrations(FIRST, PRICES, LEADERS);
        assertThat(migrations.status().migrations())
                .extracting(MigrationState::progress)
                .containsOnly(Progress.PENDING);
        assertThat(migrations.status().isUpToDate()).isFalse();

        assertThat(migrations.apply())
                .containsExactly(
                        new AppliedStep(1, "database", What.APPLIED),
                        new AppliedStep(2, "prices", What.APPLIED),
                        new AppliedStep(3, "leaders", What.APPLIED));

        assertThat(migrations.apply()).isEmpty();
        assertThat(migrations.status().isUpToDate()).isTrue();
        assertThat(migrations.status().migrations())
                .allSatisfy(state -> assertThat(state.at()).isNotNull())
                .allSatisfy(state -> assertThat(state.done()).isEqualTo(state.statements()));
        assertThat(migrations.verify()).isEmpty();
    }

    @Test
    void ofARelaseThatHasMoreTheNewOnesAreApplied() throws Exception {
        migrations(FIRST, PRICES).apply();

        Migrations next = migrations(FIRST, PRICES, LEADERS);
        assertThat(next.status().migrations())
                .extracting(MigrationState::progress)
                .containsExactly(Progress.APPLIED, Progress.APPLIED, Progress.PENDING);
        assertThat(next.apply()).containsExactly(new AppliedStep(3, "leaders", What.APPLIED));
    }

    @Test
    void twoAtOnceApplyEachOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<AppliedStep> steps = new ArrayList<>();
        try {
            List<Future<List<AppliedStep>>> runs = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                runs.add(threads.submit(() -> migrations(FIRST, PRICES, LEADERS).apply()));
            }
            for (Future<List<AppliedStep>> run : runs) {
                steps.addAll(run.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(steps).extracting(AppliedStep::version).containsExactly(1, 2, 3);
        assertThat(count(sql("DB.champion_migrations WHERE done = statements"))).isEqualTo(3);
        assertThat(count(sql("(SELECT DISTINCT entry FROM DB.champion_migrations)")))
                .isEqualTo(count(sql("DB.champion_migrations")));
    }

    @Test
    void anEditedOneIsAnErrorAndNothingIsDone() throws Exception {
        migrations(FIRST, PRICES).apply();
        Migration edited =
                Migration.of(PRICES.file(), PRICES.text().replace("DEFAULT 1", "DEFAULT 2"));

        assertProblem(
                migrations(FIRST, edited, LEADERS),
                "0002_prices.sql was edited after it was applied: restore it, and put the change"
                        + " into a new migration with the next free number.");
        assertThat(count(sql("system.tables WHERE database = 'DB' AND name = 'leaders'"))).isZero();
        assertThat(count(sql("system.tables WHERE database = 'DB' AND name LIKE '%lock%'")))
                .isZero();
    }

    @Test
    void lineEndsAreNoEdit() throws Exception {
        migrations(FIRST, PRICES).apply();
        Migration windows = Migration.of(PRICES.file(), PRICES.text().replace("\n", "\r\n"));

        assertThat(migrations(FIRST, windows).apply()).isEmpty();
    }

    @Test
    void aRenamedOneIsAnError() throws Exception {
        migrations(FIRST, PRICES).apply();

        assertProblem(
                migrations(FIRST, Migration.of("0002_values.sql", PRICES.text())),
                "0002_values.sql was edited after it was applied as 0002_prices.sql");
    }

    @Test
    void aMissingOneIsAnError() throws Exception {
        migrations(FIRST, PRICES, LEADERS).apply();

        assertProblem(
                migrations(FIRST, PRICES),
                "0003_leaders.sql was applied but is missing here: restore the file");
        assertThat(migrations(FIRST, PRICES).status().migrations()).hasSize(3);
    }

    @Test
    void oneThatComesTooLateIsAnError() throws Exception {
        migrations(FIRST, PRICES, LEADERS).apply();
        clickHouse.execute(
                sql("ALTER TABLE DB.champion_migrations DELETE WHERE version = 2"),
                java.util.Map.of("mutations_sync", "1"));

        assertProblem(
                migrations(FIRST, PRICES, LEADERS),
                "0002_prices.sql is new, but 0003 was applied before it: give it the next free"
                        + " number.");
    }

    @Test
    void everyProblemIsNamedAtOnce() throws Exception {
        migrations(FIRST, PRICES, LEADERS).apply();

        assertThatThrownBy(
                        () ->
                                migrations(
                                                FIRST,
                                                Migration.of("0002_prices.sql", "SELECT 1;"),
                                                table("0005_a.sql"),
                                                table("0005_b.sql"))
                                        .apply())
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        e ->
                                assertThat(e.problems())
                                        .satisfiesExactlyInAnyOrder(
                                                one -> assertThat(one).contains("was edited"),
                                                one -> assertThat(one).contains("is missing here"),
                                                one ->
                                                        assertThat(one)
                                                                .contains("no migration 0003"),
                                                one ->
                                                        assertThat(one)
                                                                .contains(
                                                                        "Two migrations have the"
                                                                                + " number 5")));
    }

    @Test
    void anEngineThatDiesInBetweenIsNoHarm() throws Exception {
        Migrations migrations = migrations(FIRST, PRICES, LEADERS);
        migrations(FIRST, PRICES).apply();
        engine.kill();
        assertThatThrownBy(migrations::apply)
                .isInstanceOfSatisfying(
                        WarehouseException.class,
                        e -> assertThat(e.kind()).isEqualTo(WarehouseException.Kind.TRANSIENT));
        engine.restart();

        assertThat(migrations.apply()).containsExactly(new AppliedStep(3, "leaders", What.APPLIED));
        assertThat(migrations.verify()).isEmpty();
    }

    @Test
    void oneThatStoppedHalfWayIsGoneOnWith() throws Exception {
        Migration broken =
                Migration.of(
                        "0002_two.sql",
                        table("0002_one.sql").text() + "CREATE TABLE {database}.two (x Nonsense);");
        Migration mended =
                Migration.of(
                        "0002_two.sql",
                        table("0002_one.sql").text()
                                + table("0002_two.sql").text()
                                + "-- and a comment");
        Migration rewritten =
                Migration.of(
                        "0002_two.sql",
                        table("0002_other.sql").text() + table("0002_two.sql").text());

        assertThatThrownBy(() -> migrations(FIRST, broken).apply())
                .isInstanceOf(WarehouseException.class)
                .hasMessageContaining("Nonsense");

        assertThat(migrations(FIRST, broken).status().migrations().get(1))
                .satisfies(
                        state -> {
                            assertThat(state.progress()).isEqualTo(Progress.STARTED);
                            assertThat(state.done()).isEqualTo(1);
                            assertThat(state.statements()).isEqualTo(2);
                        });
        assertProblem(migrations(FIRST, rewritten), "0002_two.sql was edited");
        assertThat(migrations(FIRST, mended).apply())
                .containsExactly(new AppliedStep(2, "two", What.RESUMED));
        assertThat(migrations(FIRST, mended).verify()).isEmpty();
        assertThat(migrations(FIRST, mended).status().isUpToDate()).isTrue();
    }

    @Test
    void anUnknownPlaceholderIsFoundBeforeAnythingIsDone() throws Exception {
        migrations(FIRST).apply();

        assertThatThrownBy(
                        () ->
                                migrations(
                                                FIRST,
                                                PRICES,
                                                Migration.of("0003_x.sql", "SELECT {what};"))
                                        .apply())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("0003_x.sql: The placeholder {what} is not known.");
        assertThat(migrations(FIRST, PRICES).status().migrations().get(1).progress())
                .isEqualTo(Progress.PENDING);
    }

    @Test
    void aChangedRetentionIsAppliedToTablesThatExist() throws Exception {
        migrations(Retention.parse("raw=5y"), FIRST, PRICES, LEADERS).apply();

        Migrations shorter = migrations(Retention.parse("raw=90d"), FIRST, PRICES, LEADERS);
        assertThat(shorter.verify())
                .containsExactly(
                        new Difference(
                                "prices",
                                "TTL",
                                "day + toIntervalDay(90)",
                                "day + toIntervalYear(5)"));
        assertThat(shorter.status().retentionChanges()).containsExactly("prices");
        assertThat(shorter.status().isUpToDate()).isFalse();
        assertThat(shorter.apply())
                .containsExactly(new AppliedStep(2, "prices", What.RETENTION_CHANGED));
        assertThat(shorter.status().isUpToDate()).isTrue();
        assertThat(shorter.verify()).isEmpty();
        assertThat(shorter.apply()).isEmpty();

        Migrations forever = migrations(FIRST, PRICES, LEADERS);
        // As if an earlier run had died between the statement and its note.
        clickHouse.execute(sql("ALTER TABLE DB.prices REMOVE TTL"));
        assertThat(forever.apply())
                .containsExactly(new AppliedStep(2, "prices", What.RETENTION_CHANGED));
        assertThat(forever.verify()).isEmpty();
        // The retention of another layer is none of this table's.
        assertThat(migrations(Retention.parse("gold=1y"), FIRST, PRICES, LEADERS).apply())
                .isEmpty();
    }

    @Test
    void aDatabaseStaysOnItsCluster() throws Exception {
        migrations(FIRST).apply();

        Migrations other =
                new Migrations(
                        config,
                        new Placeholders(config.database(), "prod", Retention.FOREVER),
                        List.of(FIRST));
        assertThat(other.status().problems())
                .containsExactly(
                        "0001_database.sql was applied to a single server, not cluster prod: name"
                                + " the same cluster, or another database.");
    }

    @Test
    void everyDifferenceIsFound() throws Exception {
        Migrations migrations = migrations(FIRST, PRICES, LEADERS, table("0004_gone.sql"));
        migrations.apply();
        clickHouse.execute(sql("DROP TABLE DB.gone SYNC"));
        clickHouse.execute(sql("DROP TABLE DB.leaders SYNC"));
        clickHouse.execute(sql("CREATE VIEW DB.leaders AS SELECT day FROM DB.prices"));
        clickHouse.execute(sql("DROP TABLE DB.prices SYNC"));
        clickHouse.execute(
                sql(
                        "CREATE TABLE DB.prices (symbol String, size Int32, extra UInt8)"
                                + " ENGINE = ReplacingMergeTree(extra) ORDER BY symbol"
                                + " SETTINGS non_replicated_deduplication_window = 7"));

        assertThat(migrations.verify())
                .extracting(Difference::toString)
                .containsExactlyInAnyOrder(
                        "gone: the table is missing; it should be MergeTree.",
                        "leaders: the query is SELECT day FROM DB.prices; it should be SELECT symbol FROM DB.prices."
                                .replace("DB", config.database()),
                        "prices: column size is Int32; it should be Int64.",
                        "prices: column day is missing; it should be Date.",
                        "prices: column extra should not be there; it is UInt8.",
                        "prices: the engine is ReplacingMergeTree(extra); it should be MergeTree.",
                        "prices: PARTITION BY is missing; it should be toYYYYMM(day).",
                        "prices: ORDER BY is symbol; it should be symbol, day.",
                        "prices: setting non_replicated_deduplication_window is 7; it should be 100.");
    }

    @Test
    void thoseOfThisReleaseFitTheirContracts() throws Exception {
        for (Retention retention : List.of(Retention.FOREVER, Retention.STANDARD)) {
            Migrations migrations = Migrations.of(config, null, retention);
            migrations.apply();
            assertThat(migrations.verify()).isEmpty();
        }
        clickHouse.execute(sql("ALTER TABLE DB.trades MODIFY COLUMN size Nullable(Float32)"));
        assertThat(Migrations.of(config, null, Retention.STANDARD).verify())
                .containsExactly(
                        new Difference(
                                "trades", "column size", "Nullable(Float64)", "Nullable(Float32)"));
    }

    @Test
    void aFileThatIsNoMigrationIsRefused() {
        assertThatThrownBy(() -> Migration.of("notes.txt", ""))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(
                        "The file 'notes.txt' is no migration: call it NNNN_name.sql");
    }

    private static void assertProblem(Migrations migrations, String problem) {
        assertThat(migrations.status().problems()).singleElement().asString().startsWith(problem);
        assertThatThrownBy(migrations::apply)
                .isInstanceOf(MigrationException.class)
                .hasMessageStartingWith(problem);
    }
}
