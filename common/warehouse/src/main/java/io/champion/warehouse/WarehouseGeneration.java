package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.identifier;
import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.annotation.VisibleForTesting;

/**
 * Another content of some days of some tables, written out of readers' sight, to be published as a
 * whole or thrown away.
 *
 * <p>While it is prepared it is a database of its own beside the warehouse, {@code
 * <database>__<id>}, with the ledger, the rejects and the tables: {@link #config} is what a
 * replacing {@link WarehouseSink} is given to write there. {@link #rollUp} then fills the roll-ups
 * that materialized views keep of these tables.
 *
 * <p>No statement of ClickHouse replaces several partitions at once, but one exchanges a view. So
 * {@link #publish} first gives every view that reads the tables a form which takes the days from
 * the generation, then replaces the partitions one by one, and then gives the views back their own
 * form. Who reads a view sees all days as they were or all as they are; who reads a table sees each
 * partition as it was or as it is. It can be called again after it failed anywhere, and finishes
 * what was begun.
 *
 * <p>Correct on these assumptions: the tables are all partitioned by day, or all by month, and then
 * the generation has all rows of the months of the days published; the databases are of the engine
 * {@code Atomic}; nobody else writes to these partitions meanwhile; readers ask the server that
 * publishes; the user sees the queries of all readers in {@code system.processes}.
 */
public final class WarehouseGeneration {

    /** Steps of publishing between which a crash leaves something to be finished. */
    public enum Step {
        VIEW_SWITCHED,
        PARTITION_REPLACED,
        VIEW_RESTORED
    }

    /** Lets tests fail at a step. */
    @FunctionalInterface
    public interface Listener {
        Listener NONE = step -> {};

        void reached(Step step);
    }

    /** Longer than the lease of a holder that died elsewhere. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(2);

    /** A query has chosen the parts that it reads long before it is that old. */
    private static final Duration PLANNING = Duration.ofMinutes(1);

    private static final Duration POLL = Duration.ofMillis(20);

    private static final Pattern FEED_TARGET =
            Pattern.compile("^CREATE MATERIALIZED VIEW \\S+ TO (?:\\S+\\.)?`?(\\w+)`? ");

    private final ClickHouse clickHouse;
    private final String live;
    private final String database;
    private final List<Dataset> datasets;
    private final Listener listener;

    /**
     * @param clickHouse the warehouse
     * @param id letters, digits and underscores; no other generation may ever have had it
     * @param datasets those that the generation is of
     */
    public WarehouseGeneration(ClickHouse clickHouse, String id, Collection<Dataset> datasets) {
        this(clickHouse, id, datasets, Listener.NONE);
    }

    /** With somebody who is told of the steps of {@link #publish}. */
    @VisibleForTesting
    public WarehouseGeneration(
            ClickHouse clickHouse, String id, Collection<Dataset> datasets, Listener listener) {
        this.clickHouse = clickHouse;
        this.live = clickHouse.config().database();
        this.database = live + "__" + id;
        identifier(database);
        this.datasets = List.copyOf(datasets);
        this.listener = listener;
        for (Dataset dataset : datasets) {
            String partition = dataset.tablePartition();
            if (partition.equals("none")
                    || !partition.equals(this.datasets.get(0).tablePartition())) {
                throw new IllegalArgumentException(
                        "Table " + dataset.table() + " is not partitioned as it has to be.");
            }
        }
    }

    /** Where the generation is written to. */
    public ClickHouseConfig config() {
        return clickHouse.config().withDatabase(database);
    }

    /** A table of the generation, with its database, quoted. */
    public String table(String name) {
        return identifier(database) + "." + identifier(name);
    }

    /** Whether the generation is there. */
    public boolean exists() {
        return clickHouse.queryLong(
                        "SELECT count() FROM system.databases WHERE name = " + literal(database))
                > 0;
    }

    /** Makes the generation's tables, empty, as they are in the warehouse. */
    public void create() {
        clickHouse.execute("CREATE DATABASE " + identifier(database) + " ENGINE = Atomic");
        List<String> tables = new ArrayList<>(tables());
        tables.add(Ledger.TABLE);
        tables.add(Dataset.of("quarantine.rejects").table());
        for (String name : tables) {
            clickHouse.execute(
                    "CREATE TABLE "
                            + table(name)
                            + " AS "
                            + clickHouse.table(name)
                            + " ENGINE = "
                            + TableReplacement.plainEngine(clickHouse, name));
        }
    }

    /** The datasets' tables, and after them the roll-ups of these. */
    private List<String> tables() {
        return Stream.concat(
                        datasets.stream().map(Dataset::table), feeds().stream().map(Feed::target))
                .toList();
    }

    /** A materialized view that rolls up one of the tables. */
    private record Feed(String target, String select) {}

    private List<Feed> feeds() {
        List<Feed> feeds = new ArrayList<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT create_table_query, as_select FROM system.tables WHERE engine ="
                                + " 'MaterializedView' AND database = "
                                + literal(live)
                                + " ORDER BY name")) {
            String select = row.getString("as_select");
            if (datasets.stream().noneMatch(d -> reads(d.table()).matcher(select).find())) {
                continue;
            }
            Matcher target = FEED_TARGET.matcher(row.getString("create_table_query"));
            if (!target.find()) {
                throw WarehouseException.fatal(
                        "A materialized view of "
                                + live
                                + " keeps its rows in a table without a name: "
                                + row.getString("create_table_query"));
            }
            feeds.add(new Feed(target.group(1), select));
        }
        return feeds;
    }

    /** Where a query reads a table of the warehouse, as the server spells it. */
    private Pattern reads(String table) {
        return Pattern.compile(
                "\\b(?<read>FROM|JOIN) `?"
                        + Pattern.quote(live)
                        + "`?\\.`?"
                        + table
                        + "\\b`?(?<alias> AS )?");
    }

    /** Makes the roll-ups anew from the generation's rows. */
    public void rollUp() {
        for (Feed feed : feeds()) {
            String select = feed.select();
            for (Dataset dataset : datasets) {
                select =
                        reads(dataset.table())
                                .matcher(select)
                                .replaceAll("${read} " + table(dataset.table()) + "${alias}");
            }
            clickHouse.execute("TRUNCATE TABLE " + table(feed.target()));
            clickHouse.execute(
                    "INSERT INTO " + table(feed.target()) + " " + select,
                    Map.of("max_partitions_per_insert_block", "0"));
        }
    }

    /** How many rows ClickHouse refused when the generation was written. */
    public long refused() {
        return clickHouse.queryLong(
                "SELECT count() FROM " + table(Dataset.of("quarantine.rejects").table()));
    }

    private static String ids(Dataset dataset, Collection<LocalDate> days) {
        return days.stream()
                .map(day -> literal(TablePartitions.of(dataset, day)))
                .collect(Collectors.joining(", "));
    }

    /**
     * What changes whenever somebody adds rows to the warehouse's partitions of these days, by
     * table and partition, or columns to a table; merges do not change it.
     */
    public static Map<String, String> fingerprint(
            ClickHouse clickHouse, Collection<Dataset> datasets, Collection<LocalDate> days) {
        Map<String, String> fingerprint = new TreeMap<>();
        String live = clickHouse.config().database();
        for (Dataset dataset : datasets) {
            fingerprint.put(
                    dataset.table() + "/columns",
                    clickHouse
                            .query(
                                    "SELECT toString(groupBitXor(cityHash64(name, type, position)))"
                                            + " FROM system.columns WHERE database = "
                                            + literal(live)
                                            + " AND table = "
                                            + literal(dataset.table()))
                            .get(0)
                            .getString(1));
            for (GenericRecord row :
                    clickHouse.query(
                            "SELECT partition_id, max(max_block_number) AS last FROM system.parts"
                                    + " WHERE active AND database = "
                                    + literal(live)
                                    + " AND table = "
                                    + literal(dataset.table())
                                    + " AND partition_id IN ("
                                    + ids(dataset, days)
                                    + ") GROUP BY partition_id")) {
                fingerprint.put(
                        dataset.table() + "/" + row.getString("partition_id"),
                        Long.toString(row.getLong("last")));
            }
        }
        return fingerprint;
    }

    /**
     * What jobs have done to the warehouse's partitions of these days.
     *
     * @param last when the last block was noted in the ledger; null where none ever was
     * @param inDoubt blocks of which the ledger does not say that they are written
     */
    public record Writes(Instant last, long inDoubt) {}

    /** Asks the ledger. */
    public static Writes writes(
            ClickHouse clickHouse, Collection<Dataset> datasets, Collection<LocalDate> days) {
        String blocks =
                datasets.stream()
                        .map(
                                dataset ->
                                        "table_name = "
                                                + literal(dataset.table())
                                                + " AND partition_id IN ("
                                                + ids(dataset, days)
                                                + ")")
                        .collect(Collectors.joining(" OR "));
        GenericRecord row =
                clickHouse
                        .query(
                                "SELECT count() AS blocks, countIf(last != 'written') AS doubt,"
                                        + " max(noted) AS millis FROM (SELECT max(state) AS last,"
                                        + " toUnixTimestamp64Milli(max(at)) AS noted FROM "
                                        + clickHouse.table(Ledger.TABLE)
                                        + " WHERE "
                                        + blocks
                                        + " GROUP BY sink, epoch, block)")
                        .get(0);
        return new Writes(
                row.getLong("blocks") == 0 ? null : Instant.ofEpochMilli(row.getLong("millis")),
                row.getLong("doubt"));
    }

    /**
     * Gives the warehouse's tables the generation's content for these days, or for their months
     * where tables are partitioned by month; what has no rows in it is emptied.
     *
     * @throws WarehouseException if a statement fails, or others hold the tables' locks; call it
     *     again
     */
    public void publish(Collection<LocalDate> days) throws InterruptedException {
        List<String> tables = tables();
        List<String> names = new ArrayList<>(tables.stream().map(t -> "replace_" + t).toList());
        // A migration could replace a view that is not itself at the moment.
        names.add("migrations");
        List<WarehouseLock> locks = new ArrayList<>();
        try {
            for (String name : new TreeSet<>(names)) {
                locks.add(WarehouseLock.acquire(clickHouse, name, null, LOCK_PATIENCE));
            }
            TreeSet<String> partitions = new TreeSet<>();
            days.forEach(day -> partitions.add(TablePartitions.of(datasets.get(0), day)));
            switchViews(tables, partitions);
            awaitOlderQueries();
            for (String table : tables) {
                replace(table, partitions, locks);
            }
            restoreViews();
            awaitOlderQueries();
        } finally {
            locks.forEach(WarehouseLock::close);
        }
    }

    private void switchViews(List<String> tables, Collection<String> partitions) {
        for (String table : tables) {
            clickHouse.execute(
                    "CREATE OR REPLACE VIEW "
                            + table(now(table))
                            + " AS SELECT * FROM "
                            + clickHouse.table(table)
                            + " WHERE "
                            + partitionKey(table)
                            + " NOT IN ("
                            + String.join(", ", partitions)
                            + ") UNION ALL SELECT * FROM "
                            + table(table)
                            + " WHERE "
                            + partitionKey(table)
                            + " IN ("
                            + String.join(", ", partitions)
                            + ")");
        }
        requireNoOther();
        Map<String, String> switched = new LinkedHashMap<>();
        views(live).forEach((view, select) -> switched.put(view, switched(view, select, tables)));
        switched.forEach(
                (view, select) -> {
                    if (select != null) {
                        clickHouse.execute(
                                "CREATE OR REPLACE VIEW " + table(view) + " AS " + select);
                        exchange(view);
                        listener.reached(Step.VIEW_SWITCHED);
                    }
                });
    }

    private void requireNoOther() {
        Pattern generation = Pattern.compile("\\b" + Pattern.quote(live) + "__\\w+");
        views(live)
                .forEach(
                        (view, select) -> {
                            Matcher other = generation.matcher(select);
                            while (other.find()) {
                                if (!other.group().equals(database)) {
                                    throw WarehouseException.fatal(
                                            "The view "
                                                    + view
                                                    + " reads "
                                                    + other.group()
                                                    + ", which was not published to its end."
                                                    + " Finish that first.");
                                }
                            }
                        });
    }

    /** Of a table: all of it as it will be. */
    private static String now(String table) {
        return table + "__now";
    }

    private String partitionKey(String table) {
        return clickHouse
                .query(
                        "SELECT partition_key FROM system.tables WHERE database = "
                                + literal(live)
                                + " AND name = "
                                + literal(table))
                .get(0)
                .getString(1);
    }

    private Map<String, String> views(String of) {
        Map<String, String> views = new LinkedHashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT name, as_select FROM system.tables WHERE engine = 'View' AND"
                                + " database = "
                                + literal(of)
                                + " ORDER BY name")) {
            views.put(row.getString("name"), row.getString("as_select"));
        }
        return views;
    }

    /** The query of a view that reads the generation; null where there is nothing to be done. */
    private String switched(String view, String select, List<String> tables) {
        if (isSwitched(select)) {
            return null;
        }
        String result = select;
        for (String table : tables) {
            Matcher read = reads(table).matcher(result);
            StringBuilder text = new StringBuilder();
            while (read.find()) {
                String alias = read.group("alias") == null ? " AS " + identifier(table) : " AS ";
                read.appendReplacement(
                        text,
                        Matcher.quoteReplacement(read.group("read") + " " + table(now(table)))
                                + alias);
            }
            result = read.appendTail(text).toString();
            if (Pattern.compile("\\b" + Pattern.quote(live) + "`?\\.`?" + table + "\\b")
                    .matcher(result)
                    .find()) {
                throw WarehouseException.fatal(
                        "The view "
                                + view
                                + " reads "
                                + table
                                + " in a way that cannot be switched: let it say FROM or JOIN "
                                + clickHouse.table(table)
                                + ".");
            }
        }
        return result.equals(select) ? null : result;
    }

    private boolean isSwitched(String select) {
        return select.contains(database);
    }

    private void exchange(String view) {
        clickHouse.execute("EXCHANGE TABLES " + clickHouse.table(view) + " AND " + table(view));
    }

    private void replace(String table, Collection<String> partitions, List<WarehouseLock> locks) {
        TreeSet<String> filled = new TreeSet<>();
        for (GenericRecord row :
                clickHouse.query("SELECT DISTINCT _partition_id FROM " + table(table))) {
            filled.add(row.getString(1));
        }
        for (String partition : partitions) {
            locks.forEach(WarehouseLock::check);
            // ClickHouse takes an empty source for a mistake.
            clickHouse.execute(
                    "ALTER TABLE "
                            + clickHouse.table(table)
                            + (filled.contains(partition)
                                    ? " REPLACE PARTITION ID "
                                            + literal(partition)
                                            + " FROM "
                                            + table(table)
                                    : " DROP PARTITION ID " + literal(partition)));
            listener.reached(Step.PARTITION_REPLACED);
        }
    }

    private void restoreViews() {
        views(live)
                .forEach(
                        (view, select) -> {
                            if (isSwitched(select)) {
                                exchange(view);
                                listener.reached(Step.VIEW_RESTORED);
                            }
                        });
    }

    /** Until no query is under way that may have read a view before it was exchanged. */
    private void awaitOlderQueries() throws InterruptedException {
        long now = clickHouse.queryLong("SELECT toUnixTimestamp64Micro(now64(6))");
        while (clickHouse.queryLong(
                        "SELECT count() FROM system.processes WHERE query_kind = 'Select' AND"
                                + " elapsed < "
                                + PLANNING.toSeconds()
                                + " AND toUnixTimestamp64Micro(now64(6)) - toInt64(elapsed * 1e6)"
                                + " <= "
                                + now)
                > 0) {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /**
     * Throws the generation away, or what is left of it when it is published.
     *
     * @throws IllegalStateException if it is being published
     */
    public void drop() {
        for (Map.Entry<String, String> view : views(live).entrySet()) {
            if (isSwitched(view.getValue())) {
                throw new IllegalStateException(
                        "The generation "
                                + database
                                + " is being published: the view "
                                + view.getKey()
                                + " reads it. Finish that first.");
            }
        }
        clickHouse.execute("DROP DATABASE IF EXISTS " + identifier(database));
    }
}
