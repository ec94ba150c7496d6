package io.champion.bench;

import io.champion.local.EmbeddedClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Latency of a backtest's queries over ticks, through the engine's HTTP endpoint, one client.
 * Arguments: number of ticks, folder for the engine's store.
 *
 * <p>The ticks are made in the engine: 10 million a day, 2,000 symbols by Zipf's law (exponent 1),
 * a session of 6 h 15 min with most trades at its ends, two in a thousand trades corrected or
 * cancelled.
 */
public final class Queries {

    private static final long TICKS_A_DAY = 10_000_000;
    private static final int SYMBOLS = 2_000;
    private static final int REPEATS = 300;
    private static final int REPEATS_OF_SLOW = 10;
    private static final int MINUTES = 100;
    private static final int LOOK_MILLIS = 200;
    private static final int QUIET_LOOKS = 15;
    private static final int MINUTES_A_SESSION = 375;

    private static final String TICK_COLUMNS =
            "event_id, event_time, ingest_time, source, schema_version, entity_id, symbol,"
                    + " exchange, series, trade_id, sequence_number, kind, receive_time, price,"
                    + " size, side, conditions";

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI address;
    private final int days;

    private Queries(String url, int days) {
        // The limit holds for each query; two threads, as the other parts of the benchmark have.
        this.address =
                URI.create(
                        url
                                + "/?database="
                                + ClickHouseConfig.DEFAULT_DATABASE
                                + "&max_memory_usage=2500000000&max_threads=2");
        this.days = days;
    }

    public static void main(String[] args) throws Exception {
        long ticks = Long.parseLong(args[0]);
        int days = Math.toIntExact(Math.max(1, ticks / TICKS_A_DAY));
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(Path.of(args[1]))) {
            Migrations.of(ClickHouseConfig.of(engine.url()), null, Retention.FOREVER).apply();
            Queries queries = new Queries(engine.url(), days);
            for (int day = 0; day < days; day++) {
                queries.insert(day, ticks / days);
            }
            queries.settle();
            queries.measure();
        }
    }

    private String post(String sql) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(address)
                                .POST(HttpRequest.BodyPublishers.ofString(sql))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(response.body());
        }
        return response.body();
    }

    private void insert(int day, long ticks) throws IOException, InterruptedException {
        post(
                """
                INSERT INTO raw_equity_trade (%s)
                SELECT
                    number, toDateTime64('2025-06-02 03:45:00', 9, 'UTC') + toIntervalDay(%d)
                        + toIntervalNanosecond(toInt64((0.5 - 0.5 * cos(pi() * (cityHash64(number, 3) / 18446744073709551616.))) * 22500e9)),
                    now64(3), 'bench', 'v1.0.0', concat('NSE:', s, ':EQ'),
                    concat('S', toString(toUInt32(exp(log(%d) * (cityHash64(number) / 18446744073709551616.))))) AS s,
                    'NSE', 'EQ', toString(number), number, 'TRADE', NULL,
                    round(100 + (cityHash64(number, 1) %% 10000) / 100, 2), 1 + cityHash64(number, 2) %% 500,
                    if(number %% 2 = 0, 'BUY', 'SELL'), []
                FROM numbers(%d, %d)
                """
                        .formatted(TICK_COLUMNS, day, SYMBOLS, day * ticks, ticks));
        post(
                """
                INSERT INTO raw_equity_trade (%s)
                SELECT
                    event_id + 1000000000, event_time, ingest_time, source, schema_version, entity_id, symbol, exchange, series,
                    trade_id, sequence_number + 1000000000, if(sequence_number %% 3 = 0, 'CANCELLATION', 'CORRECTION'), NULL,
                    if(sequence_number %% 3 = 0, NULL, price * 1.01), if(sequence_number %% 3 = 0, NULL, size), side, []
                FROM raw_equity_trade
                WHERE toYYYYMMDD(event_time) = toYYYYMMDD(toDate('2025-06-02') + %d) AND kind = 'TRADE'
                    AND sequence_number %% 1000 < 2
                """
                        .formatted(TICK_COLUMNS, day));
        post(
                """
                INSERT INTO bars (event_id, event_time, symbol, exchange, series, instrument_id, bar_interval, window_start,
                    window_end, version, open, high, low, close, volume, turnover, vwap, trades)
                SELECT
                    '', window_start, symbol, exchange, series, concat(exchange, ':', symbol, ':', series), '1m', window_start,
                    window_start + 60, v, open, high, low, close, volume, turnover, turnover / volume, trades
                FROM trades_1m ARRAY JOIN if(cityHash64(symbol, window_start) %% 50 = 0, [1, 2], [1]) AS v
                WHERE window_start >= toDate('2025-06-02') + %1$d AND window_start < toDate('2025-06-03') + %1$d
                """
                        .formatted(day));
        System.err.println("Day " + (day + 1) + " of " + days + " is in.");
    }

    /** A table that holds five in a hundred rows twice, for the price of FINAL. */
    private void settle() throws IOException, InterruptedException {
        post(
                "CREATE TABLE replacing (symbol LowCardinality(String), event_time"
                        + " DateTime64(9, 'UTC'), sequence_number Int64, price Float64) ENGINE ="
                        + " ReplacingMergeTree PARTITION BY toYYYYMMDD(event_time) ORDER BY"
                        + " (symbol, event_time, sequence_number)");
        for (String where : new String[] {"1", "sequence_number % 20 = 0"}) {
            post(
                    "INSERT INTO replacing SELECT symbol, event_time, sequence_number,"
                            + " assumeNotNull(price) FROM raw_equity_trade WHERE kind = 'TRADE' AND "
                            + where);
        }
        // Readers of settled tables are measured, not merges beside them.
        for (int still = 0; still < QUIET_LOOKS; Thread.sleep(LOOK_MILLIS)) {
            String merges = post("SELECT count() FROM system.merges").strip();
            still = merges.equals("0") ? still + 1 : 0;
        }
    }

    /** A query of one symbol and a time range. */
    private interface Query {
        String of(String symbol, String from, String to);
    }

    private static Query bars(String columns) {
        return (s, from, to) ->
                "SELECT "
                        + columns
                        + " FROM bars_latest"
                        + key("window_start", s, from, to)
                        + " AND bar_interval = '1m' ORDER BY window_start";
    }

    private static String key(String time, String symbol, String from, String to) {
        return " WHERE symbol = '"
                + symbol
                + "' AND exchange = 'NSE' AND series = 'EQ'"
                + between(time, from, to);
    }

    private static String between(String time, String from, String to) {
        return " AND " + time + " >= '" + from + "' AND " + time + " < '" + to + "'";
    }

    private void measure() throws IOException, InterruptedException {
        System.out.println("ticks=" + post("SELECT count() FROM raw_equity_trade").strip());
        System.out.println("| query | runs | p50 ms | p95 ms | p99 ms | max ms |");
        System.out.println("|---|---|---|---|---|---|");
        String byMinute =
                "SELECT toStartOfMinute(event_time) AS minute, argMin(price, event_time), max(price),"
                        + " min(price), argMax(price, event_time), sum(size), count() FROM ";
        time("bars of the job, all 24 columns, `bars_latest`", REPEATS, bars("*"));
        time(
                "prices and volume of the same",
                REPEATS,
                bars("window_start, open, high, low, close, volume"));
        time(
                "roll-up as stored, `trades_1m_agg`",
                REPEATS,
                (s, from, to) ->
                        "SELECT window_start, argMinMerge(open), max(high), min(low),"
                                + " argMaxMerge(close), sum(volume), sum(trades) FROM trades_1m_agg"
                                + key("window_start", s, from, to)
                                + " GROUP BY window_start ORDER BY window_start");
        time(
                "roll-up, amended minutes read again, `trades_1m`",
                REPEATS,
                (s, from, to) ->
                        "SELECT * FROM trades_1m"
                                + key("window_start", s, from, to)
                                + " ORDER BY window_start");
        time(
                "messages by the key, `raw_equity_trade`",
                REPEATS,
                (s, from, to) ->
                        byMinute
                                + "raw_equity_trade"
                                + key("event_time", s, from, to)
                                + " GROUP BY minute ORDER BY minute");
        time(
                "trades that hold, `ticks`",
                REPEATS,
                (s, from, to) ->
                        byMinute
                                + "ticks"
                                + key("event_time", s, from, to)
                                + " GROUP BY minute ORDER BY minute");
        time(
                "messages without the key (scan), `raw_equity_trade`",
                REPEATS_OF_SLOW,
                (s, from, to) ->
                        byMinute
                                + "raw_equity_trade WHERE entity_id = 'NSE:"
                                + s
                                + ":EQ'"
                                + between("event_time", from, to)
                                + " GROUP BY minute ORDER BY minute");
        time(
                "`count()`, each row once",
                REPEATS,
                (s, f, t) -> "SELECT count() FROM raw_equity_trade");
        time(
                "`count()` of a ReplacingMergeTree: wrong, counts duplicates",
                REPEATS,
                (s, f, t) -> "SELECT count() FROM replacing");
        time(
                "`count()` of a ReplacingMergeTree with FINAL",
                REPEATS_OF_SLOW,
                (s, f, t) -> "SELECT count() FROM replacing FINAL");
    }

    private void time(String name, int repeats, Query query)
            throws IOException, InterruptedException {
        Random random = new Random(1);
        double[] millis = new double[repeats];
        for (int i = -5; i < repeats; i++) {
            // As often as they trade.
            String symbol = "S" + (int) Math.exp(Math.log(SYMBOLS) * random.nextDouble());
            int day = random.nextInt(days);
            int minute = random.nextInt(MINUTES_A_SESSION - MINUTES);
            String sql = query.of(symbol, time(day, minute), time(day, minute + MINUTES));
            long start = System.nanoTime();
            post(sql);
            if (i >= 0) {
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f | %.1f |%n",
                name,
                repeats,
                at(millis, 0.5),
                at(millis, 0.95),
                at(millis, 0.99),
                millis[repeats - 1]);
    }

    private static String time(int day, int minute) {
        return LocalDateTime.of(2025, 6, 2, 3, 45)
                .plusDays(day)
                .plusMinutes(minute)
                .toString()
                .replace('T', ' ')
                .concat(":00");
    }

    private static double at(double[] sorted, double quantile) {
        return sorted[(int) Math.ceil(quantile * sorted.length) - 1];
    }
}
