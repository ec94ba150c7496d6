package io.champion.warehouse;

import io.champion.model.ColumnBatch;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.annotation.VisibleForTesting;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.core.fs.Path;

/**
 * Writes contract records, or batches of rows, to ClickHouse, each row exactly once; the protocol
 * and the bounds of the promise are in {@code docs/exactly-once.md}.
 *
 * <p>Rows are sealed into blocks in durable storage, each for one partition of one table; a
 * checkpoint holds the names of the blocks, and when it is complete they are inserted.
 */
public final class WarehouseSink {
    private WarehouseSink() {}

    /** Column of every table that names the block that brought a row; no part of the contracts. */
    public static final String COMMIT_COLUMN = "commit_id";

    /** Few enough to insert in a second, many enough to make merges rare. */
    private static final int DEFAULT_BLOCK_ROWS = 262_144;

    private static final long DEFAULT_BLOCK_BYTES = 64L << 20;
    private static final long DEFAULT_BUFFER_BYTES = 128L << 20;
    private static final int DEFAULT_PARALLEL_INSERTS = 2;
    private static final int DEFAULT_MOST_REJECTS = 1_000;

    public static Builder builder(ClickHouseConfig config) {
        return new Builder(config);
    }

    /** Says where and how to write, then makes the sink. */
    public static final class Builder {
        private final ClickHouseConfig config;
        private String uid;
        private String epoch = "1";
        private String blocks;
        private List<Dataset> datasets;
        private TreeSet<PartitionKey> partitions;
        private int blockRows = DEFAULT_BLOCK_ROWS;
        private long bufferBytes = DEFAULT_BUFFER_BYTES;
        private int parallelInserts = DEFAULT_PARALLEL_INSERTS;
        private ProtocolHook hook = ProtocolHook.NONE;

        private Builder(ClickHouseConfig config) {
            this.config = Objects.requireNonNull(config);
        }

        /**
         * Names the sink, in the warehouse and for good: no other sink of this warehouse may have
         * the name. Letters, digits, dots, dashes and underscores; use the operator's uid.
         */
        public Builder uid(String uid) {
            this.uid = plain("uid", uid);
            return this;
        }

        /**
         * Names the history that the sink writes. It changes when history is deliberately written
         * again, from a state before rows that the warehouse already has, whose partitions were
         * dropped.
         */
        public Builder epoch(String epoch) {
            this.epoch = plain("epoch", epoch);
            return this;
        }

        /**
         * The folder of sealed blocks that wait for their checkpoint: on a file system that
         * outlives task managers and that all of them see, like the one of the checkpoints.
         */
        public Builder blocks(Path folder) {
            this.blocks = folder.toUri().toString();
            return this;
        }

        /** Rows at which a block is sealed before its checkpoint; 262,144 if not set. */
        public Builder blockRows(int rows) {
            this.blockRows = positive("blockRows", rows);
            return this;
        }

        /**
         * Bytes of rows that one writer holds in memory at most, over all open blocks; 128 MiB if
         * not set.
         */
        public Builder bufferBytes(long bytes) {
            this.bufferBytes = bytes;
            return this;
        }

        /** Inserts that one committer sends at a time; 2 if not set. */
        public Builder parallelInserts(int inserts) {
            this.parallelInserts = positive("parallelInserts", inserts);
            return this;
        }

        /** Lets tests break the protocol at its steps. */
        @VisibleForTesting
        public Builder hook(ProtocolHook hook) {
            this.hook = Objects.requireNonNull(hook);
            return this;
        }

        /**
         * Adds rows with every checkpoint, for streams; without checkpointing, when the input ends.
         *
         * @param datasets the datasets of the rows to come; rejects are always among them
         */
        public Builder datasets(Collection<Dataset> datasets) {
            this.datasets = List.copyOf(datasets);
            return this;
        }

        /**
         * Replaces partitions as a whole when the input ends, for bounded runs in {@code BATCH}
         * mode: their rows are then those that this run has written and no others, none if it has
         * written none. A row of another partition is an error.
         *
         * @param partitions every partition that the input can have rows for
         */
        public Builder replacing(Collection<PartitionKey> partitions) {
            this.partitions = new TreeSet<>(partitions);
            return this;
        }

        /** Makes a sink of records. */
        public Sink<SpecificRecordBase> build() {
            return build(BlockWriter::write);
        }

        /** Makes a sink of batches: the same blocks, for a fraction of the work. */
        public Sink<ColumnBatch> buildBatches() {
            return build(BlockWriter::write);
        }

        private <T> Sink<T> build(BlockWriter.Input<T> input) {
            if ((datasets == null) == (partitions == null)) {
                throw new IllegalStateException(
                        "A warehouse sink is built either for datasets, to append, or for"
                                + " partitions, to replace them.");
            }
            if (partitions == null) {
                return new AppendSink<>(settings(datasets, epoch), input);
            }
            // Replacing has no history that could be repeated, only runs to be told apart.
            String run = epoch + "." + UUID.randomUUID();
            List<Dataset> replaced =
                    partitions.stream().map(key -> Dataset.of(key.dataset())).distinct().toList();
            return new ReplacingSink<>(settings(replaced, run), partitions, input);
        }

        private SinkSettings settings(Collection<Dataset> datasets, String epoch) {
            TreeSet<String> ids =
                    datasets.stream()
                            .map(Dataset::id)
                            .collect(Collectors.toCollection(TreeSet::new));
            ids.add("quarantine.rejects");
            return new SinkSettings(
                    config,
                    Objects.requireNonNull(uid, "The sink needs a uid."),
                    epoch,
                    Objects.requireNonNull(blocks, "The sink needs a folder for its blocks."),
                    ids,
                    blockRows,
                    Math.min(DEFAULT_BLOCK_BYTES, bufferBytes),
                    bufferBytes,
                    parallelInserts,
                    DEFAULT_MOST_REJECTS,
                    hook);
        }

        private static String plain(String what, String name) {
            if (!BlockId.PLAIN.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "The "
                                + what
                                + " '"
                                + name
                                + "' of a sink must consist of up to 100 letters, digits, dots,"
                                + " dashes and underscores.");
            }
            return name;
        }

        private static int positive(String what, int value) {
            if (value <= 0) {
                throw new IllegalArgumentException(what + " must be positive, not " + value + ".");
            }
            return value;
        }
    }
}
