package io.champion.runtime.exactlyonce;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The judge of the other tests finds every kind of difference that a sink could make. */
class EqualityTest {
    private static final String BARS = "normalized_equity_ohlc";
    private static final String TRADES = "raw_equity_trade";
    private static final List<String> TABLES = List.of(BARS, TRADES, "rejects");

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir static Path folder;

    private static EmbeddedClickHouse engine;
    private static Run right;

    @BeforeAll
    static void write() throws Exception {
        engine = EmbeddedClickHouse.start(folder.resolve("engine"));
        right = Run.prepare(folder, "right", engine.url(), engine.url());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        right.writeEarlier(env);
        env.execute();
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    @Test
    void whatIsRightPasses() throws Exception {
        right.assertEarlier();
    }

    /** Makes a difference. */
    @FunctionalInterface
    private interface Sabotage {
        void on(ClickHouse warehouse, Path lake) throws IOException;
    }

    private static Arguments difference(String name, Sabotage sabotage, String... findings) {
        return Arguments.of(name, sabotage, findings);
    }

    private static Sabotage sql(String statement) {
        return (warehouse, lake) -> warehouse.execute(statement);
    }

    static Stream<Arguments> differences() {
        return Stream.of(
                difference(
                        "a row is missing in the warehouse",
                        sql(mutation(BARS, "DELETE WHERE event_id = 'bar-100'")),
                        "rows that normalized.equity_ohlc in the warehouse lacks",
                        "\"event_id\":\"bar-100\"",
                        "fingerprint of normalized.equity_ohlc in the warehouse"),
                difference(
                        "a row is in the warehouse twice",
                        sql(copy(BARS, "*", "event_id = 'bar-100'")),
                        "rows of normalized.equity_ohlc in the warehouse that were written more"
                                + " than once",
                        "\"event_id\":\"bar-100\",\"times\":2"),
                difference(
                        "a column is changed in the warehouse",
                        sql(mutation(TRADES, "UPDATE price = price + 0.05 WHERE event_id = 101")),
                        "rows that raw.equity_trade in the warehouse lacks",
                        "rows that raw.equity_trade in the warehouse should not have",
                        "\"event_id\":101"),
                difference(
                        "a value becomes null in the warehouse",
                        sql(mutation(BARS, "UPDATE isin = NULL WHERE event_id = 'bar-2'")),
                        "rows that normalized.equity_ohlc in the warehouse lacks",
                        "\"isin\":null"),
                difference(
                        "there is a row too many in the warehouse",
                        sql(copy(BARS, "* REPLACE ('bar-x' AS event_id)", "symbol = 'SYM2'")),
                        "rows that normalized.equity_ohlc in the warehouse should not have",
                        "\"event_id\":\"bar-x\""),
                difference(
                        "a symbol has a gap",
                        sql(
                                mutation(
                                        TRADES,
                                        "DELETE WHERE symbol = 'SYM5' AND sequence_number = 9")),
                        "symbols of raw.equity_trade in the warehouse with gaps",
                        "\"symbol\":\"SYM5\""),
                difference(
                        "there is a reject",
                        sql("INSERT INTO rejects (event_id, reason) VALUES ('r-1', 'a reason')"),
                        "rejects",
                        "\"event_id\":\"r-1\""),
                difference(
                        "a row is missing in the lake",
                        (warehouse, lake) ->
                                rewrite(warehouse, bars(lake), "*", "event_id != 'bar-0'"),
                        "rows that normalized.equity_ohlc in the lake lacks",
                        "\"event_id\":\"bar-0\""),
                difference(
                        "a column is changed in the lake",
                        (warehouse, lake) ->
                                rewrite(
                                        warehouse,
                                        bars(lake),
                                        "* REPLACE (close + 1 AS close)",
                                        "1"),
                        "rows that normalized.equity_ohlc in the lake lacks",
                        "rows that normalized.equity_ohlc in the lake should not have"),
                difference(
                        "a file is in the lake twice",
                        (warehouse, lake) -> {
                            for (Path file : bars(lake)) {
                                Files.copy(file, file.resolveSibling("part-again.parquet"));
                            }
                        },
                        "rows of normalized.equity_ohlc in the lake that were written more than"
                                + " once"),
                difference(
                        "a file is missing in the lake",
                        (warehouse, lake) -> Files.delete(bars(lake).get(0)),
                        "rows that normalized.equity_ohlc in the lake lacks",
                        "The lake's reader cannot read"),
                difference(
                        "a partition is not complete",
                        (warehouse, lake) ->
                                Files.delete(bars(lake).get(0).resolveSibling("_SUCCESS")),
                        "different rows of 'earlier' that the lake's reader finds"));
    }

    private static String mutation(String table, String change) {
        return "ALTER TABLE " + table + " " + change + " SETTINGS mutations_sync = 1";
    }

    private static String copy(String table, String columns, String condition) {
        return "INSERT INTO "
                + table
                + " SELECT "
                + columns
                + " FROM "
                + table
                + " WHERE "
                + condition;
    }

    /** The files of the first day's bars. */
    private static List<Path> bars(Path lake) throws IOException {
        String day =
                Dataset.of("normalized.equity_ohlc").partitionOf(Run.EARLIER.row(0)).location();
        try (Stream<Path> files = Files.list(lake.resolve(day))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
        }
    }

    private static void rewrite(
            ClickHouse warehouse, List<Path> files, String columns, String condition)
            throws IOException {
        for (Path file : files) {
            Path other = file.resolveSibling("other.parquet");
            warehouse.execute(
                    "INSERT INTO FUNCTION file("
                            + ClickHouse.literal(other.toString())
                            + ", Parquet) SELECT "
                            + columns
                            + " FROM file("
                            + ClickHouse.literal(file.toString())
                            + ", Parquet) WHERE "
                            + condition);
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void aDifferenceIsFoundAndNamed(String name, Sabotage sabotage, String[] findings)
            throws Exception {
        String database = name.replace(' ', '_');
        ClickHouseConfig config = right.warehouse().withDatabase(database);
        ExactlyOnceJob.Options options = copyOfRight(database);
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            sabotage.on(warehouse, options.lake());
        }
        assertThatThrownBy(() -> Equality.check(options, config, List.of(Run.EARLIER)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(findings);
    }

    private static ExactlyOnceJob.Options copyOfRight(String name) throws IOException {
        try (ClickHouse warehouse = ClickHouse.connect(right.warehouse())) {
            warehouse.execute("CREATE DATABASE " + ClickHouse.identifier(name));
            for (String table : TABLES) {
                String copy = ClickHouse.identifier(name) + "." + table;
                warehouse.execute("CREATE TABLE " + copy + " AS " + warehouse.table(table));
                warehouse.execute(
                        "INSERT INTO " + copy + " SELECT * FROM " + warehouse.table(table));
            }
        }
        ExactlyOnceJob.Options options = right.options();
        ExactlyOnceJob.Options other =
                new ExactlyOnceJob.Options(
                        folder.resolve(name),
                        options.url(),
                        name,
                        options.part(),
                        options.parallelism());
        try (Stream<Path> files = Files.walk(options.lake())) {
            for (Path file : files.toList()) {
                Path to = other.lake().resolve(options.lake().relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return other;
    }
}
