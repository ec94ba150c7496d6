package io.champion.bench;

import io.champion.reader.MarketData;
import io.champion.reader.Trades;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Arrays;

/**
 * Reads time, price and size of all trades of a symbol in a month, once cold and then warm: {@code
 * ReadRun champion|duckdb|duckdb-sum lake|cache HOME SYMBOL RUNS}. Prints the milliseconds of the
 * first read of the process, and the median of RUNS others after three seconds of reading.
 *
 * <p>{@code duckdb} fetches the rows into arrays, as {@code champion} does; {@code duckdb-sum}
 * leaves them in the engine and asks for their sums alone. DuckDB has no nanoseconds in UTC; it
 * cuts them to microseconds, by which all are compared.
 */
final class ReadRun {
    /** A process that reads for a backtest reads for longer. */
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private ReadRun() {}

    /** What a reader found, so that all can be compared. */
    private record Found(long rows, long times, double turnover) {}

    /** One way to read. */
    private interface Reader {
        Found read() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[2]).toAbsolutePath();
        boolean cached = args[1].equals("cache");
        Reader reader =
                switch (args[0]) {
                    case "champion" -> champion(home, cached, args[3], false);
                    case "champion-decoding" -> champion(home, cached, args[3], true);
                    case "duckdb" -> duckDb(home, cached, args[3], true);
                    case "duckdb-sum" -> duckDb(home, cached, args[3], false);
                    default -> throw new IllegalArgumentException("No such reader: " + args[0]);
                };
        // What it takes to load DuckDB's library is not counted.
        long start = System.nanoTime();
        Found found = reader.read();
        double cold = (System.nanoTime() - start) / 1e6;
        long warmAt = System.nanoTime() + WARM_UP.toNanos();
        while (System.nanoTime() < warmAt) {
            check(reader.read(), found);
        }
        double[] warm = new double[Integer.parseInt(args[4])];
        for (int i = 0; i < warm.length; i++) {
            start = System.nanoTime();
            Found again = reader.read();
            warm[i] = (System.nanoTime() - start) / 1e6;
            check(again, found);
        }
        Arrays.sort(warm);
        System.out.printf(
                "rows=%d cold=%.2f warm=%.3f best=%.3f hash=%x-%.2f%n",
                found.rows, cold, warm[warm.length / 2], warm[0], found.times, found.turnover);
    }

    private static void check(Found again, Found found) {
        if (again.rows != found.rows || again.times != found.times) {
            throw new IllegalStateException(again + " is not " + found);
        }
    }

    private static Reader champion(Path home, boolean cached, String symbol, boolean forgets)
            throws Exception {
        MarketData.Builder builder = MarketData.of(home.resolve("lake").toUri().toString());
        MarketData data = (cached ? builder.cache(home.resolve("cache")) : builder).open();
        return () -> {
            if (forgets) {
                data.forget();
            }
            Trades trades = data.trades(symbol, TradeRows.FIRST_DAY, TradeRows.END_DAY);
            return found(trades.rows(), 1_000, trades.time(), trades.price(), trades.size());
        };
    }

    private static Found found(int rows, long unit, long[] time, double[] price, double[] size) {
        long times = 0;
        double turnover = 0;
        for (int i = 0; i < rows; i++) {
            times += time[i] / unit;
            turnover += price[i] * size[i];
        }
        return new Found(rows, times, turnover);
    }

    private static Reader duckDb(Path home, boolean cached, String symbol, boolean fetches)
            throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        statement.execute("SET threads = 2");
        statement.execute("SET enable_object_cache = true");
        LocalDate last = TradeRows.END_DAY.minusDays(1);
        String from =
                cached
                        ? "read_parquet('" + home + "/cache/trades/" + symbol + "/2025_06.parquet')"
                        : "read_parquet('"
                                + home
                                + "/lake/normalized/trades/*/*/*/part*.parquet',"
                                + " hive_partitioning = true) WHERE symbol = '"
                                + symbol
                                + "' AND trade_date BETWEEN '"
                                + TradeRows.FIRST_DAY
                                + "' AND '"
                                + last
                                + "'";
        String rows = "SELECT epoch_us(event_time) AS t, price, size FROM " + from;
        return fetches ? () -> fetch(statement, rows + " ORDER BY t") : () -> sum(statement, rows);
    }

    private static Found fetch(Statement statement, String sql) throws SQLException {
        int rows = 0;
        long[] time = new long[1 << 16];
        double[] price = new double[1 << 16];
        double[] size = new double[1 << 16];
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                if (rows == time.length) {
                    time = Arrays.copyOf(time, rows * 2);
                    price = Arrays.copyOf(price, rows * 2);
                    size = Arrays.copyOf(size, rows * 2);
                }
                time[rows] = result.getLong(1);
                price[rows] = result.getDouble(2);
                size[rows++] = result.getDouble(3);
            }
        }
        return found(rows, 1, time, price, size);
    }

    private static Found sum(Statement statement, String sql) throws SQLException {
        try (ResultSet result =
                statement.executeQuery(
                        "SELECT count(*), sum(t)::VARCHAR, sum(price * size) FROM (" + sql + ")")) {
            result.next();
            return new Found(
                    result.getLong(1),
                    new java.math.BigInteger(result.getString(2)).longValue(),
                    result.getDouble(3));
        }
    }
}
