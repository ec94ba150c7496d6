package io.champion.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.jdbc.PostgresProxy.Loss;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lookups in a real server, through a proxy that loses connections. */
final class LookupRowsTest {
    private static final List<ExportColumn> ROW =
            List.of(
                    ExportColumn.of("symbol", PgType.TEXT, false),
                    ExportColumn.of("price", PgType.DOUBLE, true));

    @TempDir static Path folder;

    private static PostgresProcess postgres;
    private static PostgresProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        postgres = PostgresProcess.start(folder.resolve("postgres"), 0);
        proxy = PostgresProxy.start(postgres);
        postgres.execute("CREATE TABLE names (symbol text, isin varchar(12), lot int)");
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        postgres.close();
    }

    private static LookupTable table(Duration age) throws Exception {
        try (Connection connection = postgres.connect()) {
            return LookupTable.of(
                    new PostgresServer("jdbc:" + proxy.url(), "postgres"),
                    connection,
                    new TableName("public", "names"),
                    ROW,
                    List.of("symbol"),
                    List.of("isin", "lot"),
                    10,
                    age);
        }
    }

    private static OneInputStreamOperatorTestHarness<Row, Row> harness(Duration age)
            throws Exception {
        OneInputStreamOperatorTestHarness<Row, Row> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new StreamMap<>(new LookupRows(table(age), Duration.ofMillis(1))));
        harness.open();
        return harness;
    }

    private static Row last(OneInputStreamOperatorTestHarness<Row, Row> harness, String symbol)
            throws Exception {
        harness.processElement(Row.of(symbol, 1.0), 0);
        List<Row> rows = harness.extractOutputValues();
        return rows.get(rows.size() - 1);
    }

    @Test
    void whatWasFoundIsRememberedForAWhile() throws Exception {
        postgres.execute("TRUNCATE names", "INSERT INTO names VALUES ('A', 'INE1', 5)");
        try (OneInputStreamOperatorTestHarness<Row, Row> harness = harness(Duration.ofHours(1))) {
            assertThat(last(harness, "A")).isEqualTo(Row.of("A", 1.0, "INE1", 5));
            assertThat(last(harness, "B")).isEqualTo(Row.of("B", 1.0, null, null));
            postgres.execute("TRUNCATE names", "INSERT INTO names VALUES ('B', 'INE2', 6)");
            assertThat(last(harness, "A")).isEqualTo(Row.of("A", 1.0, "INE1", 5));
            assertThat(last(harness, "B")).isEqualTo(Row.of("B", 1.0, null, null));
        }
        try (OneInputStreamOperatorTestHarness<Row, Row> harness = harness(Duration.ZERO)) {
            assertThat(last(harness, "B")).isEqualTo(Row.of("B", 1.0, "INE2", 6));
            postgres.execute("UPDATE names SET lot = NULL");
            assertThat(last(harness, "B")).isEqualTo(Row.of("B", 1.0, "INE2", null));
        }
    }

    @Test
    void aLostConnectionIsMadeAgainAndADatabaseThatIsAwayFailsTheJob() throws Exception {
        postgres.execute("TRUNCATE names", "INSERT INTO names VALUES ('A', 'INE1', 5)");
        try (OneInputStreamOperatorTestHarness<Row, Row> harness = harness(Duration.ZERO)) {
            int before = proxy.faults();
            proxy.breakAt("FROM \"public\".\"names\"", 1, Loss.ANSWER, () -> {});
            assertThat(last(harness, "A")).isEqualTo(Row.of("A", 1.0, "INE1", 5));
            assertThat(proxy.faults()).isEqualTo(before + 1);
            proxy.away(true);
            assertThatThrownBy(() -> last(harness, "A"))
                    .isInstanceOf(PostgresException.class)
                    .hasMessageContaining(
                            "Nothing can be looked up in the table names after 6 attempts")
                    .hasMessageContaining(proxy.url());
            proxy.away(false);
        }
    }
}
