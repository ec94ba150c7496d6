package io.champion.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A table as the server has it. */
final class PostgresTable {

    /**
     * A column.
     *
     * @param internal PostgreSQL's own name of its type, for example {@code int8}
     * @param type the type as DDL has it
     * @param nullable whether it takes null
     * @param filled whether the server fills it where an insert leaves it out
     * @param maxLength of text, in characters; 0 where there is no bound
     * @param precision of a numeric; 0 where there is no bound
     * @param scale of a numeric
     */
    record Column(
            String name,
            String internal,
            String type,
            boolean nullable,
            boolean filled,
            int maxLength,
            int precision,
            int scale) {}

    private final TableName name;
    private final Map<String, Column> columns;
    private final List<Set<String>> uniqueKeys;

    private PostgresTable(
            TableName name, Map<String, Column> columns, List<Set<String>> uniqueKeys) {
        this.name = name;
        this.columns = columns;
        this.uniqueKeys = uniqueKeys;
    }

    /** Looks at a table or view; null where there is none of that name. */
    static PostgresTable find(Connection connection, TableName name) throws SQLException {
        Map<String, Column> columns = new LinkedHashMap<>();
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT a.attname, t.typname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                               a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
                               CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 0
                                    THEN a.atttypmod - 4 ELSE 0 END,
                               CASE WHEN t.typname = 'numeric' AND a.atttypmod > 0
                                    THEN ((a.atttypmod - 4) >> 16) & 65535 ELSE 0 END,
                               CASE WHEN t.typname = 'numeric' AND a.atttypmod > 0
                                    THEN (a.atttypmod - 4) & 2047 ELSE 0 END
                        FROM pg_attribute a
                        JOIN pg_class c ON c.oid = a.attrelid
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        JOIN pg_type t ON t.oid = a.atttypid
                        WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                          AND a.attnum > 0 AND NOT a.attisdropped
                        ORDER BY a.attnum
                        """)) {
            query.setString(1, name.schema());
            query.setString(2, name.name());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    columns.put(
                            rows.getString(1),
                            new Column(
                                    rows.getString(1),
                                    rows.getString(2),
                                    rows.getString(3),
                                    !rows.getBoolean(4),
                                    rows.getBoolean(5),
                                    rows.getInt(6),
                                    rows.getInt(7),
                                    rows.getInt(8)));
                }
            }
        }
        return columns.isEmpty()
                ? null
                : new PostgresTable(name, columns, uniqueKeys(connection, name));
    }

    private static List<Set<String>> uniqueKeys(Connection connection, TableName name)
            throws SQLException {
        List<Set<String>> keys = new ArrayList<>();
        try (PreparedStatement query =
                connection.prepareStatement(
                        """
                        SELECT array_agg(a.attname::text)
                        FROM pg_index i
                        JOIN pg_class c ON c.oid = i.indrelid
                        JOIN pg_namespace n ON n.oid = c.relnamespace
                        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                        WHERE n.nspname = ? AND c.relname = ? AND i.indisunique AND i.indpred IS NULL
                          AND i.indexprs IS NULL
                        GROUP BY i.indexrelid
                        """)) {
            query.setString(1, name.schema());
            query.setString(2, name.name());
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    keys.add(Set.of((String[]) rows.getArray(1).getArray()));
                }
            }
        }
        return keys;
    }

    /**
     * Makes a table.
     *
     * @param key its primary key; none where empty
     */
    static void create(
            Connection connection, TableName name, List<ExportColumn> columns, List<String> key)
            throws SQLException {
        List<String> lines = new ArrayList<>();
        for (ExportColumn column : columns) {
            lines.add(Identifiers.quote(column.name()) + " " + column.definition());
        }
        if (!key.isEmpty()) {
            lines.add(
                    key.stream()
                            .map(Identifiers::quote)
                            .collect(Collectors.joining(", ", "PRIMARY KEY (", ")")));
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE " + name.sql() + " (\n  " + String.join(",\n  ", lines) + "\n)");
        }
    }

    /** Columns by name, in the table's order. */
    Map<String, Column> columns() {
        return columns;
    }

    /**
     * The columns of an export as they go into this table.
     *
     * @param key columns that a unique index must be of; none where empty
     * @throws PostgresException if a column is missing or takes other values, if the table asks for
     *     one that the export does not have, or if nothing makes the key unique
     */
    List<ExportColumn> accept(List<ExportColumn> exported, List<String> key) {
        List<String> problems = new ArrayList<>();
        List<ExportColumn> accepted = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (ExportColumn column : exported) {
            Column there = columns.get(column.name());
            if (there == null) {
                missing.add(
                        "ADD COLUMN "
                                + Identifiers.quote(column.name())
                                + " "
                                + column.type().sql());
                continue;
            }
            PgType type = column.type().into(there.internal);
            if (type == null || !isWideEnough(column, there)) {
                problems.add(
                        "Column '%s' is %s, which does not hold every %s."
                                .formatted(
                                        column.name(),
                                        there.type,
                                        column.definition().replace(" NOT NULL", "")));
                continue;
            }
            accepted.add(
                    new ExportColumn(
                            column.name(),
                            type,
                            column.precision(),
                            column.scale(),
                            column.nullable()));
        }
        if (!missing.isEmpty()) {
            problems.add(
                    "It lacks columns: ALTER TABLE "
                            + name.sql()
                            + " "
                            + String.join(", ", missing)
                            + ".");
        }
        Set<String> names = exported.stream().map(ExportColumn::name).collect(Collectors.toSet());
        for (Column column : columns.values()) {
            if (!column.nullable && !column.filled && !names.contains(column.name)) {
                problems.add(
                        "Column '"
                                + column.name
                                + "' must not be null, but what is exported has no such column.");
            }
        }
        if (!key.isEmpty() && !uniqueKeys.contains(new HashSet<>(key))) {
            problems.add(
                    "No unique index is of the key: CREATE UNIQUE INDEX ON "
                            + name.sql()
                            + " ("
                            + key.stream().map(Identifiers::quote).collect(Collectors.joining(", "))
                            + ").");
        }
        if (!problems.isEmpty()) {
            throw new PostgresException(
                    "The table " + name + " does not take the rows. " + String.join(" ", problems));
        }
        return accepted;
    }

    private static boolean isWideEnough(ExportColumn column, Column there) {
        if (!there.internal.equals("numeric") || there.precision == 0) {
            return true;
        }
        return switch (column.type()) {
            case NUMERIC ->
                    column.precision() > 0
                            && there.scale >= column.scale()
                            && there.precision - there.scale >= column.precision() - column.scale();
            case INTEGER -> there.precision - there.scale >= 10;
            case BIGINT, NANOS -> there.precision - there.scale >= 19;
            default -> true;
        };
    }

    /** Rows that everybody sees. */
    static long count(Connection connection, TableName name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + name.sql())) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** Whether nobody sees a row. */
    static boolean isEmpty(Connection connection, TableName name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT 1 FROM " + name.sql() + " LIMIT 1")) {
            return !rows.next();
        }
    }
}
