package io.champion.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.types.Row;
import org.apache.flink.util.ExceptionUtils;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** SQL that writes rows, and what is said where the server refuses them. */
final class Statements {
    private Statements() {}

    static String insertInto(TableName table, List<ExportColumn> columns) {
        return "INSERT INTO "
                + table.sql()
                + " ("
                + columns.stream()
                        .map(column -> Identifiers.quote(column.name()))
                        .collect(Collectors.joining(", "))
                + ") VALUES ("
                + IntStream.range(0, columns.size())
                        .mapToObj(i -> "?")
                        .collect(Collectors.joining(", "))
                + ")";
    }

    static String upsertInto(TableName table, List<ExportColumn> columns, List<String> key) {
        List<String> others =
                columns.stream()
                        .map(ExportColumn::name)
                        .filter(name -> !key.contains(name))
                        .toList();
        return insertInto(table, columns)
                + " ON CONFLICT ("
                + key.stream().map(Identifiers::quote).collect(Collectors.joining(", "))
                + ") DO "
                + (others.isEmpty()
                        ? "NOTHING"
                        : others.stream()
                                .map(Identifiers::quote)
                                .map(name -> name + " = EXCLUDED." + name)
                                .collect(Collectors.joining(", ", "UPDATE SET ", "")));
    }

    static void set(PreparedStatement statement, List<ExportColumn> columns, Row row)
            throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).type().set(statement, i + 1, row.getField(i));
        }
    }

    /**
     * Does nothing where the same may go well another time.
     *
     * @throws PostgresException where the server would refuse the same again
     */
    static void requireRepeatable(PostgresServer server, Exception failure) {
        SQLException sql = ExceptionUtils.findThrowable(failure, SQLException.class).orElse(null);
        if (sql == null) {
            return;
        }
        SQLException root = sql.getNextException() == null ? sql : sql.getNextException();
        if (PostgresException.isTransient(root)) {
            return;
        }
        // Neither with the driver's own as its cause, which spells out all rows of the statement.
        if ("23505".equals(root.getSQLState())) {
            throw new PostgresException(
                    "A row is in the table already"
                            + detail(root)
                            + " Use the mode upsert to update it, or empty the table.");
        }
        throw new PostgresException(PostgresException.of(server, root).getMessage());
    }

    private static String detail(SQLException e) {
        ServerErrorMessage said =
                e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
        return said == null || said.getDetail() == null ? "." : ": " + said.getDetail();
    }
}
