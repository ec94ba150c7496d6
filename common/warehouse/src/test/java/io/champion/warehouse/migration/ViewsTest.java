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
        for (String table :
                List.of("normalized_equity_ohlc", "bars", "raw_equity_trade", "trades_1m_agg")) {
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
    void aQuoteHasASpreadWhereBothSidesAreQuoted() {
        clickHouse.execute(
                "INSERT INTO quotes (symbol, exchange, event_time, sequence_number, bid_price,"
                        + " ask_price) VALUES ('A', 'SIP', 0, 1, 99, 101), ('A', 'SIP', 0, 2, 99,"
                        + " NULL), ('A', 'SIP', 0, 3, 0, 101), ('B', 'SIP', 0, 4, 10, 9)");
        assertThat(
                        rows(
                                "SELECT symbol, bid_price, mid, spread, round(spread_percent, 6)"
                                        + " FROM quotes_spread ORDER BY sequence_number"))
                .containsExactly(
                        "A\t99\t100\t2\t2",
                        "A\t99\t\\N\t\\N\t\\N",
                        "A\t0\t\\N\t\\N\t\\N",
                        "B\t10\t9.5\t-1\t-10.526316");
        assertThat(plan("SELECT mid FROM quotes_spread WHERE symbol = 'A'")).contains("symbol");
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

        assertThat(
                        rows(
                                "SELECT symbol, sma_5, rsi_14, obv FROM equity_indicators WHERE symbol = 'A'"))
                .containsExactly("A\t5.5\t60\t\\N");
    }

    @Test
    void theLastVersionOfEachGroupCounts() {
        clickHouse.execute(
                "INSERT INTO features_equity_indicators (symbol, trade_date, bar_interval,"
                        + " feature_group, version, sma_5, rsi_14, features) VALUES"
                        + " ('V', '2024-01-15', '1d', 'trend', 1, 5.5, NULL, {'wma_9': 1}),"
                        + " ('V', '2024-01-15', '1d', 'trend', 2, NULL, NULL, {'wma_9': 2}),"
                        + " ('V', '2024-01-15', '1d', 'momentum', 1, NULL, 60, {'cci_20': 3}),"
                        + " ('V', '2024-01-15', '1m', 'momentum', 1, NULL, 70, {})");

        assertThat(
                        rows(
                                "SELECT bar_interval, sma_5, rsi_14, mapSort(features)"
                                        + " FROM equity_indicators WHERE symbol = 'V'"
                                        + " ORDER BY bar_interval"))
                .containsExactly("1d\t\\N\t60\t{'cci_20':3,'wma_9':2}", "1m\t\\N\t70\t{}");
    }

    private static final String MINUTES =
            "SELECT symbol, formatDateTime(window_start, '%H:%i'), open, high, low, close, volume,"
                    + " turnover, trades FROM trades_1m ORDER BY ALL";

    /** Messages of one day: symbol, time, trade, sequence number, kind, price, size. */
    private static void trades(String... messages) {
        clickHouse.execute(
                "INSERT INTO raw_equity_trade (symbol, exchange, series, event_time, trade_id,"
                        + " sequence_number, kind, price, size) SELECT c1, 'NSE', 'EQ', '2025-06-18 '"
                        + " || c2, c3, c4, c5, c6, c7 FROM VALUES('c1 String, c2 String, c3 String,"
                        + " c4 Int64, c5 String, c6 Nullable(Float64), c7 Nullable(Float64)', "
                        + String.join(", ", messages)
                        + ")");
    }

    private static void bar(String symbol, String time, int version, String values) {
        clickHouse.execute(
                "INSERT INTO bars (symbol, exchange, series, bar_interval, event_time,"
                        + " window_start, version, open, high, low, close, volume, turnover, trades)"
                        + " SELECT '%s', 'NSE', 'EQ', '1m', '2025-06-18 %s', '2025-06-18 %s', %d, %s"
                                .formatted(symbol, time, time, version, values));
    }

    @Test
    void theRollUpOfMinutesCountsAmendedTradesRight() {
        trades(
                "('A', '05:00:00.000000001', 't1', 1, 'TRADE', 10, 5)",
                "('A', '05:00:30', 't2', 2, 'TRADE', 12, 5)",
                "('A', '05:01:00', 't3', 3, 'TRADE', 11, 1)",
                "('B', '05:00:10', 'b1', 1, 'TRADE', 7, 2)",
                "('B', '05:01:10', 'b2', 2, 'TRADE', 8, 2)");
        // The same nanosecond: the sequence number decides. Another insert: states are merged.
        trades(
                "('A', '05:00:30', 't4', 4, 'TRADE', 11, 1)",
                "('A', '05:00:00.000000001', 't0', 0, 'TRADE', 9, 1)");
        assertThat(rows(MINUTES))
                .containsExactly(
                        "A\t05:00\t9\t12\t9\t11\t12\t130\t4",
                        "A\t05:01\t11\t11\t11\t11\t1\t11\t1",
                        "B\t05:00\t7\t7\t7\t7\t2\t14\t1",
                        "B\t05:01\t8\t8\t8\t8\t2\t16\t1");

        trades(
                // The highest goes; the opening one is corrected twice, in any order of arrival,
                // and so comes after the other trade of its nanosecond.
                "('A', '05:00:30', 't2', 7, 'CANCELLATION', NULL, NULL)",
                "('A', '05:00:00.000000001', 't0', 9, 'CORRECTION', 9.5, 2)",
                "('A', '05:00:00.000000001', 't0', 8, 'CORRECTION', 99, 99)",
                // All of a minute's trades go.
                "('B', '05:00:10', 'b1', 3, 'CANCELLATION', NULL, NULL)",
                // The trade of this one was refused.
                "('B', '05:02:10', 'b9', 4, 'CORRECTION', 6, 1)");
        assertThat(rows(MINUTES))
                .containsExactly(
                        "A\t05:00\t10\t11\t9.5\t11\t8\t80\t3",
                        "A\t05:01\t11\t11\t11\t11\t1\t11\t1",
                        "B\t05:01\t8\t8\t8\t8\t2\t16\t1",
                        "B\t05:02\t6\t6\t6\t6\t1\t6\t1");

        clickHouse.execute("OPTIMIZE TABLE trades_1m_agg FINAL");
        assertThat(rows(MINUTES)).hasSize(4).contains("A\t05:00\t10\t11\t9.5\t11\t8\t80\t3");
    }

    @Test
    void theRollUpIsComparedWithTheBars() {
        trades(
                "('A', '05:00:00', 't1', 1, 'TRADE', 10, 5)",
                "('A', '05:00:30', 't2', 2, 'TRADE', 12, 5)",
                "('A', '05:01:00', 't3', 3, 'TRADE', 11, 1)",
                "('A', '05:02:00', 't4', 4, 'TRADE', 11, 1)",
                "('A', '05:00:30', 't2', 5, 'CANCELLATION', NULL, NULL)",
                "('A', '05:02:00', 't4', 6, 'CANCELLATION', NULL, NULL)");
        String differences =
                "SELECT formatDateTime(window_start, '%H:%i'), difference, bar_high, agg_high,"
                        + " bar_trades, agg_trades FROM trades_1m_differences ORDER BY ALL";
        bar("A", "05:00:00", 1, "10, 12, 10, 12, 10, 110, 2");
        bar("A", "05:01:00", 1, "11, 11, 11, 11, 1, 11, 1");
        // What was emitted and then cancelled as a whole is a bar of no trades.
        bar("A", "05:02:00", 2, "NULL, NULL, NULL, NULL, 0, 0, 0");
        assertThat(rows(differences)).containsExactly("05:00\tother values\t12\t10\t2\t1");

        bar("A", "05:00:00", 2, "10, 10, 10, 10, 5, 50.00000000001, 1");
        assertThat(rows(differences)).isEmpty();

        bar("A", "05:03:00", 1, "10, 10, 10, 10, 5, 50, 1");
        trades("('A', '05:04:00', 't5', 7, 'TRADE', 11, 1)");
        assertThat(rows(differences))
                .containsExactly("05:03\tno trades\t10\t\\N\t1\t0", "05:04\tno bar\t\\N\t11\t0\t1");
    }

    /** The contract forbids it, and the job's bar counts such a trade once. */
    @Test
    void aTradeThatIsAnnouncedTwiceIsFound() {
        trades(
                "('A', '05:00:00', 't1', 1, 'TRADE', 10, 5)",
                "('A', '05:00:00', 't1', 2, 'TRADE', 10, 5)",
                "('A', '05:01:00', 't3', 3, 'TRADE', 10, 5)",
                "('A', '05:01:00', 't3', 4, 'TRADE', 10, 5)",
                "('A', '05:01:30', 't5', 5, 'TRADE', 10, 5)",
                "('A', '05:01:30', 't5', 6, 'CANCELLATION', NULL, NULL)");
        bar("A", "05:00:00", 1, "10, 10, 10, 10, 5, 50, 1");
        bar("A", "05:01:00", 1, "10, 10, 10, 10, 5, 50, 1");
        assertThat(
                        rows(
                                "SELECT formatDateTime(window_start, '%H:%i'), difference,"
                                        + " bar_trades, agg_trades FROM trades_1m_differences"))
                .containsExactly("05:00\tother values\t1\t2");
    }

    /** The statements are those of docs/runbook.md. */
    @Test
    void aDayOfTheRollUpIsMadeAgainFromItsTrades() {
        trades(
                "('A', '05:00:00', 't1', 1, 'TRADE', 10, 5)",
                "('A', '05:00:00', 't1', 2, 'CORRECTION', 11, 5)",
                "('A', '05:01:00', 't2', 3, 'TRADE', 12, 5)");
        List<String> right = rows(MINUTES);
        clickHouse.execute("INSERT INTO trades_1m_agg SELECT * FROM trades_1m_agg");
        assertThat(rows(MINUTES)).isNotEqualTo(right);

        clickHouse.execute("CREATE TABLE trades_1m_rebuilt AS trades_1m_agg");
        String select =
                rows("SELECT as_select FROM system.tables WHERE name = 'trades_1m_feed' FORMAT TSVRaw")
                        .get(0);
        clickHouse.execute(
                "INSERT INTO trades_1m_rebuilt SELECT * FROM ("
                        + select
                        + ") WHERE toDate(window_start) = '2025-06-18'");
        clickHouse.execute(
                "ALTER TABLE trades_1m_agg REPLACE PARTITION 20250618 FROM trades_1m_rebuilt");
        clickHouse.execute("DROP TABLE trades_1m_rebuilt SYNC");

        assertThat(rows(MINUTES)).isEqualTo(right);
    }

    /** A block that is inserted twice, as a sink does whose answer was lost. */
    @Test
    void aRepeatedInsertIsRolledUpOnce() {
        String insert =
                "INSERT INTO raw_equity_trade (symbol, event_time, trade_id, sequence_number, kind,"
                        + " price, size) SETTINGS insert_deduplication_token = 'one',"
                        + " deduplicate_blocks_in_dependent_materialized_views = 1 VALUES"
                        + " ('A', '2025-06-18 05:00:00', 't1', 1, 'TRADE', 10, 5)";
        clickHouse.execute(insert);
        clickHouse.execute(insert);
        assertThat(rows("SELECT symbol, volume, trades FROM trades_1m")).containsExactly("A\t5\t1");
    }

    @Test
    void aFilterOnTheKeyReachesTheTable() {
        assertThat(plan("SELECT * FROM bars_latest WHERE symbol = 'A'"))
                .contains("symbol in [\\'A\\', \\'A\\']");
        assertThat(plan("SELECT * FROM equity_volume_leaders WHERE trade_date = '2024-02-15'"))
                .contains("trade_date in [");
        assertThat(plan("SELECT * FROM ticks WHERE symbol = 'A'"))
                .contains("symbol in [\\'A\\', \\'A\\']");
        for (String view : List.of("trades_1m", "trades_1m_differences")) {
            assertThat(
                            plan(
                                    "SELECT * FROM "
                                            + view
                                            + " WHERE symbol = 'A' AND window_start <"
                                            + " '2025-06-18 05:00:00'"))
                    .as(view)
                    .containsPattern("(?s)trades_1m_agg.*window_start in \\(-Inf.*symbol in \\[")
                    .containsPattern(
                            "(?s)raw_equity_trade.*toStartOfMinute\\(event_time\\) in"
                                    + " \\(-Inf.*symbol in \\[");
        }
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
