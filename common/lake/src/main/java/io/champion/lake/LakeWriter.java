package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.RecoverableFsDataOutputStream;
import org.apache.flink.core.fs.RecoverableWriter;
import org.apache.flink.core.fs.RecoverableWriter.CommitRecoverable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.util.IOUtils;

/**
 * Writes rows to one open file per partition, and hands finished files to the committer. How rows
 * come, one by one or in batches, is the subclass's affair.
 *
 * <p>Rows are expected to come grouped by partition. Where they do not, the file that was written
 * to least recently is finished before one too many is opened, so that memory stays bounded at the
 * price of more files.
 */
abstract class LakeWriter<T> implements CommittingSinkWriter<T, LakeCommit> {
    private final Config config;
    private final Function<PartitionKey, Path> target;
    private final FileSystem fs;
    private final RecoverableWriter recoverable;
    private final PageMaker pageMaker;
    private final String prefix;
    private final String writer = UUID.randomUUID().toString();
    private final String suffix;
    private final Map<PartitionKey, OpenFile> open = new LinkedHashMap<>(16, 0.75f, true);
    private final List<PendingFile> finished = new ArrayList<>();
    private final Counter recordsOut;
    private final Counter bytesOut;
    private final Counter filesOut;
    private long sequence;
    private boolean endOfInput;

    private PartitionKey lastKey;
    private OpenFile lastFile;

    /**
     * What a writer has to know of its sink.
     *
     * @param names what files are called
     * @param targetFileBytes size at which a file is finished
     * @param maxOpenFiles files open at a time
     * @param replaced the partitions that may be written, or null where all may be
     */
    record Config(
            PartNames names,
            ParquetOptions parquet,
            long targetFileBytes,
            int maxOpenFiles,
            Set<PartitionKey> replaced) {}

    /** Makes the writers of a sink. */
    interface Maker<T> extends Serializable {
        LakeWriter<T> make(
                Config config,
                Path root,
                Function<PartitionKey, Path> target,
                boolean targetIsHidden,
                int subtask,
                SinkWriterMetricGroup metrics)
                throws IOException;
    }

    LakeWriter(
            Config config,
            Path root,
            Function<PartitionKey, Path> target,
            boolean targetIsHidden,
            int subtask,
            SinkWriterMetricGroup metrics)
            throws IOException {
        this.config = config;
        this.target = target;
        this.fs = root.getFileSystem();
        this.recoverable = targetIsHidden ? null : fs.createRecoverableWriter();
        this.pageMaker = new PageMaker(config.parquet());
        this.prefix = String.format(Locale.ROOT, "part-%05d-", subtask);
        this.suffix = config.names().suffix(writer);
        this.recordsOut = metrics.getNumRecordsSendCounter();
        this.bytesOut = metrics.getNumBytesSendCounter();
        this.filesOut = metrics.counter("filesFinished");
        metrics.gauge("openFiles", open::size);
    }

    /** The open file of a partition. */
    @SuppressWarnings("ReferenceEquality") // A shortcut: an equal key is looked up instead.
    final OpenFile fileOf(Dataset dataset, PartitionKey key) throws IOException {
        if (key != lastKey) {
            lastFile = find(dataset, key);
            lastKey = key;
        }
        return lastFile;
    }

    /**
     * Tells that rows were added to a file; how often its size is looked at is up to the caller.
     */
    final void added(OpenFile file, int rows, boolean checkSize) throws IOException {
        file.rows += rows;
        recordsOut.inc(rows);
        if (checkSize && file.writer.dataSize() >= config.targetFileBytes()) {
            open.remove(file.partition);
            finish(file);
            lastKey = null;
        }
    }

    private OpenFile find(Dataset dataset, PartitionKey key) throws IOException {
        OpenFile file = open.get(key);
        if (file == null) {
            if (config.replaced() != null && !config.replaced().contains(key)) {
                throw new IllegalArgumentException(
                        "A row of "
                                + key.dataset()
                                + " belongs to the partition '"
                                + key
                                + "', which is not among the "
                                + config.replaced().size()
                                + " partitions that this run replaces. Name it in replacing(), or"
                                + " keep the row out.");
            }
            if (open.size() >= config.maxOpenFiles()) {
                Iterator<OpenFile> eldest = open.values().iterator();
                OpenFile idle = eldest.next();
                eldest.remove();
                finish(idle);
            }
            file = openFile(dataset, key);
            open.put(key, file);
        }
        return file;
    }

    private OpenFile openFile(Dataset dataset, PartitionKey key) throws IOException {
        String name = prefix + String.format(Locale.ROOT, "%05d", sequence++) + suffix;
        Path path = new Path(target.apply(key), name);
        FSDataOutputStream out =
                recoverable == null
                        ? fs.create(path, WriteMode.NO_OVERWRITE)
                        : recoverable.open(path);
        try {
            return new OpenFile(
                    key,
                    name,
                    out,
                    ParquetFiles.writer(out, dataset.schema(), config.parquet(), pageMaker));
        } catch (IOException | RuntimeException e) {
            IOUtils.closeQuietly(out);
            throw e;
        }
    }

    private void finish(OpenFile file) throws IOException {
        file.writer.close();
        long bytes = file.out.getPos();
        int version = 0;
        byte[] token = new byte[0];
        if (file.out instanceof RecoverableFsDataOutputStream stream) {
            SimpleVersionedSerializer<CommitRecoverable> serializer =
                    recoverable.getCommitRecoverableSerializer();
            version = serializer.getVersion();
            token = serializer.serialize(stream.closeForCommit().getRecoverable());
        } else {
            file.out.close();
        }
        finished.add(new PendingFile(file.partition, file.name, file.rows, bytes, version, token));
        filesOut.inc();
        bytesOut.inc(bytes);
    }

    @Override
    public final void flush(boolean end) throws IOException {
        endOfInput = end;
        for (OpenFile file : open.values()) {
            finish(file);
        }
        open.clear();
        lastKey = null;
    }

    @Override
    public final Collection<LakeCommit> prepareCommit() {
        if (config.replaced() != null && !endOfInput) {
            throw new IllegalStateException(
                    "The lake sink '"
                            + config.names().uid()
                            + "' replaces whole partitions, so it can commit at the end of its"
                            + " input only, but a checkpoint was taken. Run the job with"
                            + " execution.runtime-mode: BATCH.");
        }
        // Also without a file: what is of none of the writers that told of a checkpoint was left
        // behind by an earlier life of the sink.
        LakeCommit commit =
                new LakeCommit(config.names().uid(), finished, List.of(), List.of(writer));
        finished.clear();
        return List.of(commit);
    }

    @Override
    public final void close() {
        // What is still open was not asked for by any checkpoint: the rows will come again.
        open.values().forEach(file -> IOUtils.closeQuietly(file.out));
        open.clear();
        pageMaker.close();
    }

    static final class OpenFile {
        private final PartitionKey partition;
        private final String name;
        private final FSDataOutputStream out;
        private final ContractFileWriter writer;
        private long rows;

        OpenFile(
                PartitionKey partition,
                String name,
                FSDataOutputStream out,
                ContractFileWriter writer) {
            this.partition = partition;
            this.name = name;
            this.out = out;
            this.writer = writer;
        }

        /** Where rows are added. */
        ContractFileWriter writer() {
            return writer;
        }

        /** Rows so far. */
        long rows() {
            return rows;
        }
    }
}
