package io.champion.warehouse.migration;

import static io.champion.warehouse.ClickHouse.literal;

import io.champion.warehouse.ClickHouse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
                finished      DateTime64(3, 'UTC')
            )
            ENGINE = {engine:MergeTree}
            ORDER BY entry
            """;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final ClickHouse clickHouse;
    private final Placeholders placeholders;

    private long lastEntry;

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
            return String.format(Locale.ROOT, "%04d_%s.sql", version, name);
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
                        row -> {
                            lastEntry = row.getLong("entry");
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
                                            Instant.ofEpochMilli(row.getLong("millis"))));
                        });
        return entries;
    }

    /**
     * That the first statements of a migration were run with the present parameters.
     *
     * @param started when the last of them started, by the clock of this process
     * @param finished when it was done
     */
    record Note(Migration migration, int done, Instant started, Instant finished) {}

    /** Adds to the history that was {@linkplain #read() read} before. */
    void add(List<Note> notes) {
        if (notes.isEmpty()) {
            return;
        }
        clickHouse.execute(
                notes.stream()
                        .map(this::values)
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        "INSERT INTO "
                                                + clickHouse.table(TABLE)
                                                + " (entry, version, name, checksum, statements,"
                                                + " done, done_checksum, cluster, retention,"
                                                + " started, finished) VALUES ",
                                        "")),
                placeholders.cluster() == null
                        ? Map.of("async_insert", "0")
                        : Map.of(
                                "async_insert", "0",
                                "insert_quorum", "auto",
                                "insert_quorum_parallel", "0"));
    }

    private String values(Note note) {
        Migration migration = note.migration;
        return String.join(
                ", ",
                "(" + ++lastEntry,
                String.valueOf(migration.version()),
                literal(migration.name()),
                literal(migration.checksum()),
                String.valueOf(migration.size()),
                String.valueOf(note.done),
                literal(migration.checksum(note.done)),
                literal(cluster()),
                literal(placeholders.retention().toString()),
                literal(TIME.format(note.started)),
                literal(TIME.format(note.finished)) + ")");
    }

    String cluster() {
        return placeholders.cluster() == null ? "" : placeholders.cluster();
    }
}
