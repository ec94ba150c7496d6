package io.champion.jdbc;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reference data that rows are completed from.
 *
 * @param server where it is
 * @param table its table
 * @param key columns of the rows by which they find theirs, as the table takes them
 * @param positions of these columns in the rows
 * @param columns what is added
 * @param cacheEntries keys remembered at most
 * @param cacheAge how long a key is remembered at most
 */
record LookupTable(
        PostgresServer server,
        TableName table,
        List<ExportColumn> key,
        List<Integer> positions,
        List<ExportColumn> columns,
        int cacheEntries,
        Duration cacheAge)
        implements Serializable {

    /**
     * Holds a lookup against the table.
     *
     * @throws PostgresException if there is no such table, or it lacks columns, or has them of
     *     other types
     */
    static LookupTable of(
            PostgresServer server,
            Connection connection,
            TableName name,
            List<ExportColumn> row,
            List<String> key,
            List<String> added,
            int cacheEntries,
            Duration cacheAge)
            throws SQLException {
        PostgresTable table = PostgresTable.find(connection, name);
        if (table == null) {
            throw new PostgresException(
                    "There is no table " + name + " at " + server + " to look up in.");
        }
        List<String> problems = new ArrayList<>();
        List<ExportColumn> keys = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<String> names = row.stream().map(ExportColumn::name).toList();
        for (String column : key) {
            int position = names.indexOf(column);
            PostgresTable.Column there = table.columns().get(column);
            if (position < 0 || there == null) {
                problems.add(
                        "The key's column '"
                                + column
                                + "' is missing "
                                + (position < 0 ? "in what is exported." : "there."));
                continue;
            }
            PgType type = row.get(position).type().into(there.internal());
            if (type == null) {
                problems.add("The key's column '" + column + "' is " + there.type() + " there.");
                continue;
            }
            keys.add(ExportColumn.of(column, type, false));
            positions.add(position);
        }
        List<ExportColumn> columns = new ArrayList<>();
        for (String column : added) {
            PostgresTable.Column there = table.columns().get(column);
            if (there == null) {
                problems.add("It has no column '" + column + "'.");
            } else if (names.contains(column)) {
                problems.add("What is exported has a column '" + column + "' of its own.");
            } else if (type(there.internal()) == null) {
                problems.add(
                        "Its column '" + column + "' is " + there.type() + ", which is not read.");
            } else {
                columns.add(
                        new ExportColumn(
                                column,
                                type(there.internal()),
                                there.precision(),
                                there.scale(),
                                true));
            }
        }
        if (!problems.isEmpty()) {
            throw new PostgresException(
                    "Nothing can be looked up in the table "
                            + name
                            + ". "
                            + String.join(" ", problems));
        }
        return new LookupTable(
                server, name, keys, positions, List.copyOf(columns), cacheEntries, cacheAge);
    }

    private static PgType type(String internal) {
        return switch (internal) {
            case "bool" -> PgType.BOOLEAN;
            case "int2", "int4" -> PgType.INTEGER;
            case "int8" -> PgType.BIGINT;
            case "float4" -> PgType.REAL;
            case "float8" -> PgType.DOUBLE;
            case "numeric" -> PgType.NUMERIC;
            case "text", "varchar", "bpchar" -> PgType.TEXT;
            case "date" -> PgType.DATE;
            default -> null;
        };
    }

    String query() {
        return "SELECT "
                + columns.stream()
                        .map(column -> Identifiers.quote(column.name()))
                        .collect(Collectors.joining(", "))
                + " FROM "
                + table.sql()
                + " WHERE "
                + key.stream()
                        .map(column -> Identifiers.quote(column.name()) + " = ?")
                        .collect(Collectors.joining(" AND "))
                + " LIMIT 1";
    }
}
