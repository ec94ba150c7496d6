package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.identifier;
import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.warehouse.Ledger.Entry;
import io.champion.warehouse.Ledger.State;
import io.champion.warehouse.WarehouseException.Kind;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces the rows of some lake partitions in one table. A table's own partitions are coarser, so
 * each affected one is built anew in a staging table, from the new rows and from those rows of the
 * old one that are not to be replaced, and then swapped in.
 *
 * <p>Correct as long as nobody else writes to the affected partitions meanwhile. Those who replace
 * are kept out by a lock; an append is noticed up to the moment before the swap.
 */
final class TableReplacement {
    private static final Logger LOG = LoggerFactory.getLogger(TableReplacement.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A run of another job may take its time, a dead one's lock ends by itself in a minute. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(30);

    private final SinkSettings settings;
    private final ClickHouse clickHouse;
    private final Retries retries;
    private final CommitterMetrics metrics;
    private final ExecutorService inserts;
    private final String table;
    private final Dataset dataset;
    private final List<PartitionKey> keys;
    private final List<SealedBlock> blocks;
    private final Ledger ledger;

    TableReplacement(
            SinkSettings settings,
            ClickHouse clickHouse,
            Retries retries,
            CommitterMetrics metrics,
            ExecutorService inserts,
            String table,
            List<PartitionKey> keys,
            List<SealedBlock> blocks) {
        this.settings = settings;
        this.clickHouse = clickHouse;
        this.retries = retries;
        this.metrics = metrics;
        this.inserts = inserts;
        this.table = table;
        this.dataset = Dataset.of(keys.get(0).dataset());
        this.keys = keys;
        this.blocks = blocks;
        this.ledger = new Ledger(clickHouse);
    }

    /**
     * Does all that the ledger does not say is done.
     *
     * @throws WarehouseException transient, if it has to be run again
     */
    void run() throws IOException, InterruptedException {
        try (WarehouseLock lock =
                WarehouseLock.acquire(clickHouse, "replace_" + table, null, LOCK_PATIENCE)) {
            settings.hook().at(ProtocolStep.AFTER_LOCK, table);
            dropStages();
            Set<String> partitions = partitionsToDo();
            if (partitions.isEmpty()) {
                return;
            }
            String stage = stagePrefix() + Long.toHexString(RANDOM.nextLong());
            try {
                replace(partitions, stage, lock);
            } finally {
                dropQuietly(stage);
            }
        }
    }

    private void replace(Set<String> partitions, String stage, WarehouseLock lock)
            throws IOException, InterruptedException {
        createStage(stage);
        Map<String, Long> expected = new TreeMap<>();
        partitions.forEach(partition -> expected.put(partition, 0L));
        insert(partitions, stage)
                .forEach((partition, rows) -> expected.merge(partition, rows, Long::sum));
        Map<String, Long> written = Map.copyOf(expected);
        settings.hook().at(ProtocolStep.AFTER_STAGED, table);

        String before = content(partitions);
        Map<String, Long> kept = copyKept(partitions, stage);
        kept.forEach((partition, rows) -> expected.merge(partition, rows, Long::sum));
        settings.hook().at(ProtocolStep.AFTER_COPIED, table);

        verify(stage, expected);
        if (!content(partitions).equals(before)) {
            throw new WarehouseException(
                    Kind.TRANSIENT,
                    0,
                    "Somebody wrote to "
                            + clickHouse.table(table)
                            + " while its partitions were being replaced.",
                    null);
        }
        settings.hook().at(ProtocolStep.AFTER_VERIFIED, table);

        for (String partition : partitions) {
            lock.check();
            // ClickHouse takes an empty source for a mistake.
            boolean empty = expected.get(partition) == 0;
            clickHouse.execute(
                    "ALTER TABLE "
                            + clickHouse.table(table)
                            + (empty ? " DROP" : " REPLACE")
                            + " PARTITION ID "
                            + literal(partition)
                            + (empty ? "" : " FROM " + clickHouse.table(stage)));
            settings.hook().at(ProtocolStep.AFTER_SWAP, table);
        }
        ledger.add(
                partitions.stream()
                        .map(
                                partition ->
                                        new Entry(
                                                doneId(partition),
                                                new BlockId(
                                                        settings.uid(),
                                                        settings.epoch(),
                                                        0,
                                                        0,
                                                        0,
                                                        0),
                                                State.WRITTEN,
                                                table,
                                                partition,
                                                written.get(partition),
                                                0,
                                                0))
                        .toList());
        settings.hook().at(ProtocolStep.AFTER_REPLACED, table);
    }

    private String doneId(String partition) {
        return settings.uid() + ':' + settings.epoch() + ':' + table + ':' + partition;
    }

    /** The table's partitions that hold rows of the listed ones. */
    private Set<String> partitionsToDo() {
        TreeSet<String> partitions = new TreeSet<>();
        for (PartitionKey key : keys) {
            LocalDate day = key.date();
            if (day == null && !dataset.partitionBy().isEmpty()) {
                throw new IllegalArgumentException(
                        "Partition " + key + " names no day, so its rows cannot be told apart.");
            }
            partitions.add(day == null ? TablePartitions.ALL : TablePartitions.of(dataset, day));
        }
        List<String> ids = partitions.stream().map(this::doneId).toList();
        Map<String, State> known = ledger.states(settings.uid(), settings.epoch(), ids);
        partitions.removeIf(partition -> known.get(doneId(partition)) == State.WRITTEN);
        return partitions;
    }

    private String stagePrefix() {
        return "champion_stage__" + table + "__";
    }

    /**
     * Drops the staging tables of those who held the lock before. They are dead, or have lost the
     * lock without knowing: without its staging table a late swap of theirs fails.
     */
    private void dropStages() {
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT name FROM system.tables WHERE database = "
                                + literal(clickHouse.config().database())
                                + " AND match(name, '^"
                                + stagePrefix()
                                + "[0-9a-f]+$')")) {
            clickHouse.execute("DROP TABLE IF EXISTS " + clickHouse.table(row.getString(1)));
        }
    }

    private void dropQuietly(String stage) {
        try {
            clickHouse.execute("DROP TABLE IF EXISTS " + clickHouse.table(stage));
        } catch (RuntimeException e) {
            LOG.warn("Left {} behind; the next run drops it. {}", stage, e.getMessage());
        }
    }

    /**
     * The engine of a table like another, on this replica alone. Parts can be swapped between them.
     */
    static String plainEngine(ClickHouse clickHouse, String table) {
        String engine =
                clickHouse
                        .query(
                                "SELECT engine_full FROM system.tables WHERE database = "
                                        + literal(clickHouse.config().database())
                                        + " AND name = "
                                        + literal(table))
                        .get(0)
                        .getString(1);
        if (engine.startsWith("Replicated")) {
            // A swap takes the parts that this replica knows, so let it know all of them.
            clickHouse.execute("SYSTEM SYNC REPLICA " + clickHouse.table(table));
        }
        return engine.replaceFirst("^Replicated(\\w*MergeTree)\\('[^']*', '[^']*'(, )?", "$1(");
    }

    private void createStage(String stage) {
        clickHouse.execute(
                "CREATE TABLE "
                        + clickHouse.table(stage)
                        + " AS "
                        + clickHouse.table(table)
                        + " ENGINE = "
                        + plainEngine(clickHouse, table));
        // Rows are counted before the swap; no merge may collapse or expire any of them by then.
        clickHouse.execute("SYSTEM STOP MERGES " + clickHouse.table(stage));
    }

    /** Inserts the blocks of some partitions and tells how many rows each has now. */
    private Map<String, Long> insert(Set<String> partitions, String stage)
            throws IOException, InterruptedException {
        List<SealedBlock> wanted =
                blocks.stream().filter(block -> partitions.contains(block.partition())).toList();
        List<Callable<Long>> work = new ArrayList<>();
        for (SealedBlock block : wanted) {
            work.add(() -> insert(block, stage));
        }
        List<Long> rows = Parallel.all(inserts, work);
        Map<String, Long> written = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            written.merge(wanted.get(i).partition(), rows.get(i), Long::sum);
        }
        return written;
    }

    /** Inserts a block into the staging table and tells how many of its rows it holds now. */
    private long insert(SealedBlock block, String stage) throws IOException, InterruptedException {
        String id = block.id().toString();
        long start = System.nanoTime();
        long rejected = 0;
        try {
            new BlockTarget(clickHouse, stage).insert(BlockFile.read(block), id, block.partition());
        } catch (WarehouseException e) {
            if (e.kind() != Kind.POISON) {
                throw e;
            }
            rejected =
                    new PoisonIsolation(clickHouse, ledger, retries, settings.mostRejects())
                            .isolateInto(block, stage, e);
        }
        metrics.written(
                block, block.rows() - rejected, rejected, (System.nanoTime() - start) / 1_000_000);
        return block.rows() - rejected;
    }

    private static String in(Set<String> partitions) {
        return partitions.stream()
                .map(ClickHouse::literal)
                .collect(Collectors.joining(", ", "_partition_id IN (", ")"));
    }

    /** Changes whenever somebody adds rows to the partitions; merges do not change it. */
    private String content(Set<String> partitions) {
        return clickHouse
                .query(
                        "SELECT partition_id, max(max_block_number) AS last FROM system.parts WHERE"
                                + " active AND database = "
                                + literal(clickHouse.config().database())
                                + " AND table = "
                                + literal(table)
                                + " AND "
                                + in(partitions).replace("_partition_id", "partition_id")
                                + " GROUP BY partition_id ORDER BY partition_id")
                .stream()
                .map(row -> row.getString("partition_id") + "=" + row.getLong("last"))
                .collect(Collectors.joining(","));
    }

    /** Copies the rows that are not to be replaced and tells how many each partition has. */
    private Map<String, Long> copyKept(Set<String> partitions, String stage) {
        String kept =
                " FROM "
                        + clickHouse.table(table)
                        + " WHERE "
                        + in(partitions)
                        + " AND NOT ("
                        + replacedRows()
                        + ")";
        Map<String, Long> counts =
                counts("SELECT _partition_id, count() AS n" + kept + " GROUP BY _partition_id");
        if (!counts.isEmpty()) {
            String columns = columns();
            clickHouse.execute(
                    "INSERT INTO "
                            + clickHouse.table(stage)
                            + " ("
                            + columns
                            + ") SELECT "
                            + columns
                            + kept,
                    Map.of(
                            "async_insert",
                            "0",
                            // Rows that happen to be equal are rows all the same.
                            "insert_deduplicate",
                            "0",
                            "optimize_on_insert",
                            "0",
                            "insert_allow_materialized_columns",
                            "1",
                            // They lie in as many partitions as there are.
                            "max_partitions_per_insert_block",
                            "0"));
        }
        return counts;
    }

    private String columns() {
        List<String> columns = new ArrayList<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT name FROM system.columns WHERE database = "
                                + literal(clickHouse.config().database())
                                + " AND table = "
                                + literal(table)
                                + " AND default_kind NOT IN ('ALIAS', 'EPHEMERAL') ORDER BY"
                                + " position")) {
            columns.add(identifier(row.getString(1)));
        }
        return String.join(", ", columns);
    }

    private Map<String, Long> counts(String sql) {
        Map<String, Long> counts = new HashMap<>();
        for (GenericRecord row : clickHouse.query(sql)) {
            counts.put(row.getString(1), row.getLong(2));
        }
        return counts;
    }

    private void verify(String stage, Map<String, Long> expected) {
        Map<String, Long> found =
                counts(
                        "SELECT _partition_id, count() AS n FROM "
                                + clickHouse.table(stage)
                                + " GROUP BY _partition_id");
        Map<String, Long> nonEmpty = new HashMap<>(expected);
        nonEmpty.values().removeIf(rows -> rows == 0);
        if (!found.equals(nonEmpty)) {
            throw new WarehouseException(
                    Kind.TRANSIENT,
                    0,
                    "The staging table of "
                            + clickHouse.table(table)
                            + " holds "
                            + new TreeMap<>(found)
                            + " rows a partition instead of "
                            + new TreeMap<>(nonEmpty)
                            + ".",
                    null);
        }
    }

    /** The condition that the rows of the listed partitions meet, and no others. */
    private String replacedRows() {
        if (dataset.partitionBy().isEmpty()) {
            return "1";
        }
        Map<String, TreeSet<String>> daysByRest = new TreeMap<>();
        for (PartitionKey key : keys) {
            daysByRest
                    .computeIfAbsent(restOf(key), rest -> new TreeSet<>())
                    .add(literal(key.date().toString()));
        }
        String day = "toDate(" + identifier(dataset.partitionTime()) + ")";
        return daysByRest.entrySet().stream()
                .map(e -> day + " IN (" + String.join(", ", e.getValue()) + ")" + e.getKey())
                .collect(Collectors.joining(" OR "));
    }

    /** What a partition says of its rows besides their day. */
    private String restOf(PartitionKey key) {
        StringBuilder rest = new StringBuilder();
        if (dataset.folderField() != null) {
            rest.append(" AND ")
                    .append(identifier(dataset.folderField()))
                    .append(" = ")
                    .append(literal(key.folder().substring(key.folder().lastIndexOf('/') + 1)));
        }
        key.values()
                .forEach(
                        (level, value) -> {
                            switch (level) {
                                case "date", "year", "month", "day" -> {}
                                case "hour" ->
                                        rest.append(" AND toHour(")
                                                .append(identifier(dataset.partitionTime()))
                                                .append(") = ")
                                                .append(Integer.parseInt(value));
                                default ->
                                        rest.append(" AND ")
                                                .append(identifier(level))
                                                .append(" = ")
                                                .append(literal(value));
                            }
                        });
        return rest.toString();
    }
}
