package io.champion.cli;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.runtime.Home;
import io.champion.warehouse.ClickHouse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A few queries that show what is in the warehouse now, and what to try next. */
final class Tour {

    private static final String LAST_SESSION =
            "(SELECT max(trade_date) FROM normalized_equity_ohlc)";

    private Tour() {}

    /** Of daily files. */
    static void ofFiles(Console console, Warehouse warehouse) {
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put(
                "Top movers of the last session",
                "SELECT symbol, series, round(close, 2) AS close, round((close / prev_close - 1) *"
                        + " 100, 2) AS change_percent, round(turnover / 1e7, 2) AS crores FROM"
                        + " normalized_equity_ohlc WHERE trade_date = "
                        + LAST_SESSION
                        + " AND series = 'EQ' AND prev_close > 0 AND turnover > 1e7 ORDER BY"
                        + " abs(change_percent) DESC, symbol LIMIT 5");
        queries.put(
                "Most delivered, of what traded for more than 10 million INR",
                "SELECT symbol, round(delivery_percent, 2) AS delivery_percent, delivery_volume,"
                        + " volume FROM normalized_equity_ohlc WHERE trade_date = "
                        + LAST_SESSION
                        + " AND turnover > 1e7 AND delivery_percent IS NOT NULL ORDER BY"
                        + " delivery_percent DESC, symbol LIMIT 5");
        queries.put(
                "Indices over the period",
                "SELECT index_name, count() AS sessions, round(argMin(prev_close, trade_date), 2) AS"
                        + " before, round(argMax(close, trade_date), 2) AS after,"
                        + " round((after / before - 1) * 100, 2) AS change_percent FROM"
                        + " normalized_index_ohlc GROUP BY index_name ORDER BY change_percent"
                        + " DESC LIMIT 5");
        queries.put(
                "Rejects",
                "SELECT splitByChar('!', file)[-1] AS member, line, field, value, message FROM rejects ORDER BY file, line LIMIT 5");
        print(console, warehouse, queries);
    }

    /** Of live ticks. */
    static void ofTicks(Console console, Warehouse warehouse) {
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put(
                "The first minutes of the most traded instrument, all amendments in",
                "SELECT formatDateTime(window_start, '%H:%i', 'Asia/Kolkata') AS minute, version,"
                        + " open, high, low, close, volume, round(vwap, 2) AS vwap, trades FROM"
                        + " bars_latest WHERE symbol = 'SIM0001' AND bar_interval = '1m' ORDER BY"
                        + " window_start LIMIT 5");
        queries.put(
                "What is in the warehouse of it",
                "SELECT (SELECT count() FROM raw_equity_trade) AS messages, (SELECT count() FROM"
                        + " ticks) AS trades_that_hold, (SELECT count() FROM bars) AS"
                        + " bars_with_versions, (SELECT count() FROM bars_latest) AS bars, (SELECT"
                        + " count() FROM trades_1m_differences WHERE"
                        + " difference != 'no bar') AS minutes_that_differ_from_the_roll_up");
        print(console, warehouse, queries);
    }

    /** Where the home keeps things, and what to do with them. */
    static void whereToGo(Console console, Warehouse warehouse, Home home) {
        console.println("");
        console.println(console.bold("Where things are"));
        console.println("  lake       " + home.lake());
        console.println(
                "  warehouse  "
                        + (warehouse.isEmbedded() ? home.root() + "/warehouse" : warehouse.url()));
        console.println("  reports    " + home.runs());
        console.println("");
        console.println(console.bold("What to try next"));
        String command = "  ./champion --home " + home.root();
        console.println(command + " tables");
        console.println(
                command
                        + " query \"SELECT trade_date, close, volume FROM normalized_equity_ohlc"
                        + " WHERE symbol = '"
                        + mostTraded(warehouse.clickHouse())
                        + "' AND series = 'EQ' ORDER BY trade_date\"");
        console.println(
                command + " query \"SELECT reason, count() FROM lake.rejects GROUP BY reason\"");
        console.println(command + " describe normalized.equity_ohlc");
        console.println(command + " deadletters list");
        console.println(
                command + " ingest ticks  # and, elsewhere: produce ticks --date 2025-06-19");
        console.println(command + " demo          # again: nothing is doubled");
    }

    private static String mostTraded(ClickHouse clickHouse) {
        List<GenericRecord> rows =
                clickHouse.query(
                        "SELECT symbol FROM normalized_equity_ohlc WHERE trade_date = "
                                + LAST_SESSION
                                + " ORDER BY turnover DESC LIMIT 1");
        return rows.isEmpty() ? "RELIANCE" : rows.get(0).getString(1);
    }

    private static void print(Console console, Warehouse warehouse, Map<String, String> queries) {
        queries.forEach(
                (title, sql) -> {
                    TableOutput output = new TableOutput(console);
                    console.println("");
                    console.println(console.bold(title));
                    warehouse.clickHouse().query(sql, TableOutput.FORMAT, output);
                    output.end();
                });
    }
}
