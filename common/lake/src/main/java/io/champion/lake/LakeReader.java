package io.champion.lake;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.IOUtils;
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

    private static final String BUSY = "Generations were published one after the other.";

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

    /**
     * The complete partitions of a dataset, in the order of their places.
     *
     * @throws IOException if the lake cannot be listed
     */
    public SortedSet<PartitionKey> partitions(Dataset dataset) throws IOException {
        return new TreeSet<>(
                find(dataset, Days.ALL, GenerationPointer.read(fs, root)).navigableKeySet());
    }

    /**
     * The complete partitions of a dataset that is placed by days, with their files, as of one
     * instant: if a {@link LakeGeneration} is published meanwhile, all are as they were before or
     * all as they are after. Files are not opened. One that {@linkplain LakeSnapshot.File#open
     * cannot be found} later has been replaced since; a new snapshot then has what replaced it.
     *
     * @param from the first day
     * @param to the day after the last
     * @throws IOException if the lake cannot be listed
     */
    public LakeSnapshot snapshot(Dataset dataset, LocalDate from, LocalDate to) throws IOException {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            GenerationPointer pointer = GenerationPointer.read(fs, root);
            List<LakeSnapshot.Partition> partitions = new ArrayList<>();
            find(dataset, new Days(from, to), pointer)
                    .forEach((key, found) -> partitions.add(found.partition(key)));
            if (isCurrent(pointer)) {
                return new LakeSnapshot(partitions);
            }
        }
        throw new IOException(BUSY);
    }

    private boolean isCurrent(GenerationPointer pointer) throws IOException {
        return GenerationPointer.read(fs, root).generation().equals(pointer.generation());
    }

    private NavigableMap<PartitionKey, Located> find(
            Dataset dataset, Days days, GenerationPointer pointer) throws IOException {
        List<Path> roots = new ArrayList<>(List.of(root));
        // Where partitions lie while they are being switched.
        FolderSwap.runs(fs, root).forEach(run -> roots.add(FolderSwap.old(run)));
        if (!pointer.moving().isEmpty()) {
            roots.add(new LakeGeneration(root, pointer.generation()).root());
        }
        if (roots.size() > 1) {
            // What came to its place after that was listed, and had left the other before.
            roots.add(root);
        }
        SortedSet<PartitionKey> candidates = new TreeSet<>();
        for (Path from : roots) {
            for (String folder : folders(from, dataset)) {
                walk(new Path(from, folder), dataset, days, folder, "", 0, candidates);
            }
        }
        NavigableMap<PartitionKey, Located> partitions = new TreeMap<>();
        for (PartitionKey partition : candidates) {
            Optional<Located> found = locate(partition, pointer);
            if (found.isPresent()) {
                partitions.put(partition, found.get());
            }
        }
        return partitions;
    }

    private List<String> folders(Path from, Dataset dataset) throws IOException {
        if (dataset.folderField() == null) {
            return List.of(dataset.folder());
        }
        String layer = dataset.layer().folder();
        return LakeFiles.list(fs, new Path(from, layer)).stream()
                .filter(FileStatus::isDir)
                .map(folder -> layer + "/" + folder.getPath().getName())
                .toList();
    }

    private void walk(
            Path from,
            Dataset dataset,
            Days days,
            String folder,
            String path,
            int level,
            Set<PartitionKey> partitions)
            throws IOException {
        if (level == dataset.partitionBy().size()) {
            partitions.add(new PartitionKey(dataset.id(), folder, path));
            return;
        }
        String prefix = dataset.partitionBy().get(level) + "=";
        for (FileStatus entry : LakeFiles.list(fs, from)) {
            String name = entry.getPath().getName();
            String below = path.isEmpty() ? name : path + "/" + name;
            if (entry.isDir() && name.startsWith(prefix) && days.mayHold(below)) {
                walk(entry.getPath(), dataset, days, folder, below, level + 1, partitions);
            }
        }
    }

    /** Days from the first up to but not the second; all where these are null. */
    private record Days(LocalDate from, LocalDate to) {
        private static final Days ALL = new Days(null, null);
        private static final Pattern YEAR = Pattern.compile("year=(\\d{4})");
        private static final Pattern MONTH = Pattern.compile("year=(\\d{4})/month=(\\d\\d)");
        private static final Pattern DAY =
                Pattern.compile("year=(\\d{4})/month=(\\d\\d)/day=(\\d\\d)(/.*)?");
        private static final Pattern DATE = Pattern.compile("date=([0-9-]{10})(/.*)?");

        /** Whether a partition, or those below a part of its path, can hold one of the days. */
        boolean mayHold(String path) {
            if (this == ALL) {
                return true;
            }
            try {
                Matcher matcher = YEAR.matcher(path);
                if (matcher.matches()) {
                    LocalDate first = LocalDate.of(number(matcher, 1), 1, 1);
                    return overlaps(first, first.plusYears(1));
                }
                matcher = MONTH.matcher(path);
                if (matcher.matches()) {
                    LocalDate first = LocalDate.of(number(matcher, 1), number(matcher, 2), 1);
                    return overlaps(first, first.plusMonths(1));
                }
                matcher = DAY.matcher(path);
                if (matcher.matches()) {
                    LocalDate day =
                            LocalDate.of(
                                    number(matcher, 1), number(matcher, 2), number(matcher, 3));
                    return overlaps(day, day.plusDays(1));
                }
                matcher = DATE.matcher(path);
                if (matcher.matches()) {
                    LocalDate day = LocalDate.parse(matcher.group(1));
                    return overlaps(day, day.plusDays(1));
                }
                return false;
            } catch (DateTimeException e) {
                // A folder of such a name is none of the lake's.
                return false;
            }
        }

        private boolean overlaps(LocalDate first, LocalDate end) {
            return first.isBefore(to) && from.isBefore(end);
        }

        private static int number(Matcher matcher, int group) {
            return Integer.parseInt(matcher.group(group));
        }
    }

    /** Whether the partition is complete. */
    public boolean exists(PartitionKey partition) throws IOException {
        return locate(partition).isPresent();
    }

    /** Rows of a partition, 0 where it is absent. Answered by its manifest alone. */
    public long rows(PartitionKey partition) throws IOException {
        return locate(partition).map(found -> found.manifest.rows()).orElse(0L);
    }

    /** Rows of partitions together, as {@link #rows(PartitionKey)} has them of one. */
    public long rows(Collection<PartitionKey> partitions) throws IOException {
        GenerationPointer pointer = GenerationPointer.read(fs, root);
        long rows = 0;
        for (PartitionKey partition : partitions) {
            rows += locate(partition, pointer).map(found -> found.manifest.rows()).orElse(0L);
        }
        return rows;
    }

    /**
     * The rows of a partition, none where it is absent. All files are open when this returns, so
     * that the rows stay readable when the partition is replaced meanwhile.
     *
     * @throws IOException if the partition cannot be read
     */
    public CloseableIterator<SpecificRecordBase> read(PartitionKey partition) throws IOException {
        return read(List.of(partition));
    }

    /**
     * The rows of partitions of one dataset, one after the other. If a {@link LakeGeneration} of
     * several of them is published meanwhile, all are read as they were before or all as they are
     * after. All files are open when this returns.
     *
     * @throws IOException if a partition cannot be read
     */
    public CloseableIterator<SpecificRecordBase> read(Collection<PartitionKey> partitions)
            throws IOException {
        if (partitions.isEmpty()) {
            return CloseableIterator.empty();
        }
        Dataset dataset = Dataset.of(partitions.iterator().next().dataset());
        IOException last = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            GenerationPointer pointer = GenerationPointer.read(fs, root);
            Deque<ParquetFiles.OpenInputFile> files = new ArrayDeque<>();
            boolean whole = false;
            try {
                for (PartitionKey partition : partitions) {
                    Optional<Located> found = locate(partition, pointer);
                    if (found.isPresent()) {
                        open(found.get(), files);
                    }
                }
                whole = isCurrent(pointer);
                if (whole) {
                    return new Rows(files, dataset.schema());
                }
                last = new IOException(BUSY);
            } catch (FileNotFoundException e) {
                last = e;
            } finally {
                if (!whole) {
                    files.forEach(file -> IOUtils.closeQuietly(file.in()));
                }
            }
        }
        throw new IOException(
                "A file that the manifest of "
                        + partitions
                        + " names is missing. Ingest the partition again.",
                last);
    }

    /**
     * What lies in a partition's folder.
     *
     * @param fingerprint changes whenever files come or go, also those that readers do not see yet;
     *     empty where there are none
     * @param unread files of rows that no reader sees: not finished, or finished and not named by a
     *     manifest
     */
    public record Inventory(String fingerprint, List<String> unread) {}

    /** Looks at a partition's files. */
    public Inventory inventory(PartitionKey partition) throws IOException {
        Path folder = Layout.partition(root, partition);
        Optional<Manifest> manifest = Manifest.read(fs, folder);
        Set<String> named = new TreeSet<>();
        manifest.ifPresent(m -> m.files().forEach(file -> named.add(file.name())));
        List<String> unread = new ArrayList<>();
        for (FileStatus entry : LakeFiles.list(fs, folder)) {
            String name = entry.getPath().getName();
            if (name.contains(Layout.DATA_SUFFIX) && !named.contains(name)) {
                unread.add(name);
            }
        }
        unread.sort(null);
        return new Inventory(
                manifest.map(Manifest::commit).orElse("")
                        + (named.isEmpty() ? "" : "=" + named)
                        + (unread.isEmpty() ? "" : "+" + unread),
                unread);
    }

    private record Located(Path folder, Manifest manifest) {
        LakeSnapshot.Partition partition(PartitionKey key) {
            return new LakeSnapshot.Partition(
                    key,
                    manifest.version(),
                    manifest.files().stream()
                            .map(
                                    file ->
                                            new LakeSnapshot.File(
                                                    new Path(folder, file.name()),
                                                    file.rows(),
                                                    file.bytes()))
                            .toList());
        }
    }

    private Optional<Located> locate(PartitionKey partition) throws IOException {
        return locate(partition, GenerationPointer.read(fs, root));
    }

    private Optional<Located> locate(PartitionKey partition, GenerationPointer pointer)
            throws IOException {
        if (pointer.names(partition)) {
            if (!pointer.hasRows(partition)) {
                return Optional.empty();
            }
            Path generation = new LakeGeneration(root, pointer.generation()).root();
            Optional<Located> moving = at(Layout.partition(generation, partition));
            if (moving.isPresent()) {
                return moving;
            }
        }
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

    private void open(Located found, Deque<ParquetFiles.OpenInputFile> files) throws IOException {
        for (Manifest.DataFile file : found.manifest.files()) {
            Path path = new Path(found.folder, file.name());
            FileStatus status = fs.getFileStatus(path);
            files.add(new ParquetFiles.OpenInputFile(fs.open(path), status.getLen()));
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
        private static final SpecificData MODEL =
                ContractReadSupport.model(Dataset.class.getClassLoader());

        private final Schema schema;

        Builder(InputFile file, Schema schema) {
            // Hadoop's own configuration would be parsed from XML for nothing.
            super(file, new PlainParquetConfiguration());
            withCodecFactory(new ParquetCodecs());
            this.schema = schema;
        }

        @Override
        protected ReadSupport<SpecificRecordBase> getReadSupport() {
            return new ContractReadSupport(schema, MODEL);
        }
    }
}
