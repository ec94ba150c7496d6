package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.PartitionKey;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.SinkCommitterMetricGroup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Makes the files of commits visible, and completes or replaces their partitions. */
final class LakeCommitter implements Committer<LakeCommit> {
    private static final Logger LOG = LoggerFactory.getLogger(LakeCommitter.class);

    /** With doubling pauses, two seconds in all: longer outages are for the restart strategy. */
    private static final int MAX_RETRIES = 4;

    private static final long FIRST_PAUSE_MILLIS = 125;

    /** In the logging context: the checkpoint whose files are committed. */
    static final String LOG_CHECKPOINT = "flink-checkpoint-id";

    private final Path root;
    private final FileSystem fs;
    private final Replacement replacement;
    private final List<PartitionKey> replaced;
    private final PartNames names;
    private final CommitMark mark;
    private final long restored;
    private final CommitStep.Listener listener;
    private final Counter commits;
    private final Counter partitions;

    private LakeCommitter(
            Path root,
            Replacement replacement,
            List<PartitionKey> replaced,
            PartNames names,
            CommitMark mark,
            long restored,
            CommitStep.Listener listener,
            SinkCommitterMetricGroup metrics)
            throws IOException {
        this.root = root;
        this.fs = root.getFileSystem();
        this.replacement = replacement;
        this.replaced = replaced;
        this.names = names;
        this.mark = mark;
        this.restored = restored;
        this.listener = listener;
        this.commits = metrics.counter("commits");
        this.partitions = metrics.counter("partitionsCompleted");
    }

    static LakeCommitter replacing(
            Path root,
            Replacement replacement,
            List<PartitionKey> replaced,
            SinkCommitterMetricGroup metrics)
            throws IOException {
        return new LakeCommitter(
                root, replacement, replaced, null, null, 0, CommitStep.Listener.NONE, metrics);
    }

    /**
     * @param restored the checkpoint that the sink was restored from; 0 if it was not
     */
    static LakeCommitter appending(
            Path root,
            PartNames names,
            CommitMark mark,
            long restored,
            CommitStep.Listener listener,
            SinkCommitterMetricGroup metrics)
            throws IOException {
        return new LakeCommitter(root, null, List.of(), names, mark, restored, listener, metrics);
    }

    @Override
    public void commit(Collection<CommitRequest<LakeCommit>> requests)
            throws IOException, InterruptedException {
        for (CommitRequest<LakeCommit> request : requests) {
            MDC.put(LOG_CHECKPOINT, request.getCommittable().checkpointName());
            try {
                if (replacement == null) {
                    append(request.getCommittable());
                } else {
                    replacement.commit(replaced, request.getCommittable().files());
                    partitions.inc(replaced.size());
                }
                commits.inc();
            } catch (FileNotFoundException e) {
                // Trying again cannot bring it back.
                request.signalFailedWithUnknownReason(e);
            } catch (IOException e) {
                if (request.getNumberOfRetries() >= MAX_RETRIES) {
                    throw new IOException(
                            "Cannot commit to the lake "
                                    + root
                                    + " after "
                                    + MAX_RETRIES
                                    + " retries. Check that it can be written to; nothing is lost:"
                                    + " the commit is repeated when the job restarts.",
                            e);
                }
                long pause = FIRST_PAUSE_MILLIS << request.getNumberOfRetries();
                LOG.warn(
                        "Cannot commit {} to the lake {}; again in {} ms",
                        request.getCommittable().id(),
                        root,
                        pause,
                        e);
                Thread.sleep(pause);
                request.retryLater();
            } finally {
                MDC.remove(LOG_CHECKPOINT);
            }
        }
    }

    private void append(LakeCommit commit) throws IOException {
        mark.advance(commit.checkpoint());
        for (PendingFile file : commit.files()) {
            PendingFiles.makeVisible(fs, Layout.partition(root, file.partition()), file);
            listener.reached(CommitStep.FILES_VISIBLE);
        }
        for (PartitionKey partition : commit.complete()) {
            Path folder = Layout.partition(root, partition);
            List<String> data = new ArrayList<>();
            for (FileStatus entry : LakeFiles.list(fs, folder)) {
                String name = entry.getPath().getName();
                if (!entry.isDir() && Layout.isData(name)) {
                    data.add(name);
                } else if (isLeftBehind(name, commit)) {
                    LakeFiles.delete(fs, entry.getPath());
                }
            }
            data.sort(null);
            listener.reached(CommitStep.BEFORE_MANIFEST);
            PartitionSummary.write(fs, folder, commit.id(), data, true);
            partitions.inc();
        }
        LOG.debug(
                "Committed {} files, {} partitions",
                commit.files().size(),
                commit.complete().size());
        listener.reached(CommitStep.DONE);
    }

    /**
     * Whether an earlier life of this sink left a file unfinished.
     *
     * <p>It cannot be wanted any more once a checkpoint of <em>this</em> life is committed: what
     * the earlier life finished before it ended came with the restored state and is committed by
     * then, and what it wrote later was written again. An older checkpoint that still knows the
     * file is refused by {@link CommitMark}.
     */
    private boolean isLeftBehind(String name, LakeCommit commit) {
        return commit.checkpoint() > restored
                && !commit.writers().isEmpty()
                && names.isOfOthers(name, commit.writers());
    }

    @Override
    public void close() {}
}
