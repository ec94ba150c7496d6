package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.core.fs.Path;

/** How the partitions of a bounded run take the place of those that are there. */
interface Replacement {

    /** The folder that a writer writes a partition's new files to. */
    Path target(PartitionKey partition);

    /** Whether readers do not look there, so that files may be written in place. */
    boolean targetIsHidden();

    /**
     * Replaces partitions. May be called again with the same files after it failed anywhere, and
     * after it succeeded.
     *
     * @param partitions what is replaced; those without files are removed
     * @param files files written to {@link #target}, not visible yet
     */
    void commit(Collection<PartitionKey> partitions, List<PendingFile> files) throws IOException;

    /** The way that suits the file system. */
    static Replacement of(Path root, String run, CommitStep.Listener listener) throws IOException {
        return LakeFiles.onObjectStore(root)
                ? new ManifestSwitch(root, run, listener)
                : new FolderSwap(root, run, listener);
    }
}
