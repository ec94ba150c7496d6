package io.champion.features;

import io.champion.indicators.Feature;
import io.champion.indicators.FeatureSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The same features in DuckDB's SQL: {@code FeaturesByDuckDb rows|wide SET LAKE OUT}, where SET is
 * a file or {@code standard}. {@code rows} writes what feature-compute writes: a row per bar and
 * group, a folder per day and group. {@code wide} writes a row per bar, to a file per thread.
 *
 * <p>{@code FeaturesByDuckDb check SET LAKE OUT} holds what lies in OUT against feature-compute's
 * output in LAKE.
 */
final class FeaturesByDuckDb {
    private static final List<String> COLUMNS =
            List.of(
                    "sma_5",
                    "sma_10",
                    "sma_20",
                    "sma_50",
                    "sma_100",
                    "sma_200",
                    "ema_12",
                    "ema_26",
                    "ema_50",
                    "rsi_14",
                    "macd",
                    "macd_signal",
                    "macd_histogram",
                    "stochastic_k",
                    "stochastic_d",
                    "bb_upper",
                    "bb_middle",
                    "bb_lower",
                    "bb_width",
                    "atr_14",
                    "vwap",
                    "obv",
                    "volume_ma_20",
                    "volume_ratio",
                    "returns",
                    "log_returns");

    private FeaturesByDuckDb() {}

    public static void main(String[] args) throws Exception {
        FeatureSet set =
                args[1].equals("standard")
                        ? FeatureSet.standard()
                        : FeatureSet.read(Path.of(args[1]));
        Path out = Path.of(args[3]).toAbsolutePath();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("SET TimeZone = 'UTC'");
            if (args[0].equals("check")) {
                check(statement, set, args[2], out);
                return;
            }
            statement.execute("SET preserve_insertion_order = false");
            Files.createDirectories(out);
            long start = System.nanoTime();
            statement.execute(
                    args[0].equals("wide")
                            ? "COPY ("
                                    + features(args[2])
                                    + " SELECT instrument_id, trade_date, "
                                    + String.join(", ", set.columns())
                                    + " FROM f) TO '"
                                    + out.resolve("features")
                                    + "' (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT"
                                    + " true)"
                            : "COPY ("
                                    + features(args[2])
                                    + rows(set)
                                    + ") TO '"
                                    + out
                                    + "' (FORMAT parquet, COMPRESSION snappy, OVERWRITE,"
                                    + " PARTITION_BY (year, month, day, \"group\"))");
            System.out.printf("inner=%.2f%n", (System.nanoTime() - start) / 1e9);
        }
    }

    /** Common tables; the last, {@code f}, has a row per bar with all features. */
    private static String features(String lake) {
        return """
                WITH a AS (
                  SELECT instrument_id, symbol, exchange, series, trade_date, event_time,
                    close, volume, turnover, row_number() OVER w - 1 AS i,
                    lag(close) OVER w AS before, close - before AS change,
                    greatest(high, before) - least(low, before) AS range,
                    %s,
                    stddev_pop(close) OVER (w ROWS 19 PRECEDING) AS deviation,
                    min(low) OVER (w ROWS 13 PRECEDING) AS lowest,
                    max(high) OVER (w ROWS 13 PRECEDING) AS highest,
                    avg(volume) OVER (w ROWS 19 PRECEDING) AS volumes
                  FROM read_parquet('%s/normalized/equity_adjusted/**/*.parquet',
                    hive_partitioning = false)
                  WINDOW w AS (PARTITION BY instrument_id ORDER BY trade_date)
                ), b AS (
                  SELECT *, %s, %s, %s, %s, %s, %s,
                    CASE WHEN i >= 13 THEN 100 * (close - lowest) / (highest - lowest) END AS k,
                    sum(CASE WHEN change > 0 THEN volume WHEN change < 0 THEN -volume ELSE 0 END)
                      OVER w AS balance
                  FROM (
                    SELECT *, avg(greatest(change, 0)) OVER (w ROWS 13 PRECEDING) AS gains,
                      avg(greatest(-change, 0)) OVER (w ROWS 13 PRECEDING) AS losses,
                      avg(CASE WHEN i > 0 THEN range END) OVER (w ROWS 13 PRECEDING) AS ranges
                    FROM a WINDOW w AS (PARTITION BY instrument_id ORDER BY trade_date))
                  WINDOW w AS (PARTITION BY instrument_id ORDER BY trade_date
                    ROWS UNBOUNDED PRECEDING)
                ), c AS (
                  SELECT *, e12 - e26 AS m, avg(m) OVER (w ROWS 8 PRECEDING) AS ms,
                    avg(k) OVER (w ROWS 2 PRECEDING) AS d
                  FROM b WINDOW w AS (PARTITION BY instrument_id ORDER BY trade_date)
                ), e AS (
                  SELECT *, %s
                  FROM c WINDOW w AS (PARTITION BY instrument_id ORDER BY trade_date
                    ROWS UNBOUNDED PRECEDING)
                ), f AS (
                  SELECT instrument_id, symbol, exchange, series, trade_date, event_time,
                    %s,
                    e12 AS ema_12, e26 AS ema_26, e50 AS ema_50,
                    100 - 100 / (1 + gain / loss) AS rsi_14,
                    m AS macd, signal AS macd_signal, m - signal AS macd_histogram,
                    k AS stochastic_k, CASE WHEN i >= 15 THEN d END AS stochastic_d,
                    sma_20 AS bb_middle, sma_20 + 2 * deviation AS bb_upper,
                    sma_20 - 2 * deviation AS bb_lower,
                    (bb_upper - bb_lower) / bb_middle AS bb_width, atr AS atr_14,
                    turnover / volume AS vwap, balance::BIGINT AS obv,
                    CASE WHEN i >= 19 THEN volumes END AS volume_ma_20,
                    volume / volume_ma_20 AS volume_ratio,
                    close / before - 1 AS returns, ln(close / before) AS log_returns
                  FROM e
                )
                """
                .formatted(
                        means(5, 10, 12, 20, 26, 50, 100, 200),
                        lake,
                        smoothed("close", "mean_12", 12, 0, 2 / 13.0, "e12"),
                        smoothed("close", "mean_26", 26, 0, 2 / 27.0, "e26"),
                        smoothed("close", "mean_50", 50, 0, 2 / 51.0, "e50"),
                        smoothed("greatest(change, 0)", "gains", 14, 1, 1 / 14.0, "gain"),
                        smoothed("greatest(-change, 0)", "losses", 14, 1, 1 / 14.0, "loss"),
                        smoothed("range", "ranges", 14, 1, 1 / 14.0, "atr"),
                        smoothed("m", "ms", 9, 25, 2 / 10.0, "signal"),
                        IntStream.of(5, 10, 20, 50, 100, 200)
                                .mapToObj(
                                        n ->
                                                "CASE WHEN i >= %d THEN mean_%d END AS sma_%d"
                                                        .formatted(n - 1, n, n))
                                .collect(Collectors.joining(", ")));
    }

    private static String means(int... windows) {
        return IntStream.of(windows)
                .mapToObj(
                        n -> "avg(close) OVER (w ROWS %d PRECEDING) AS mean_%d".formatted(n - 1, n))
                .collect(Collectors.joining(", "));
    }

    /**
     * An exponential average as a sum of terms, each weighted by what later steps leave of it.
     *
     * @param mean of the first window of values, where it begins
     * @param first index of the first value
     */
    private static String smoothed(
            String value, String mean, int window, int first, double alpha, String name) {
        int seed = first + window - 1;
        return String.format(
                Locale.ROOT,
                "CASE WHEN i >= %d THEN pow(%.17g, i) * sum(CASE WHEN i = %d THEN %s * pow(%.17g,"
                        + " -i) WHEN i > %d THEN %.17g * %s * pow(%.17g, -i) END) OVER w END AS %s",
                seed,
                1 - alpha,
                seed,
                mean,
                1 - alpha,
                seed,
                alpha,
                value,
                1 - alpha,
                name);
    }

    private static String rows(FeatureSet set) {
        String suffix = suffix(set);
        return set.features().stream()
                .map(Feature::group)
                .distinct()
                .map(
                        group -> {
                            List<String> mine =
                                    set.features().stream()
                                            .filter(feature -> feature.group().equals(group))
                                            .flatMap(feature -> feature.columns().stream())
                                            .toList();
                            return """
                                    SELECT instrument_id || ':1d:' || epoch_ms(event_time)
                                        || ':%1$s:v1:1' AS event_id,
                                      event_time, now() AS ingest_time,
                                      'normalized.equity_adjusted' AS source,
                                      'v1.1.0' AS schema_version, instrument_id AS entity_id,
                                      instrument_id, symbol, exchange, series, trade_date,
                                      '%1$s' AS feature_group,
                                      event_time + INTERVAL 10 HOUR AS feature_timestamp,
                                      'v1' AS feature_version, '1d' AS bar_interval,
                                      1::INTEGER AS version, %2$s, now() AS computed_at,
                                      year(trade_date) AS year, month(trade_date) AS month,
                                      day(trade_date) AS day, '%1$s' AS "group"
                                    FROM f
                                    """
                                    .formatted(
                                            group + suffix,
                                            COLUMNS.stream()
                                                    .map(
                                                            column ->
                                                                    mine.contains(column)
                                                                            ? column
                                                                            : "NULL::"
                                                                                    + type(column)
                                                                                    + " AS "
                                                                                    + column)
                                                    .collect(Collectors.joining(", ")));
                        })
                .collect(Collectors.joining(" UNION ALL "));
    }

    private static String type(String column) {
        return column.equals("obv") ? "BIGINT" : "DOUBLE";
    }

    private static String suffix(FeatureSet set) {
        return set.name().equals(FeatureSet.standard().name()) ? "" : "_" + set.name();
    }

    private static void check(Statement statement, FeatureSet set, String lake, Path out)
            throws SQLException {
        String suffix = suffix(set);
        String ours =
                "read_parquet('"
                        + lake
                        + "/features/equity_indicators/**/*.parquet', hive_partitioning = false)";
        String theirs = "read_parquet('" + out + "/**/*.parquet', hive_partitioning = false)";
        boolean wide =
                one(
                                statement,
                                "SELECT count(*) FROM (DESCRIBE SELECT * FROM "
                                        + theirs
                                        + ") WHERE column_name = 'feature_group'")
                        == 0;
        long rows = 0;
        for (String group : set.features().stream().map(Feature::group).distinct().toList()) {
            String columns =
                    set.features().stream()
                            .filter(feature -> feature.group().equals(group))
                            .flatMap(feature -> feature.columns().stream())
                            .map(
                                    column ->
                                            "count(*) FILTER ((a.%1$s IS NULL) <> (b.%1$s IS NULL)"
                                                            .formatted(column)
                                                    + " OR abs(a.%1$s - b.%1$s) > 1e-9 * greatest("
                                                            .formatted(column)
                                                    + "abs(a.%1$s), 1)) AS %1$s".formatted(column))
                            .collect(Collectors.joining(", "));
            String mine = "feature_group = '" + group + suffix + "'";
            try (ResultSet answer =
                    statement.executeQuery(
                            "SELECT count(*) AS rows, count(*) FILTER (a.instrument_id IS NULL OR"
                                    + " b.instrument_id IS NULL) AS alone, "
                                    + columns
                                    + " FROM (FROM "
                                    + ours
                                    + " WHERE "
                                    + mine
                                    + ") a FULL JOIN (FROM "
                                    + theirs
                                    + (wide ? "" : " WHERE " + mine)
                                    + ") b ON a.instrument_id = b.instrument_id"
                                    + " AND a.trade_date = b.trade_date")) {
                answer.next();
                rows += answer.getLong(1);
                for (int i = 2; i <= answer.getMetaData().getColumnCount(); i++) {
                    if (answer.getLong(i) > 0) {
                        throw new IllegalStateException(
                                "%s: %d of %d rows differ in %s."
                                        .formatted(
                                                group,
                                                answer.getLong(i),
                                                answer.getLong(1),
                                                answer.getMetaData().getColumnLabel(i)));
                    }
                }
            }
        }
        if (!wide && one(statement, "SELECT count(*) FROM " + theirs) != rows) {
            throw new IllegalStateException("There are rows of other groups.");
        }
        System.out.printf("compared=%d%n", rows);
    }

    private static long one(Statement statement, String query) throws SQLException {
        try (ResultSet answer = statement.executeQuery(query)) {
            answer.next();
            return answer.getLong(1);
        }
    }
}
