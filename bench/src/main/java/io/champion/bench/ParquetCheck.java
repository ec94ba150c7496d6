package io.champion.bench;

import io.champion.model.ColumnType;
import io.champion.model.TypeMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says what Parquet files hold, as DuckDB reads them: {@code ParquetCheck FOLDER} prints their
 * rows, a hash of all values of all rows in any order, and their size.
 */
final class ParquetCheck {
    private ParquetCheck() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]).toAbsolutePath();
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
                TypeMapping.columns(EquityRows.DATASET.schema()).stream()
                        .map(ParquetCheck::comparable)
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

    private static String comparable(ColumnType.Column column) {
        return switch (column.type().kind()) {
            case TIMESTAMP_MILLIS -> "epoch_ms(" + column.name() + ")";
            case DATE -> column.name() + "::DATE";
            default -> column.name();
        };
    }
}
