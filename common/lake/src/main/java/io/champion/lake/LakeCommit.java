package io.champion.lake;

import io.champion.model.PartitionKey;
import java.util.List;

/**
 * Files to be made visible together: what the sink's operators hand to its committer.
 *
 * @param id identity of the commit, made once
 * @param files files that are written but not visible yet
 * @param complete partitions that will get no more rows in time
 * @param writers the writers of the life of the sink that the checkpoint is of, see {@link
 *     PartNames}; empty where they are not all known
 */
record LakeCommit(
        String id, List<PendingFile> files, List<PartitionKey> complete, List<String> writers) {

    /**
     * A finished file that is not visible yet.
     *
     * @param partition where its rows belong
     * @param name its name in the partition's folder
     * @param rows rows in it
     * @param bytes its size
     * @param recoverableVersion version of {@code recoverable}'s encoding
     * @param recoverable what the file system needs to make the file visible, as often as asked;
     *     empty where the file is in its place already
     */
    @SuppressWarnings("ArrayRecordComponent") // Opaque, and never compared.
    record PendingFile(
            PartitionKey partition,
            String name,
            long rows,
            long bytes,
            int recoverableVersion,
            byte[] recoverable) {}

    /** The identity of what a sink commits after a checkpoint. */
    static String id(String sink, long checkpoint) {
        return sink + "-" + checkpoint;
    }

    /** The checkpoint after which this is committed. */
    long checkpoint() {
        return Long.parseLong(checkpointName());
    }

    String checkpointName() {
        return id.substring(id.lastIndexOf('-') + 1);
    }

    LakeCommit {
        files = List.copyOf(files);
        complete = List.copyOf(complete);
        writers = List.copyOf(writers);
    }
}
