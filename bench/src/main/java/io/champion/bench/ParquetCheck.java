package io.champion.bench;

import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import io.champion.model.record.EquityTrade;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * Says what Parquet files hold, as DuckDB reads them: {@code ParquetCheck FOLDER
 * bars|trades|ticks|plain-ticks} prints their rows, a hash of all values of all rows in any order,
 * and their size.
 */
final class ParquetCheck {
    private static final Dataset TICKS = Dataset.of(EquityTrade.getClassSchema());

    private ParquetCheck() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toAbsolutePath();
        Schema schema =
                switch (args[1]) {
                    case "bars" -> EquityRows.DATASET.schema();
                    case "trades" -> TradeBatches.DATASET.schema();
                    default -> TICKS.schema();
                };
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files =
                    all.filter(Files::isRegularFile)
                            .filter(file -> !file.getFileName().toString().startsWith("_"))
                            .filter(file -> !file.getFileName().toString().endsWith(".crc"))
                            .toList();
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        String columns =
                TypeMapping.columns(schema).stream()
                        .map(column -> comparable(column, args[1].equals("plain-ticks")))
                        .collect(Collectors.joining(", "));
        String list =
                files.stream().map(file -> "'" + file + "'").collect(Collectors.joining(", "));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            try (ResultSet answer =
                    statement.executeQuery(
                            "SELECT count(*), bit_xor(hash("
                                    + columns
                                    + ")) FROM read_parquet(["
                                    + list
                                    + "], hive_partitioning = false)")) {
                answer.next();
                System.out.printf(
                        "rows=%d hash=%s files=%d mib=%.0f%n",
                        answer.getLong(1),
                        answer.getString(2),
                        files.size(),
                        bytes / (double) (1 << 20));
            }
        }
    }

    private static String comparable(ColumnType.Column column, boolean plain) {
        return switch (column.type().kind()) {
            case TIMESTAMP_MILLIS -> "epoch_ms(" + column.name() + ")";
            // DuckDB keeps microseconds of them; parquet-avro writes them as plain numbers.
            case TIMESTAMP_NANOS ->
                    plain ? column.name() + " // 1000" : "epoch_us(" + column.name() + ")";
            case DATE -> column.name() + "::DATE";
            default -> column.name();
        };
    }
}
