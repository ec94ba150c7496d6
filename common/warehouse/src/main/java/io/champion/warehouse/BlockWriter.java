package io.champion.warehouse;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Reject;
import java.io.IOException;
import java.io.Serializable;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects rows into blocks, each for one partition of one table, and seals them: at a size, when
 * all open ones together grow too large, and before every checkpoint.
 *
 * <p>A row that its table cannot hold becomes a reject, in a block like any other. A row older than
 * its table keeps is written, but counted, and the first one of each table is warned of.
 */
final class BlockWriter {
    private static final Dataset REJECTS = Dataset.of("quarantine.rejects");
    private static final Logger LOG = LoggerFactory.getLogger(BlockWriter.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Counting the bytes of a block costs as much as adding a few rows to it. */
    private static final int ROWS_BETWEEN_CHECKS = 512;

    private final SinkSettings settings;
    private final int subtask;
    private final Set<PartitionKey> listed;
    private final TableRetention retention;
    private final long attempt = RANDOM.nextLong();
    private final IdentityHashMap<Schema, TableWriter> tables = new IdentityHashMap<>();
    private final Map<String, TableWriter> tablesByDataset = new HashMap<>();
    private final Counter unstorable;
    private final Counter olderThanKept;
    private final Counter sealedBlocks;
    private final Counter sealedBytes;
    private List<SealedBlock> sealed = new ArrayList<>();
    private long checkpoint;
    private long sequence;
    private int rowsUntilCheck = ROWS_BETWEEN_CHECKS;

    /**
     * Starts a writer's life.
     *
     * @param checkpoint checkpoint that the job was restored from, 0 if it was not
     * @param listed the only partitions that rows may belong to, or null where all are welcome
     * @param retention how long the tables keep rows
     */
    BlockWriter(
            SinkSettings settings,
            int subtask,
            long checkpoint,
            Set<PartitionKey> listed,
            TableRetention retention,
            MetricGroup operator) {
        this.listed = listed;
        this.retention = retention;
        this.settings = settings;
        this.subtask = subtask;
        this.checkpoint = checkpoint;
        MetricGroup group = operator.addGroup("warehouse");
        this.unstorable = group.counter("rowsUnstorable");
        this.olderThanKept = group.counter("rowsOlderThanKept");
        this.sealedBlocks = group.counter("blocksSealed");
        this.sealedBytes = group.counter("bytesSealed");
        group.gauge("bufferedBytes", this::bufferedBytes);
    }

    /** How what flows into a sink gets into blocks. */
    interface Input<T> extends Serializable {
        void write(BlockWriter blocks, T value) throws IOException;
    }

    /**
     * Adds a batch's rows, which make the same blocks as they would one by one.
     *
     * @throws WarehouseException if its dataset or its partition is not among those of the sink
     */
    void write(ColumnBatch batch) throws IOException {
        TableWriter table = table(batch.dataset().schema());
        // Without a day in the partition of the lake, each row says which one of the table it is.
        LocalDate day = batch.partition().date();
        int start = 0;
        while (start < batch.rows()) {
            int most = Math.min(batch.rows(), start + rowsUntilCheck);
            int end = day == null ? start : table.write(batch, day, start, most);
            if (end == start) {
                write(batch.record(start));
                start++;
            } else {
                countDown(end - start);
                start = end;
            }
        }
    }

    void write(SpecificRecordBase row) throws IOException {
        TableWriter table = table(row.getSchema());
        try {
            table.write(row);
        } catch (UnstorableException e) {
            if (table.dataset.id().equals(REJECTS.id())) {
                throw WarehouseException.fatal(
                        "A reject cannot be stored either. " + e.getMessage());
            }
            unstorable.inc();
            Reject reject = reject(table.dataset, row, e);
            if (listed != null && !listed.contains(REJECTS.partitionOf(reject))) {
                throw WarehouseException.fatal(
                        e.getMessage()
                                + " It would be a reject, but "
                                + REJECTS.partitionOf(reject)
                                + " is not among the partitions that this run replaces. The row: "
                                + row);
            }
            write(reject);
            return;
        }
        countDown(1);
    }

    private void countDown(int rows) throws IOException {
        rowsUntilCheck -= rows;
        if (rowsUntilCheck == 0) {
            rowsUntilCheck = ROWS_BETWEEN_CHECKS;
            sealLargeBlocks();
        }
    }

    private TableWriter table(Schema schema) {
        TableWriter known = tables.get(schema);
        return known == null ? newTable(schema) : known;
    }

    private TableWriter newTable(Schema schema) {
        Dataset dataset = Dataset.of(schema);
        if (!settings.datasets().contains(dataset.id())) {
            throw WarehouseException.fatal(
                    "Sink '"
                            + settings.uid()
                            + "' got a row of "
                            + dataset.id()
                            + ", but was built for "
                            + settings.datasets()
                            + ". Name the dataset where the sink is built.");
        }
        TableWriter table =
                tablesByDataset.computeIfAbsent(dataset.id(), id -> new TableWriter(dataset));
        tables.put(schema, table);
        return table;
    }

    private static Reject reject(Dataset dataset, SpecificRecordBase row, UnstorableException why) {
        Schema schema = row.getSchema();
        LocalDate day = null;
        if (dataset.partitionTime() != null) {
            Object time = row.get(schema.getField(dataset.partitionTime()).pos());
            day = time instanceof LocalDate date ? date : null;
        }
        java.time.Instant ingested =
                (java.time.Instant) row.get(schema.getField("ingest_time").pos());
        if (day == null || !ColumnType.holdsDate(day.toEpochDay())) {
            day = ingested.atZone(ZoneOffset.UTC).toLocalDate();
        }
        return Reject.newBuilder()
                .setEventId(row.get(schema.getField("event_id").pos()) + ":unstorable")
                .setEventTime(ingested)
                .setIngestTime(ingested)
                .setSource(String.valueOf(row.get(schema.getField("source").pos())))
                .setEntityId(String.valueOf(row.get(schema.getField("entity_id").pos())))
                .setDataset(dataset.name())
                .setDate(day)
                .setFile("")
                .setField(why.field())
                .setValue(why.value())
                .setReason("unstorable")
                .setMessage(why.getMessage())
                .setRecord(row.toString())
                .build();
    }

    private void sealLargeBlocks() throws IOException {
        long total = 0;
        OpenBlock largest = null;
        for (TableWriter table : tablesByDataset.values()) {
            for (OpenBlock open : List.copyOf(table.open.values())) {
                open.bytes = open.block.bytes();
                if (open.bytes >= settings.blockBytes()) {
                    seal(open);
                } else {
                    total += open.bytes;
                    if (largest == null || open.bytes > largest.bytes) {
                        largest = open;
                    }
                }
            }
        }
        if (total > settings.bufferBytes()) {
            seal(largest);
        }
    }

    private long bufferedBytes() {
        long total = 0;
        for (TableWriter table : tablesByDataset.values()) {
            for (OpenBlock open : table.open.values()) {
                total += open.bytes;
            }
        }
        return total;
    }

    private void seal(OpenBlock open) throws IOException {
        open.table.open.remove(open.partition);
        open.table.last = null;
        if (open.block.rows() == 0) {
            // None of its rows could be stored.
            open.table.recycle(open.block);
            return;
        }
        BlockId id =
                new BlockId(
                        settings.uid(), settings.epoch(), checkpoint, subtask, sequence++, attempt);
        Path path =
                new Path(
                        settings.blocks(),
                        settings.uid()
                                + "/"
                                + settings.epoch()
                                + "/"
                                + id.checkpoint()
                                + "-"
                                + subtask
                                + "-"
                                + id.sequence()
                                + "-"
                                + Long.toHexString(attempt)
                                + ".block");
        BlockFile.Written written = BlockFile.write(open.block, path);
        SealedBlock block =
                new SealedBlock(
                        id,
                        open.table.dataset.id(),
                        open.table.dataset.table(),
                        open.partition,
                        path.toUri().toString(),
                        open.block.rows(),
                        written.bytes(),
                        written.checksum(),
                        System.currentTimeMillis());
        sealedBlocks.inc();
        sealedBytes.inc(written.bytes());
        sealed.add(block);
        open.table.recycle(open.block);
        settings.hook().at(ProtocolStep.AFTER_SEAL, id.toString());
    }

    /** Seals all open blocks and hands out all that were sealed since the last call. */
    Collection<SealedBlock> sealAll() throws IOException {
        for (TableWriter table : tablesByDataset.values()) {
            List<OpenBlock> open = new ArrayList<>(table.open.values());
            open.sort(Comparator.comparing(block -> block.partition));
            for (OpenBlock block : open) {
                seal(block);
            }
        }
        List<SealedBlock> all = sealed;
        sealed = new ArrayList<>();
        return all;
    }

    /** Names the checkpoint that the blocks to come are sealed after. */
    void passed(long checkpoint) {
        this.checkpoint = checkpoint;
    }

    private static final class OpenBlock {
        final TableWriter table;
        final String partition;
        final NativeBlock block;
        long bytes;

        OpenBlock(TableWriter table, String partition, NativeBlock block) {
            this.table = table;
            this.partition = partition;
            this.block = block;
        }
    }

    private final class TableWriter {
        final Dataset dataset;
        final TablePartitions partitions;

        /** How long the table keeps rows; null for good. */
        final Period kept;

        final Map<String, OpenBlock> open = new HashMap<>();

        /** Emptied blocks whose memory the next ones use. */
        final Deque<NativeBlock> spare = new ArrayDeque<>();

        OpenBlock last;
        PartitionKey lastKey;
        LocalDate lastDay;
        boolean lastDayExpired;
        boolean warned;

        TableWriter(Dataset dataset) {
            this.dataset = dataset;
            this.partitions = new TablePartitions(dataset);
            this.kept = retention.of(dataset);
        }

        void write(SpecificRecordBase row) throws UnstorableException, IOException {
            if (listed != null) {
                checkListed(dataset.partitionOf(row), row);
            }
            OpenBlock block = openBlock(partitions.of(row));
            block.block.add(row);
            if (kept != null) {
                checkAge(partitions.lastDay(), 1);
            }
            sealIfFull(block);
        }

        /**
         * Adds rows of a batch from the first one on, up to one that its table cannot hold or that
         * makes a block full, and tells where it stopped.
         */
        int write(ColumnBatch batch, LocalDate day, int from, int to) throws IOException {
            if (listed != null) {
                checkListed(batch.partition(), "those of a batch");
            }
            OpenBlock block = openBlock(TablePartitions.of(dataset, day));
            int most = Math.min(to, from + settings.blockRows() - block.block.rows());
            int end = block.block.firstUnstorable(batch, from, most);
            if (end > from) {
                block.block.add(batch, from, end);
                if (kept != null) {
                    checkAge(day, end - from);
                }
                sealIfFull(block);
            }
            return end;
        }

        private OpenBlock openBlock(String partition) {
            OpenBlock block = last;
            // The same partition is mostly the same string: TablePartitions remembers it.
            if (block == null || !block.partition.equals(partition)) {
                block = open.computeIfAbsent(partition, this::open);
                last = block;
            }
            return block;
        }

        private void sealIfFull(OpenBlock block) throws IOException {
            if (block.block.rows() == settings.blockRows()) {
                seal(block);
            }
        }

        private void checkAge(LocalDate day, int rows) {
            if (!day.equals(lastDay)) {
                lastDay = day;
                lastDayExpired = TableRetention.hasExpired(day, kept, TableRetention.today());
            }
            if (!lastDayExpired) {
                return;
            }
            olderThanKept.inc(rows);
            if (!warned) {
                warned = true;
                LOG.warn(
                        "Rows of {} are written to table {}, which keeps them for {}: they will"
                                + " vanish in a merge. Ask for a longer warehouse.retention to"
                                + " keep them.",
                        day,
                        dataset.table(),
                        TableRetention.words(kept));
            }
        }

        private void checkListed(PartitionKey key, Object row) {
            if (key.equals(lastKey)) {
                return;
            }
            if (!listed.contains(key)) {
                throw WarehouseException.fatal(
                        "A row belongs to "
                                + key
                                + " of "
                                + dataset.id()
                                + ", which is not among the partitions that this run replaces: "
                                + row
                                + ". List the partition, or leave the row out.");
            }
            lastKey = key;
        }

        private OpenBlock open(String partition) {
            NativeBlock block = spare.isEmpty() ? new NativeBlock(dataset.schema()) : spare.pop();
            return new OpenBlock(this, partition, block);
        }

        void recycle(NativeBlock block) {
            if (spare.isEmpty()) {
                block.clear();
                spare.push(block);
            }
        }
    }
}
