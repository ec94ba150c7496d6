package io.champion.warehouse.migration;

import static io.champion.warehouse.ClickHouse.literal;

import io.champion.warehouse.ClickHouse;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * The table that says which migrations were applied, with which parameters. Rows are only ever
 * added, under the lock: one after each statement, one when the retention of a table changes. The
 * last row of a version holds.
 */
final class History {

    static final String TABLE = "champion_migrations";

    private static final String CREATE =
            """
            CREATE TABLE IF NOT EXISTS {database}.champion_migrations {on_cluster}
            (
                entry         UInt64,
                version       UInt32,
                name          String,
                checksum      String,
                statements    UInt32,
                done          UInt32,
                done_checksum String,
                cluster       String,
                retention     String,
                started       DateTime64(3, 'UTC'),
                finished      DateTime64(3, 'UTC') DEFAULT now64(3)
            )
            ENGINE = {engine:MergeTree}
            ORDER BY entry
            """;

    private final ClickHouse clickHouse;
    private final Placeholders placeholders;

    History(ClickHouse clickHouse, Placeholders placeholders) {
        this.clickHouse = clickHouse;
        this.placeholders = placeholders;
    }

    /**
     * What is known of one migration.
     *
     * @param done how many of its statements were run
     * @param doneChecksum checksum of those
     * @param cluster the cluster it was applied to, empty for a single server
     * @param retention the retention that its table has
     * @param at when it came to that
     */
    record Entry(
            int version,
            String name,
            String checksum,
            int statements,
            int done,
            String doneChecksum,
            String cluster,
            String retention,
            Instant at) {

        boolean isComplete() {
            return done == statements;
        }

        String file() {
            return String.format("%04d_%s.sql", version, name);
        }
    }

    void create() {
        clickHouse.execute(placeholders.fillIn(CREATE));
    }

    boolean exists() {
        return clickHouse.queryLong(
                        "SELECT count() FROM system.tables WHERE database = "
                                + literal(placeholders.database())
                                + " AND name = "
                                + literal(TABLE))
                > 0;
    }

    /** The last entry of each version. */
    TreeMap<Integer, Entry> read() {
        TreeMap<Integer, Entry> entries = new TreeMap<>();
        clickHouse
                .query(
                        "SELECT * EXCEPT (started, finished), toUnixTimestamp64Milli(finished) AS"
                                + " millis FROM "
                                + clickHouse.table(TABLE)
                                + " ORDER BY entry"
                                + (placeholders.cluster() == null
                                        ? ""
                                        : " SETTINGS select_sequential_consistency = 1"))
                .forEach(
                        row ->
                                entries.put(
                                        row.getInteger("version"),
                                        new Entry(
                                                row.getInteger("version"),
                                                row.getString("name"),
                                                row.getString("checksum"),
                                                row.getInteger("statements"),
                                                row.getInteger("done"),
                                                row.getString("done_checksum"),
                                                row.getString("cluster"),
                                                row.getString("retention"),
                                                Instant.ofEpochMilli(row.getLong("millis")))));
        return entries;
    }

    /**
     * Notes that the first statements of a migration were run with the present parameters.
     *
     * @param started when the last of them started, by the clock of this process
     */
    void add(Migration migration, int done, Instant started) {
        String values =
                String.join(
                        ", ",
                        String.valueOf(migration.version()),
                        literal(migration.name()),
                        literal(migration.checksum()),
                        String.valueOf(migration.size()),
                        String.valueOf(done),
                        literal(migration.checksum(done)),
                        literal(cluster()),
                        literal(placeholders.retention().toString()),
                        "fromUnixTimestamp64Milli(" + started.toEpochMilli() + ", 'UTC')");
        String table = clickHouse.table(TABLE);
        clickHouse.execute(
                "INSERT INTO "
                        + table
                        + " (entry, version, name, checksum, statements, done, done_checksum,"
                        + " cluster, retention, started) SELECT max(entry) + 1, "
                        + values
                        + " FROM "
                        + table,
                placeholders.cluster() == null
                        ? Map.of("async_insert", "0")
                        : Map.of(
                                "async_insert", "0",
                                "insert_quorum", "auto",
                                "insert_quorum_parallel", "0",
                                "select_sequential_consistency", "1"));
    }

    String cluster() {
        return placeholders.cluster() == null ? "" : placeholders.cluster();
    }
}
