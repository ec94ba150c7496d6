package io.champion.lake;

import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * Partitions of a lake and their files as of one instant, for readers that decode files themselves.
 *
 * @param partitions complete ones, in the order of their places
 * @see LakeReader#snapshot
 */
public record LakeSnapshot(List<Partition> partitions) {

    public LakeSnapshot {
        partitions = List.copyOf(partitions);
    }

    /**
     * A partition.
     *
     * @param version stands for its content: the same while nobody changes the partition, and
     *     another one after each change
     * @param files its data files; their rows together are the partition's
     */
    public record Partition(PartitionKey key, String version, List<File> files) {
        public Partition {
            files = List.copyOf(files);
        }
    }

    /**
     * A Parquet file. Its content never changes, and no other file ever has its name.
     *
     * @param rows rows in it
     * @param bytes its size
     */
    public record File(Path path, long rows, long bytes) {
        /**
         * Opens the file, which then stays readable if it is replaced.
         *
         * @throws java.io.FileNotFoundException if it has been replaced since
         */
        public FSDataInputStream open() throws IOException {
            return path.getFileSystem().open(path);
        }
    }
}
