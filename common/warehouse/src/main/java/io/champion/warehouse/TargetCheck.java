package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.util.FlinkRuntimeException;

/** Holds the tables of a warehouse against what a job needs of them, before it writes a row. */
public final class TargetCheck {
    private TargetCheck() {}

    private static final Pattern LOW_CARDINALITY =
            Pattern.compile("LowCardinality\\(((?:[^()]|\\([^()]*\\))*)\\)");
    private static final Pattern WINDOW =
            Pattern.compile("\\b(non_)?replicated_deduplication_window = (\\d+)");

    private record Table(String engine, String engineFull, String partitionKey) {}

    /** Checks as soon as the warehouse answers, over a connection of its own. */
    static TableRetention await(SinkSettings settings) throws IOException {
        try (ClickHouse clickHouse = ClickHouse.connect(settings.config())) {
            return await(clickHouse, settings.datasets(), new Retries(failure -> {}));
        }
    }

    /** Checks as soon as the warehouse answers. */
    static TableRetention await(ClickHouse clickHouse, Collection<String> datasets, Retries retries)
            throws IOException {
        try {
            return retries.call("checking the warehouse", () -> check(clickHouse, datasets));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlinkRuntimeException("Cancelled while the sink was started.", e);
        }
    }

    /**
     * Finds everything that is wrong at once.
     *
     * @param datasets ids of the datasets that will be written
     * @return how long the tables keep rows
     * @throws WarehouseException fatal, if anything is
     */
    public static TableRetention check(ClickHouse clickHouse, Collection<String> datasets) {
        String database = clickHouse.config().database();
        Map<String, Table> tables = new HashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT name, engine, engine_full, partition_key FROM system.tables WHERE"
                                + " database = "
                                + literal(database))) {
            tables.put(
                    row.getString("name"),
                    new Table(
                            row.getString("engine"),
                            row.getString("engine_full"),
                            row.getString("partition_key")));
        }
        Map<String, Map<String, String>> columns = new HashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT table, name, type FROM system.columns WHERE database = "
                                + literal(database))) {
            columns.computeIfAbsent(row.getString("table"), table -> new LinkedHashMap<>())
                    .put(row.getString("name"), row.getString("type"));
        }
        List<String> problems = new ArrayList<>();
        if (!tables.containsKey(Ledger.TABLE)) {
            problems.add("The ledger, table " + Ledger.TABLE + ", does not exist.");
        }
        for (String id : datasets.stream().sorted().toList()) {
            Dataset dataset = Dataset.of(id);
            Table table = tables.get(dataset.table());
            if (table == null) {
                problems.add("Table " + dataset.table() + " does not exist.");
            } else {
                checkTable(dataset, table, problems);
                checkColumns(dataset, columns.getOrDefault(dataset.table(), Map.of()), problems);
            }
        }
        if (!problems.isEmpty()) {
            throw WarehouseException.fatal(
                    "Database "
                            + database
                            + " at "
                            + String.join(", ", clickHouse.config().urls())
                            + " is not what this job writes to:\n  - "
                            + String.join("\n  - ", problems)
                            + "\nRun `champion ddl apply`, then start the job again.");
        }
        Map<String, String> engines = new HashMap<>();
        tables.forEach((name, table) -> engines.put(name, table.engineFull()));
        return TableRetention.of(engines);
    }

    private static void checkTable(Dataset dataset, Table table, List<String> problems) {
        String name = dataset.table();
        if (!table.engine().endsWith("MergeTree")) {
            problems.add(
                    "Table " + name + " has the engine " + table.engine() + ", not a MergeTree.");
            return;
        }
        String expected = TablePartitions.expression(dataset);
        String found = table.partitionKey().replace("`", "");
        if (!found.equals(expected)) {
            problems.add(
                    "Table "
                            + name
                            + " is partitioned by '"
                            + found
                            + "', not by '"
                            + expected
                            + "'.");
        }
        boolean replicated =
                table.engine().startsWith("Replicated") || table.engine().startsWith("Shared");
        // Off by default in plain tables, on by default in replicated ones.
        long window = replicated ? 1 : 0;
        Matcher matcher = WINDOW.matcher(table.engineFull());
        while (matcher.find()) {
            if ((matcher.group(1) == null) == replicated) {
                window = Long.parseLong(matcher.group(2));
            }
        }
        if (window == 0) {
            problems.add(
                    "Table "
                            + name
                            + " does not deduplicate inserts: its setting "
                            + (replicated ? "" : "non_")
                            + "replicated_deduplication_window is 0.");
        }
    }

    private static void checkColumns(
            Dataset dataset, Map<String, String> found, List<String> problems) {
        String name = dataset.table();
        for (Column column : TypeMapping.columns(dataset.schema())) {
            checkColumn(
                    name,
                    column.name(),
                    TypeMapping.clickHouse(column.type()),
                    found.get(column.name()),
                    problems);
        }
        checkColumn(
                name,
                WarehouseSink.COMMIT_COLUMN,
                "String",
                found.get(WarehouseSink.COMMIT_COLUMN),
                problems);
    }

    private static void checkColumn(
            String table, String column, String expected, String found, List<String> problems) {
        if (found == null) {
            problems.add("Table " + table + " has no column " + column + " (" + expected + ").");
        } else if (!LOW_CARDINALITY.matcher(found).replaceAll("$1").equals(expected)) {
            problems.add(
                    "Column "
                            + column
                            + " of table "
                            + table
                            + " is "
                            + found
                            + ", not "
                            + expected
                            + ".");
        }
    }
}
