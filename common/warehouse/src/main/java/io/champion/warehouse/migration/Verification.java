package io.champion.warehouse.migration;

import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.WarehouseSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares a database with what the migrations and the contracts say of it. */
final class Verification {

    private static final Pattern VIEW =
            Pattern.compile(
                    "CREATE (?:OR REPLACE )?(MATERIALIZED )?VIEW (?:IF NOT EXISTS )?`\\w+`\\.(\\w+) *"
                            + "(?:ON CLUSTER `\\w+`)?(?: *TO `\\w+`\\.(\\w+))? AS\\s+(.*)",
                    Pattern.DOTALL);
    private static final Pattern LOW_CARDINALITY = Pattern.compile("LowCardinality\\((.*)\\)");
    private static final Pattern TTL = Pattern.compile(" TTL (.*?)(?: SETTINGS .*)?$");
    private static final Pattern TARGET = Pattern.compile(" TO \\w+\\.(\\w+) ");
    private static final Pattern SETTINGS = Pattern.compile(" SETTINGS (.*)$");

    private final ClickHouse clickHouse;
    private final Placeholders placeholders;
    private final List<Difference> differences = new ArrayList<>();

    Verification(ClickHouse clickHouse, Placeholders placeholders) {
        this.clickHouse = clickHouse;
        this.placeholders = placeholders;
    }

    private record Live(
            String engine,
            String engineFull,
            String partitionBy,
            String orderBy,
            String select,
            String create) {}

    /**
     * A view of the migrations.
     *
     * @param target the table that a materialized view feeds, otherwise null
     */
    private record View(String engine, String target, String select) {}

    List<Difference> differences(List<Migration> files) {
        Map<String, Live> tables = tables();
        Map<String, Map<String, String>> columns = columns();
        // A later file that makes the same view again is the one that holds.
        Map<String, View> views = new LinkedHashMap<>();
        for (Migration file : files) {
            for (String statement : file.statements(placeholders)) {
                Matcher view = VIEW.matcher(statement);
                if (TableDefinition.isOne(statement)) {
                    TableDefinition table = TableDefinition.parse(statement);
                    compareTable(
                            table,
                            tables.get(table.table()),
                            columns.getOrDefault(table.table(), Map.of()));
                } else if (view.matches()) {
                    views.put(
                            view.group(2),
                            new View(
                                    view.group(1) == null ? "View" : "MaterializedView",
                                    view.group(3),
                                    view.group(4)));
                }
            }
        }
        views.forEach((name, view) -> compareView(name, view, tables.get(name)));
        return List.copyOf(differences);
    }

    private Map<String, Live> tables() {
        Map<String, Live> tables = new HashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT name, engine, engine_full, partition_key, sorting_key, as_select,"
                                + " create_table_query"
                                + " FROM system.tables WHERE database = "
                                + literal(placeholders.database()))) {
            tables.put(
                    row.getString("name"),
                    new Live(
                            row.getString("engine"),
                            row.getString("engine_full"),
                            row.getString("partition_key"),
                            row.getString("sorting_key"),
                            row.getString("as_select"),
                            row.getString("create_table_query")));
        }
        return tables;
    }

    private Map<String, Map<String, String>> columns() {
        Map<String, Map<String, String>> columns = new HashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT table, name, type FROM system.columns WHERE database = "
                                + literal(placeholders.database())
                                + " ORDER BY table, position")) {
            columns.computeIfAbsent(row.getString("table"), table -> new LinkedHashMap<>())
                    .put(row.getString("name"), row.getString("type"));
        }
        return columns;
    }

    private void compareTable(TableDefinition table, Live live, Map<String, String> columns) {
        if (live == null) {
            differences.add(new Difference(table.table(), "the table", table.engine(), null));
            return;
        }
        compareColumns(table, columns);
        compare(table.table(), "the engine", table.engine(), engine(live));
        compare(table.table(), "PARTITION BY", table.partitionBy(), live.partitionBy);
        compare(table.table(), "ORDER BY", table.orderBy(), live.orderBy);
        Matcher ttl = TTL.matcher(live.engineFull);
        compare(table.table(), "TTL", table.ttl(), ttl.find() ? ttl.group(1) : "");
        Matcher found = SETTINGS.matcher(live.engineFull);
        Map<String, String> settings =
                TableDefinition.settings(found.find() ? found.group(1) : null);
        table.settings()
                .forEach(
                        (name, value) ->
                                compare(
                                        table.table(),
                                        "setting " + name,
                                        value,
                                        settings.getOrDefault(name, "")));
    }

    /** The engine with its arguments, but without the clauses that follow it. */
    private static String engine(Live live) {
        return live.engineFull.startsWith(live.engine + "(")
                ? live.engineFull.substring(0, live.engineFull.indexOf(')') + 1)
                : live.engine;
    }

    /** Columns of a contract's table are those of the contract: migrations may have added some. */
    private void compareColumns(TableDefinition table, Map<String, String> actual) {
        Map<String, String> expected =
                Dataset.all().stream()
                        .filter(dataset -> dataset.table().equals(table.table()))
                        .findFirst()
                        .map(Verification::columns)
                        .orElseGet(table::columns);
        Set<String> names = new LinkedHashSet<>(expected.keySet());
        names.addAll(actual.keySet());
        for (String name : names) {
            compare(
                    table.table(),
                    "column " + name,
                    plain(expected.getOrDefault(name, "")),
                    plain(actual.getOrDefault(name, "")));
        }
    }

    private static Map<String, String> columns(Dataset dataset) {
        Map<String, String> columns = new LinkedHashMap<>();
        TypeMapping.columns(dataset.schema())
                .forEach(
                        column ->
                                columns.put(column.name(), TypeMapping.clickHouse(column.type())));
        columns.put(WarehouseSink.COMMIT_COLUMN, "String");
        return columns;
    }

    /** LowCardinality is a way to store a type, not another type. */
    private static String plain(String type) {
        Matcher lowCardinality = LOW_CARDINALITY.matcher(type);
        return lowCardinality.matches() ? lowCardinality.group(1) : type;
    }

    private void compareView(String name, View view, Live live) {
        if (live == null) {
            differences.add(new Difference(name, "the view", view.engine(), null));
            return;
        }
        compare(name, "the engine", view.engine(), live.engine);
        compare(name, "the query", format(view.select()), format(live.select));
        if (view.target() != null) {
            Matcher target = TARGET.matcher(live.create);
            compare(name, "TO", view.target(), target.find() ? target.group(1) : "");
        }
    }

    /** One spelling of a query, by the server's own formatter. */
    private String format(String query) {
        return clickHouse
                .query("SELECT formatQuerySingleLine(" + literal(query) + ") AS query")
                .get(0)
                .getString("query");
    }

    private void compare(String object, String property, String expected, String actual) {
        if (!expected.equals(actual)) {
            differences.add(
                    new Difference(
                            object,
                            property,
                            expected.isEmpty() ? null : expected,
                            actual.isEmpty() ? null : actual));
        }
    }
}
