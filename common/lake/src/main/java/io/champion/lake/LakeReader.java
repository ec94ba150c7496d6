package io.champion.lake;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.IOUtils;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.InputFile;

/**
 * Reads complete partitions of a lake back as contract records.
 *
 * <p>A partition is what its manifest ({@code _SUCCESS}) says: without one it is absent, and files
 * that it does not name are not read. So a partition that is being replaced is read as it was
 * before or as it is after, never as a mixture.
 */
public final class LakeReader {
    /** A partition would have to be replaced this often while its files are being opened. */
    private static final int MAX_ATTEMPTS = 10;

    private final Path root;
    private final FileSystem fs;

    /**
     * @param root the lake's root
     * @throws IOException if its file system is not known
     */
    public LakeReader(Path root) throws IOException {
        this.root = root;
        this.fs = root.getFileSystem();
    }

    /** Whether the partition is complete. */
    public boolean exists(PartitionKey partition) throws IOException {
        return locate(partition).isPresent();
    }

    /** Rows of a partition, 0 where it is absent. Answered by its manifest alone. */
    public long rows(PartitionKey partition) throws IOException {
        return locate(partition).map(found -> found.manifest.rows()).orElse(0L);
    }

    /**
     * The rows of a partition, none where it is absent. All files are open when this returns, so
     * that the rows stay readable when the partition is replaced meanwhile.
     *
     * @throws IOException if the partition cannot be read
     */
    public CloseableIterator<SpecificRecordBase> read(PartitionKey partition) throws IOException {
        Dataset dataset = Dataset.of(partition.dataset());
        IOException last = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            Optional<Located> found = locate(partition);
            if (found.isEmpty()) {
                return CloseableIterator.empty();
            }
            try {
                return new Rows(open(found.get()), dataset.schema());
            } catch (FileNotFoundException e) {
                last = e;
            }
        }
        throw new IOException(
                "A file that the manifest of "
                        + partition
                        + " names is missing. Ingest the partition again.",
                last);
    }

    private record Located(Path folder, Manifest manifest) {}

    private Optional<Located> locate(PartitionKey partition) throws IOException {
        Path folder = Layout.partition(root, partition);
        Optional<Located> live = at(folder);
        if (live.isPresent()) {
            return live;
        }
        // Between the two renames of a swap, or after a run that died there, the partition is
        // where it was moved to.
        for (Path run : FolderSwap.runs(fs, root)) {
            Optional<Located> old = at(FolderSwap.old(run, partition));
            if (old.isPresent()) {
                Optional<Located> swapped = at(folder);
                return swapped.isPresent() ? swapped : old;
            }
        }
        return at(folder);
    }

    private Optional<Located> at(Path folder) throws IOException {
        return Manifest.read(fs, folder).map(manifest -> new Located(folder, manifest));
    }

    private Deque<ParquetFiles.OpenInputFile> open(Located found) throws IOException {
        Deque<ParquetFiles.OpenInputFile> files = new ArrayDeque<>();
        try {
            for (Manifest.DataFile file : found.manifest.files()) {
                Path path = new Path(found.folder, file.name());
                FileStatus status = fs.getFileStatus(path);
                files.add(new ParquetFiles.OpenInputFile(fs.open(path), status.getLen()));
            }
            return files;
        } catch (IOException | RuntimeException e) {
            files.forEach(file -> IOUtils.closeQuietly(file.in()));
            throw e;
        }
    }

    private static final class Rows implements CloseableIterator<SpecificRecordBase> {
        private final Deque<ParquetFiles.OpenInputFile> files;
        private final Schema schema;
        private ParquetReader<SpecificRecordBase> reader;
        private SpecificRecordBase next;

        Rows(Deque<ParquetFiles.OpenInputFile> files, Schema schema) {
            this.files = files;
            this.schema = schema;
        }

        @Override
        public boolean hasNext() {
            try {
                while (next == null && (reader != null || !files.isEmpty())) {
                    if (reader == null) {
                        reader = new Builder(files.peek(), schema).build();
                    }
                    next = reader.read();
                    if (next == null) {
                        closeFile();
                    }
                }
                return next != null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public SpecificRecordBase next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            SpecificRecordBase row = next;
            next = null;
            return row;
        }

        private void closeFile() throws IOException {
            List<Closeable> open = new ArrayList<>();
            if (reader != null) {
                open.add(reader);
                reader = null;
            }
            open.add(files.remove().in());
            for (Closeable closeable : open) {
                closeable.close();
            }
        }

        @Override
        public void close() throws IOException {
            next = null;
            while (!files.isEmpty()) {
                closeFile();
            }
        }
    }

    private static final class Builder extends ParquetReader.Builder<SpecificRecordBase> {
        private final Schema schema;

        Builder(InputFile file, Schema schema) {
            super(file, configuration());
            this.schema = schema;
        }

        private static ParquetConfiguration configuration() {
            // Hadoop's own configuration would be parsed from XML for nothing.
            return new PlainParquetConfiguration();
        }

        @Override
        protected ReadSupport<SpecificRecordBase> getReadSupport() {
            return new ContractReadSupport(schema, Dataset.class.getClassLoader());
        }
    }
}
