package io.champion.lake;

import io.champion.model.ColumnBatch;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.annotation.VisibleForTesting;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Writes records of any contract, or batches of rows, as partitioned Parquet, each row exactly
 * once.
 *
 * <p>Two modes:
 *
 * <ul>
 *   <li><b>Append</b> (unbounded jobs, the default): files become visible after the checkpoint that
 *       covers them. A partition is complete, and gets its {@code _SUCCESS}, when the watermark has
 *       passed its end; a late row completes it again. Partitions that have no time in them are
 *       completed at the end of input.
 *   <li><b>Replacing</b> (bounded jobs in batch mode): named partitions are replaced as a whole at
 *       the end of input. A named partition that gets no rows is removed; a row of any other fails
 *       the job.
 * </ul>
 *
 * <p>An appending sink refuses to start when the lake holds commits of its uid and epoch that are
 * later than the checkpoint it was restored from: their rows would be written twice. Unfinished
 * files that an earlier attempt left in a partition are removed when the partition is completed by
 * a commit of an attempt that was restored from a later checkpoint; object stores keep them apart,
 * as uploads, and remove them by a rule of their own.
 *
 * <p>Correct on these assumptions: checkpointing is on where the job is unbounded; a file system is
 * either an object store, where putting one object is atomic, or has an atomic rename; one job at a
 * time writes a partition; the uid of the sink in the job graph does not change between restores.
 *
 * <p>Metrics of the writer: {@code numRecordsSend}, {@code numBytesSend}, {@code filesFinished},
 * {@code openFiles}; of the committer: {@code commits}, {@code partitionsCompleted}.
 *
 * @param <T> what it takes: {@link SpecificRecordBase} or {@link ColumnBatch}
 */
public final class LakeSink<T>
        implements Sink<T>,
                SupportsCommitter<LakeCommit>,
                SupportsPreCommitTopology<LakeCommit, LakeCommit> {
    private static final long serialVersionUID = 1L;

    /** Large enough that listing and opening files costs nothing beside reading them. */
    public static final long DEFAULT_TARGET_FILE_BYTES = 128L << 20;

    /** Rows come grouped by day; a day may have rows of every dataset. */
    public static final int DEFAULT_MAX_OPEN_FILES = 16;

    private final String root;
    private final String uid;
    private final String epoch;
    private final String run;
    private final ParquetOptions parquet;
    private final long targetFileBytes;
    private final int maxOpenFiles;
    private final TreeSet<PartitionKey> replaced;
    private final CommitStep.Listener listener;
    private final LakeWriter.Maker<T> writers;

    private LakeSink(Builder builder, LakeWriter.Maker<T> writers) {
        this.root = builder.root.toString();
        this.uid = builder.uid;
        this.epoch = builder.epoch;
        // Made once, here in the client: every attempt of the job is the same run.
        this.run = builder.uid + "-" + UUID.randomUUID();
        this.parquet = builder.parquet;
        this.targetFileBytes = builder.targetFileBytes;
        this.maxOpenFiles = builder.maxOpenFiles;
        this.replaced = builder.replaced;
        this.listener = builder.listener;
        this.writers = writers;
    }

    /**
     * A sink into the lake at a root, which may be on any of Flink's file systems.
     *
     * @param root the lake's root
     */
    public static Builder builder(Path root) {
        return new Builder(root);
    }

    private boolean replacing() {
        return replaced != null;
    }

    private Replacement replacement() throws IOException {
        return Replacement.of(new Path(root), run, listener);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) throws IOException {
        Path path = new Path(root);
        Replacement replacement = replacing() ? replacement() : null;
        return writers.make(
                new LakeWriter.Config(
                        new PartNames(uid, epoch),
                        parquet,
                        targetFileBytes,
                        maxOpenFiles,
                        replaced),
                path,
                replacing() ? replacement::target : partition -> Layout.partition(path, partition),
                replacing() && replacement.targetIsHidden(),
                context.getTaskInfo().getIndexOfThisSubtask(),
                context.metricGroup());
    }

    @Override
    public Committer<LakeCommit> createCommitter(CommitterInitContext context) throws IOException {
        Path path = new Path(root);
        OptionalLong restored = context.getRestoredCheckpointId();
        return replacing()
                ? LakeCommitter.replacing(
                        path, replacement(), List.copyOf(replaced), context.metricGroup())
                : LakeCommitter.appending(
                        path,
                        new PartNames(uid, epoch),
                        new CommitMark(path, uid, epoch, run, restored),
                        restored.orElse(0),
                        listener,
                        context.metricGroup());
    }

    @Override
    public DataStream<CommittableMessage<LakeCommit>> addPreCommitTopology(
            DataStream<CommittableMessage<LakeCommit>> written) {
        return written.global()
                .transform(
                        "lake commits",
                        CommittableMessageTypeInfo.of(LakeCommitSerializer::new),
                        new CommitAggregator(uid + "-" + epoch, replacing()))
                .uid("lake-commits")
                .setParallelism(1)
                .setMaxParallelism(1)
                .global();
    }

    @Override
    public SimpleVersionedSerializer<LakeCommit> getCommittableSerializer() {
        return new LakeCommitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<LakeCommit> getWriteResultSerializer() {
        return new LakeCommitSerializer();
    }

    /** Builds a {@link LakeSink}. */
    public static final class Builder {
        private final Path root;
        private String uid = "lake";
        private String epoch = "0";
        private ParquetOptions parquet = ParquetOptions.defaults();
        private long targetFileBytes = DEFAULT_TARGET_FILE_BYTES;
        private int maxOpenFiles = DEFAULT_MAX_OPEN_FILES;
        private TreeSet<PartitionKey> replaced;
        private CommitStep.Listener listener = CommitStep.Listener.NONE;

        private Builder(Path root) {
            this.root = Objects.requireNonNull(root);
        }

        /** The sink's name in the identity of what it writes; {@code lake} by default. */
        public Builder uid(String name) {
            this.uid = Layout.requirePlain(name, "The uid of the lake sink");
            return this;
        }

        /** Generation of what the sink writes; a new one is for writing history again. */
        public Builder epoch(String generation) {
            this.epoch = Layout.requirePlain(generation, "The epoch of the lake sink");
            return this;
        }

        /** How files are encoded. */
        public Builder parquet(ParquetOptions options) {
            this.parquet = Objects.requireNonNull(options);
            return this;
        }

        /** Size at which a file is finished and the next one begun, in bytes. */
        public Builder targetFileBytes(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException(
                        "The target file size is " + bytes + " bytes; give at least 1.");
            }
            this.targetFileBytes = bytes;
            return this;
        }

        /** How many files a writer may have open; each holds up to a row group in memory. */
        public Builder maxOpenFiles(int files) {
            if (files < 1) {
                throw new IllegalArgumentException(
                        "A writer may have " + files + " files open; give at least 1.");
            }
            this.maxOpenFiles = files;
            return this;
        }

        /**
         * Replaces these partitions instead of appending.
         *
         * @param partitions every partition that the input can have rows for
         */
        public Builder replacing(Collection<PartitionKey> partitions) {
            this.replaced = new TreeSet<>(partitions);
            return this;
        }

        /** Lets tests break commits at their steps. */
        @VisibleForTesting
        public Builder listener(CommitStep.Listener commitListener) {
            this.listener = commitListener;
            return this;
        }

        /** A sink of records. */
        public LakeSink<SpecificRecordBase> build() {
            return new LakeSink<>(this, LakeRowWriter::new);
        }

        /**
         * A sink of batches: files of the same contents, for a fraction of the work. Its metrics
         * count rows, Flink's own of the operator count batches.
         */
        public LakeSink<ColumnBatch> buildBatches() {
            return new LakeSink<>(this, LakeBatchWriter::new);
        }
    }
}
