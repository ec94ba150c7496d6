package io.champion.lake;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.IOUtils;

/**
 * Partitions of a lake and their files as of one instant, for readers that take one partition after
 * the other, or decode files themselves.
 *
 * @param partitions complete ones, in the order of their places
 * @see LakeReader#snapshot
 */
public record LakeSnapshot(List<Partition> partitions) implements Serializable {

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
    public record Partition(PartitionKey key, String version, List<File> files)
            implements Serializable {
        public Partition {
            files = List.copyOf(files);
        }

        /**
         * Some columns of the rows, for those who need no records, which are what takes most of the
         * time of reading. All files are open when this returns, so that the rows stay readable
         * when the partition is replaced meanwhile.
         *
         * @param fields names of fields that hold numbers, days, times or texts
         * @throws java.io.FileNotFoundException if the partition has been replaced since
         * @throws IOException if the partition cannot be read
         * @throws IllegalArgumentException if the contract has no such field
         */
        public CloseableIterator<RowGroup> columns(Collection<String> fields) throws IOException {
            Deque<ParquetFiles.OpenInputFile> open = new ArrayDeque<>();
            CloseableIterator<RowGroup> rows = null;
            try {
                for (File file : files) {
                    open.add(new ParquetFiles.OpenInputFile(file.open(), file.bytes()));
                }
                rows = new RowGroupReader(open, Dataset.of(key.dataset()), fields);
                return rows;
            } finally {
                if (rows == null) {
                    open.forEach(file -> IOUtils.closeQuietly(file.in()));
                }
            }
        }
    }

    /**
     * A Parquet file. Its content never changes, and no other file ever has its name.
     *
     * @param rows rows in it
     * @param bytes its size
     */
    public record File(Path path, long rows, long bytes) implements Serializable {
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
