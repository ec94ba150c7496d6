package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.EmbeddedClickHouse;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queries, on one engine that all of them join. */
final class QueryTest {

    @TempDir static Path home;

    private static EmbeddedClickHouse engine;

    @BeforeAll
    static void start() throws IOException {
        engine = EmbeddedClickHouse.attachOrStart(home.resolve("warehouse"));
    }

    @AfterAll
    static void stop() throws IOException {
        engine.close();
    }

    private static Run query(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "query";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return Run.in(home, all);
    }

    @Test
    void tablesAlignNumbersToTheRightAndShowNulls() {
        Run run =
                query(
                        "SELECT number * 500 AS n, if(number = 1, NULL, 'a\\tb') AS text,"
                                + " toString(number) AS last FROM numbers(3)");
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .isEqualTo(
                        """
                           n  text  last
                        ────  ────  ────
                           0  a\\tb  0
                         500  NULL  1
                        1000  a\\tb  2
                        """);
        assertThat(run.err()).matches("3 rows in \\d+\\.\\d\\d s\n");
    }

    @Test
    void csvAndJsonComeAsClickHouseWritesThem() {
        assertThat(query("--format", "csv", "SELECT 1 AS a, 'x' AS b").out())
                .isEqualTo("\"a\",\"b\"\n1,\"x\"\n");
        assertThat(query("--format", "json", "SELECT 1 AS a, 'x' AS b").out())
                .isEqualTo("{\"a\":1,\"b\":\"x\"}\n");
        assertThat(query("SELECT 1 AS a FORMAT JSONCompactEachRow").out()).isEqualTo("[1]\n");
    }

    @Test
    void statementsThatAnswerNothingRunToo() {
        assertThat(query("CREATE TABLE made (n Int64) ENGINE = MergeTree ORDER BY n").exitCode())
                .isEqualTo(ExitCode.OK);
        assertThat(query("INSERT INTO made VALUES (1), (2)").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(query("--format", "csv", "SELECT sum(n) AS s FROM made").out())
                .isEqualTo("\"s\"\n3\n");
    }

    @Test
    void anEmptyAnswerStillHasItsColumns() {
        Run run = query("SELECT 1 AS nothing WHERE 0");
        assertThat(run.out()).startsWith("nothing\n");
        assertThat(run.err()).startsWith("0 rows in ");
    }

    @Test
    void moreRowsThanAreMeasuredStreamOn() {
        Run run = query("SELECT number FROM numbers(2500)");
        assertThat(run.out().lines()).hasSize(2502);
        assertThat(run.err()).startsWith("2,500 rows in ");
    }

    @Test
    void aMistakeInTheStatementIsOneSentenceAndTheTraceGoesToTheLog() throws IOException {
        Run run = query("SELECT nope FROM nowhere");
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("nowhere").doesNotContain("\tat ", "DB::Exception");
        assertThat(run.err()).contains(home.resolve("logs/champion.log").toString());
        assertThat(Files.readString(home.resolve("logs/champion.log")))
                .contains("nowhere", "\tat io.champion");
        assertThat(Run.in(home, "--verbose", "query", "SELECT nope FROM nowhere").err())
                .contains("\tat io.champion");
    }

    @Test
    void theLakeIsADatabaseOfTheDatasetsThatHaveFiles() throws IOException {
        Path day = home.resolve("lake/normalized/equity_ohlc/year=2025/month=06/day=18");
        Files.createDirectories(day);
        try (ClickHouse clickHouse =
                ClickHouse.connect(ClickHouseConfig.of(engine.url()).withDatabase("default"))) {
            clickHouse.execute(
                    "INSERT INTO FUNCTION file('"
                            + day.resolve("part.parquet")
                            + "', 'Parquet') SELECT 'A' AS symbol, toDate('2025-06-18') AS"
                            + " trade_date, CAST(7 AS Nullable(Int64)) AS volume");
        }
        assertThat(
                        query(
                                        "--format",
                                        "csv",
                                        "SELECT symbol, trade_date, volume, series FROM"
                                                + " lake.normalized_equity_ohlc")
                                .out())
                .isEqualTo(
                        """
                        "symbol","trade_date","volume","series"
                        "A","2025-06-18",7,""
                        """);
        assertThat(query("--format", "csv", "SHOW TABLES FROM lake").out())
                .isEqualTo("\"name\"\n\"normalized_equity_ohlc\"\n");
        Files.delete(day.resolve("part.parquet"));
        assertThat(query("--format", "csv", "SHOW TABLES FROM lake").out()).isEqualTo("\"name\"\n");
    }

    @Test
    void anotherHomeHasAnotherWarehouse(@TempDir Path other) {
        query("CREATE TABLE only_here (n Int64) ENGINE = MergeTree ORDER BY n");
        assertThat(query("EXISTS TABLE only_here").out()).contains("1");
        Run elsewhere = Run.in(other, "query", "--format", "csv", "EXISTS TABLE only_here");
        assertThat(elsewhere.out()).isEqualTo("\"result\"\n0\n");
    }

    @Test
    void aServerByUrlNeedsNoEngineOfTheHome(@TempDir Path other) {
        Run run =
                Run.in(
                        other,
                        "query",
                        "--warehouse",
                        engine.url(),
                        "--format",
                        "csv",
                        "SELECT currentDatabase() AS d");
        assertThat(run.out()).isEqualTo("\"d\"\n\"champion_market\"\n");
        assertThat(other.resolve("warehouse")).doesNotExist();
    }
}
