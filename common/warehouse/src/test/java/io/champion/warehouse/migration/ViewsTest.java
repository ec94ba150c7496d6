package io.champion.warehouse.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.EmbeddedClickHouse;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the views answer, and that they read no more than they need to. */
class ViewsTest {

    @TempDir static Path store;

    private static EmbeddedClickHouse engine;
    private static ClickHouse clickHouse;

    @BeforeAll
    static void apply() throws Exception {
        engine = EmbeddedClickHouse.start(store);
        ClickHouseConfig config = ClickHouseConfig.of(engine.url());
        Migrations.of(config, null, Retention.FOREVER).apply();
        clickHouse = ClickHouse.connect(config);
    }

    @AfterAll
    static void stop() throws IOException {
        clickHouse.close();
        engine.close();
    }

    @BeforeEach
    void empty() {
        for (String table : List.of("normalized_equity_ohlc", "bars", "raw_equity_trade")) {
            clickHouse.execute("TRUNCATE TABLE " + table);
        }
    }

    private static List<String> rows(String sql) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        clickHouse.query(sql, "TSV", out);
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void theDailySummaryFollowsAPartitionThatIsReplaced() {
        clickHouse.execute(
                "INSERT INTO normalized_equity_ohlc (symbol, exchange, series, trade_date, high,"
                        + " low, close, volume, turnover) VALUES"
                        + " ('A', 'NSE', 'EQ', '2024-01-15', 12, 8, 10, 100, 1000),"
                        + " ('A', 'NSE', 'T0', '2024-01-15', 13, 9, 20, 1, 20),"
                        + " ('B', 'NSE', 'EQ', '2024-01-15', NULL, NULL, NULL, NULL, NULL),"
                        + " ('A', 'BSE', 'A', '2024-01-15', 12, 8, 10, 5, 50)");
        String summary = "SELECT * FROM equity_ohlc_daily_summary ORDER BY trade_date, exchange";
        assertThat(rows(summary))
                .containsExactly(
                        "2024-01-15\tBSE\t1\t1\t5\t50\t10\t12\t8",
                        "2024-01-15\tNSE\t3\t2\t101\t1020\t15\t13\t8");

        clickHouse.execute(
                "CREATE TABLE staging AS normalized_equity_ohlc SETTINGS"
                        + " non_replicated_deduplication_window = 0");
        clickHouse.execute(
                "INSERT INTO staging (symbol, exchange, series, trade_date, high, low, close,"
                        + " volume, turnover) VALUES"
                        + " ('A', 'NSE', 'EQ', '2024-01-15', 12, 8, 11, 90, 990)");
        clickHouse.execute(
                "ALTER TABLE normalized_equity_ohlc REPLACE PARTITION 202401 FROM staging");
        clickHouse.execute("DROP TABLE staging SYNC");

        assertThat(rows(summary)).containsExactly("2024-01-15\tNSE\t1\t1\t90\t990\t11\t12\t8");
    }

    @Test
    void volumeLeadersAreAHundredOfEachDayAndExchange() {
        for (String day : List.of("2024-02-15", "2024-02-16")) {
            clickHouse.execute(
                    "INSERT INTO normalized_equity_ohlc (symbol, exchange, series, trade_date,"
                            + " close, prev_close, volume) SELECT 'S' || toString(number), 'NSE',"
                            + " 'EQ', '%s', 11, if(number = 199, 0, 10), number FROM numbers(200)"
                                    .formatted(day));
        }
        assertThat(
                        rows(
                                "SELECT trade_date, count(), min(volume), max(volume_rank) FROM"
                                        + " equity_volume_leaders GROUP BY trade_date ORDER BY"
                                        + " trade_date"))
                .containsExactly("2024-02-15\t100\t100\t100", "2024-02-16\t100\t100\t100");
        assertThat(
                        rows(
                                "SELECT volume_rank, symbol, volume, round(pct_change, 6) FROM"
                                        + " equity_volume_leaders WHERE trade_date = '2024-02-16'"
                                        + " ORDER BY volume_rank LIMIT 2"))
                .containsExactly("1\tS199\t199\t\\N", "2\tS198\t198\t10");
    }

    @Test
    void aBarIsTheLatestVersionOfItsWindowWithItsNulls() {
        clickHouse.execute(
                "INSERT INTO bars (symbol, exchange, bar_interval, event_time, window_start,"
                        + " version, close, vwap) VALUES"
                        + " ('A', 'NSE', '1m', 0, 0, 1, 10, 10.5),"
                        + " ('A', 'NSE', '1m', 0, 0, 2, 11, NULL),"
                        + " ('A', 'NSE', '1s', 0, 0, 1, 12, 12)");

        assertThat(
                        rows(
                                "SELECT bar_interval, version, close, vwap FROM bars_latest ORDER"
                                        + " BY bar_interval"))
                .containsExactly("1m\t2\t11\t\\N", "1s\t1\t12\t12");
    }

    @Test
    void ticksAreTheTradesThatHold() {
        clickHouse.execute(
                "INSERT INTO raw_equity_trade (symbol, exchange, event_time, trade_id,"
                        + " sequence_number, kind, price, size, conditions) VALUES"
                        + " ('A', 'NSE', '2024-01-15 09:15:00.123456789', 't1', 1, 'TRADE', 10, 5, [1]),"
                        + " ('A', 'NSE', '2024-01-15 09:15:00.123456789', 't2', 2, 'TRADE', 11, 6, []),"
                        + " ('A', 'NSE', '2024-01-15 09:15:00.123456789', 't3', 3, 'TRADE', 12, 7, []),"
                        + " ('A', 'NSE', '2024-01-15 09:15:00.123456789', 't1', 4, 'CORRECTION', 10.5, 4, [2]),"
                        + " ('A', 'NSE', '2024-01-15 09:15:00.123456789', 't2', 5, 'CANCELLATION', NULL, NULL, [])");

        assertThat(
                        rows(
                                "SELECT event_time, trade_id, kind, price, size, conditions FROM"
                                        + " ticks ORDER BY trade_id"))
                .containsExactly(
                        "2024-01-15 09:15:00.123456789\tt1\tCORRECTION\t10.5\t4\t[2]",
                        "2024-01-15 09:15:00.123456789\tt3\tTRADE\t12\t7\t[]");
    }

    @Test
    void ofAnOrderTheLatestStateIsKept() {
        clickHouse.execute(
                "INSERT INTO orders (portfolio_id, order_date, order_id, version, status,"
                        + " filled_quantity) VALUES ('P', '2024-01-15', 'o', 2, 'FILLED', 10),"
                        + " ('P', '2024-01-15', 'o', 1, 'NEW', 0)");

        assertThat(rows("SELECT version, status, filled_quantity FROM orders_latest"))
                .containsExactly("2\tFILLED\t10");
    }

    @Test
    void ofReferenceDataTheLatestVersionIsRead() {
        for (int minute : List.of(2, 1, 3)) {
            String time = "'2024-01-15 00:0" + minute + ":00'";
            clickHouse.execute(
                    "INSERT INTO symbol_master (exchange, symbol, series, company_name,"
                            + " ingest_time) VALUES ('NSE', 'A', 'EQ', 'N%d', %s)"
                                    .formatted(minute, time));
            clickHouse.execute(
                    "INSERT INTO corporate_actions (exchange, symbol, series, event_id, purpose,"
                            + " ingest_time) VALUES ('NSE', 'A', 'EQ', 'e', 'P%d', %s)"
                                    .formatted(minute, time));
            clickHouse.execute(
                    "INSERT INTO trading_calendar (exchange, segment, calendar_date, session_type,"
                            + " ingest_time) VALUES ('NSE', 'CM', '2024-01-15', 'S%d', %s)"
                                    .formatted(minute, time));
        }
        assertThat(rows("SELECT company_name FROM symbol_master_latest")).containsExactly("N3");
        assertThat(rows("SELECT purpose FROM corporate_actions_latest")).containsExactly("P3");
        assertThat(rows("SELECT session_type FROM trading_calendar_latest")).containsExactly("S3");
    }

    @Test
    void groupsOfIndicatorsStandSideBySide() {
        clickHouse.execute(
                "INSERT INTO features_equity_indicators (symbol, exchange, series, trade_date,"
                        + " feature_group, feature_version, sma_5, rsi_14, obv) VALUES"
                        + " ('A', 'NSE', 'EQ', '2024-01-15', 'trend', 'v1', 5.5, NULL, NULL),"
                        + " ('A', 'NSE', 'EQ', '2024-01-15', 'momentum', 'v1', NULL, 60, NULL)");

        assertThat(rows("SELECT symbol, sma_5, rsi_14, obv FROM equity_indicators"))
                .containsExactly("A\t5.5\t60\t\\N");
    }

    @Test
    void aFilterOnTheKeyReachesTheTable() {
        assertThat(plan("SELECT * FROM bars_latest WHERE symbol = 'A'"))
                .contains("symbol in [\\'A\\', \\'A\\']");
        assertThat(plan("SELECT * FROM equity_volume_leaders WHERE trade_date = '2024-02-15'"))
                .contains("trade_date in [");
        assertThat(plan("SELECT * FROM ticks WHERE symbol = 'A'"))
                .contains("symbol in [\\'A\\', \\'A\\']");
    }

    private static String plan(String sql) {
        clickHouse.execute(
                "INSERT INTO normalized_equity_ohlc (symbol, trade_date, volume) VALUES ('A',"
                        + " '2024-02-15', 1)");
        clickHouse.execute("INSERT INTO bars (symbol, version) VALUES ('A', 1)");
        clickHouse.execute(
                "INSERT INTO raw_equity_trade (symbol, kind) VALUES ('Z', 'CANCELLATION')");
        clickHouse.execute(
                "INSERT INTO raw_equity_trade (symbol, kind) VALUES ('A', 'CANCELLATION')");
        return String.join("\n", rows("EXPLAIN indexes = 1 " + sql));
    }
}
