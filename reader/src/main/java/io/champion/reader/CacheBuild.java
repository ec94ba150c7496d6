package io.champion.reader;

import io.champion.lake.ContractFile;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSnapshot;
import io.champion.lake.ParquetOptions;
import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Makes the cache tier of a lake: {@code {data_type}/{symbol}/{year}_{month}.parquet}, one file for
 * all that a symbol has of a month, with all columns of the contract, in the order of trade date
 * and time. A folder is named after its symbol; in symbols like {@code BRK/B} or {@code BACpA}
 * other letters than capitals, digits and {@code . _ -} are written as in URLs ({@code BRK%2FB},
 * {@code BAC%70A}), so that no two symbols meet on a file system that does not tell upper from
 * lower case.
 *
 * <p>A month is built again when one of its partitions has come, changed or gone since. A file is
 * replaced at once; a reader takes each day of it only while the lake still has what it was made
 * of. One process at a time builds a data type.
 */
public final class CacheBuild {
    /** Rows of all files of a month that are decoded at a time, about. */
    private static final int WINDOW_ROWS = 1 << 20;

    private static final int MIN_WINDOW_ROWS = 1 << 10;

    /** The lake would have to change this often while a month is being built. */
    private static final int MAX_ATTEMPTS = 5;

    private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);
    private static final LocalDate END_DAY = LocalDate.of(9999, 12, 31);

    private final LakeReader lake;
    private final Path cache;
    private final Counters counters = new Counters();

    /**
     * @param lake root of the lake, a folder or a URI that Flink has a file system for
     * @param cache folder of the cache, on this machine
     * @throws IOException if there is no file system for the lake
     */
    public CacheBuild(String lake, Path cache) throws IOException {
        this.lake = new LakeReader(new org.apache.flink.core.fs.Path(lake));
        this.cache = cache;
    }

    /** What became of a month. */
    public enum State {
        /** Files were made. */
        BUILT,
        /** All was as it has to be. */
        UNCHANGED,
        /** The lake no longer has the month, nor the cache. */
        REMOVED
    }

    /**
     * What was done with a month of a data type.
     *
     * @param days trade dates that the lake has of it
     * @param built files that were written
     * @param unchanged files that were current
     * @param removed files of symbols that no longer have rows
     * @param rows in the files that were written
     * @param bytes of the files that were written
     * @param skipped symbols whose name is too long for a file system; they are read from the lake
     */
    public record Report(
            DataType type,
            YearMonth month,
            State state,
            int days,
            int built,
            int unchanged,
            int removed,
            long rows,
            long bytes,
            int skipped) {}

    /**
     * Brings the cache up to date.
     *
     * @param symbols those to build; all where empty
     * @param months those to build; all that lake or cache have where empty
     * @param progress is told of each month when it is done
     * @return the same of all months
     * @throws IllegalStateException if another process is building the data type
     * @throws IOException if the lake cannot be read or the cache not be written
     */
    public List<Report> run(
            Collection<DataType> types,
            Set<String> symbols,
            Set<YearMonth> months,
            Consumer<Report> progress)
            throws IOException {
        List<Report> reports = new ArrayList<>();
        for (DataType type : types) {
            Path folder = cache.resolve(type.folder());
            Files.createDirectories(folder);
            try (FileChannel channel =
                            FileChannel.open(
                                    folder.resolve(".lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock lock = tryLock(channel)) {
                if (lock == null) {
                    throw new IllegalStateException(
                            "Another process is building " + folder + ". Wait until it has ended.");
                }
                for (YearMonth month : months(type, months)) {
                    Report report = month(type, month, symbols);
                    reports.add(report);
                    progress.accept(report);
                }
            }
        }
        return reports;
    }

    private static FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by another thread of this process.
            return null;
        }
    }

    private SortedSet<YearMonth> months(DataType type, Set<YearMonth> wanted) throws IOException {
        if (!wanted.isEmpty()) {
            return new TreeSet<>(wanted);
        }
        SortedSet<YearMonth> months = new TreeSet<>(Month.manifests(cache, type));
        for (LakeSnapshot.Partition partition :
                lake.snapshot(type.dataset(), FIRST_DAY, END_DAY).partitions()) {
            months.add(YearMonth.from(partition.key().date()));
        }
        for (Path symbol : symbolFolders(type)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(symbol, "*.parquet")) {
                for (Path file : files) {
                    String name = file.getFileName().toString();
                    Month.month(name.substring(0, name.length() - ".parquet".length()))
                            .ifPresent(months::add);
                }
            }
        }
        return months;
    }

    private List<Path> symbolFolders(DataType type) throws IOException {
        List<Path> folders = new ArrayList<>();
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(cache.resolve(type.folder()), Files::isDirectory)) {
            for (Path entry : entries) {
                if (SymbolNames.decode(entry.getFileName().toString()).isPresent()) {
                    folders.add(entry);
                }
            }
        }
        return folders;
    }

    private Report month(DataType type, YearMonth month, Set<String> symbols) throws IOException {
        FileNotFoundException last = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            LakeSnapshot snapshot =
                    lake.snapshot(type.dataset(), month.atDay(1), month.plusMonths(1).atDay(1));
            try (MonthBuild build = new MonthBuild(type, month, symbols, snapshot)) {
                return build.run();
            } catch (FileNotFoundException e) {
                // A partition was replaced meanwhile; files that are done are made once more.
                last = e;
            }
        }
        throw new IOException(
                "The lake changed again and again while "
                        + type.folder()
                        + " of "
                        + month
                        + " was being built. Try again later.",
                last);
    }

    /** Rows of a symbol that stand together in a row group. */
    private record Run(Window window, int start, int end) {}

    private final class MonthBuild implements java.io.Closeable {
        private final DataType type;
        private final YearMonth month;
        private final Set<String> wanted;
        private final LakeSnapshot snapshot;
        private final List<Column> columns;
        private final List<ParquetFile> files = new ArrayList<>();
        private final SortedMap<LocalDate, String> versions = new TreeMap<>();

        /** Where each symbol's rows are, day by day. */
        private final SortedMap<String, SortedMap<LocalDate, List<Run>>> places = new TreeMap<>();

        private int unchanged;
        private int built;
        private int skipped;
        private long rows;
        private long bytes;

        MonthBuild(DataType type, YearMonth month, Set<String> wanted, LakeSnapshot snapshot) {
            this.type = type;
            this.month = month;
            this.wanted = wanted;
            this.snapshot = snapshot;
            this.columns = TypeMapping.columns(type.dataset().schema());
            snapshot.partitions()
                    .forEach(
                            partition -> versions.put(partition.key().date(), partition.version()));
        }

        Report run() throws IOException {
            Path manifestPath = Month.Manifest.path(cache, type, month);
            Optional<Month.Manifest> manifest = Month.Manifest.read(manifestPath);
            if (manifest.isPresent() && isCurrent(manifest.get())) {
                return report(
                        State.UNCHANGED,
                        wanted.isEmpty() ? manifest.get().symbols().size() : wanted.size(),
                        0);
            }
            if (!versions.isEmpty()) {
                findPlaces();
            }
            SortedSet<String> cached = new TreeSet<>();
            try (ContractFile.Maker maker = new ContractFile.Maker(ParquetOptions.defaults())) {
                for (Map.Entry<String, SortedMap<LocalDate, List<Run>>> entry : places.entrySet()) {
                    Optional<Path> file = Month.file(cache, type, entry.getKey(), month);
                    if (file.isEmpty()) {
                        skipped++;
                        continue;
                    }
                    cached.add(entry.getKey());
                    if (isCurrent(file.get())) {
                        unchanged++;
                    } else {
                        build(file.get(), entry.getValue(), maker);
                        built++;
                    }
                }
            }
            int removed = removeOthers(cached);
            if (wanted.isEmpty()) {
                if (versions.isEmpty()) {
                    Files.deleteIfExists(manifestPath);
                } else {
                    new Month.Manifest(versions, cached).write(manifestPath);
                }
            }
            State state =
                    built > 0 || removed > 0 && !versions.isEmpty()
                            ? State.BUILT
                            : removed > 0 || versions.isEmpty() && manifest.isPresent()
                                    ? State.REMOVED
                                    : State.UNCHANGED;
            return report(state, unchanged, removed);
        }

        private Report report(State state, int current, int removed) {
            return new Report(
                    type,
                    month,
                    state,
                    versions.size(),
                    built,
                    current,
                    removed,
                    rows,
                    bytes,
                    skipped);
        }

        /** Whether the month is of what the lake has now, and nobody has removed a file since. */
        private boolean isCurrent(Month.Manifest manifest) throws IOException {
            if (!manifest.days().equals(versions)) {
                return false;
            }
            for (String symbol : wanted.isEmpty() ? manifest.symbols() : wanted) {
                if (manifest.symbols().contains(symbol)) {
                    Optional<Path> file = Month.file(cache, type, symbol, month);
                    if (file.isPresent() && !Files.exists(file.get())) {
                        return false;
                    }
                }
            }
            return true;
        }

        private boolean isCurrent(Path path) throws IOException {
            if (!Files.exists(path)) {
                return false;
            }
            LocalFile in = new LocalFile(path);
            try (ParquetFile file =
                    ParquetFile.open(path.toString(), in, in.length(), null, counters)) {
                SortedMap<LocalDate, String> days = new TreeMap<>();
                Month.days(file.footer()).forEach((date, day) -> days.put(date, day.version()));
                return days.equals(versions);
            }
        }

        private void findPlaces() throws IOException {
            int count = snapshot.partitions().stream().mapToInt(p -> p.files().size()).sum();
            int windowRows = Math.max(MIN_WINDOW_ROWS, WINDOW_ROWS / Math.max(1, count));
            for (LakeSnapshot.Partition partition : snapshot.partitions()) {
                for (LakeSnapshot.File name : partition.files()) {
                    ParquetFile file =
                            ParquetFile.open(
                                    name.path().toString(),
                                    name.open(),
                                    name.bytes(),
                                    null,
                                    counters);
                    files.add(file);
                    for (int group = 0; group < file.footer().groups(); group++) {
                        findPlaces(
                                partition.key().date(),
                                new Window(file, group, type, columns, windowRows));
                    }
                }
            }
        }

        private void findPlaces(LocalDate day, Window window) throws IOException {
            Vector.Texts symbols = window.symbols();
            int start = 0;
            while (start < symbols.rows()) {
                byte[] symbol =
                        java.util.Arrays.copyOfRange(
                                symbols.utf8(), symbols.starts()[start], symbols.ends()[start]);
                int end = start + 1;
                while (end < symbols.rows()
                        && (symbols.starts()[end] == symbols.starts()[start]
                                        && symbols.ends()[end] == symbols.ends()[start]
                                || symbols.equals(end, symbol))) {
                    end++;
                }
                String name = new String(symbol, java.nio.charset.StandardCharsets.UTF_8);
                if (wanted.isEmpty() || wanted.contains(name)) {
                    places.computeIfAbsent(name, any -> new TreeMap<>())
                            .computeIfAbsent(day, any -> new ArrayList<>())
                            .add(new Run(window, start, end));
                }
                start = end;
            }
        }

        private void build(
                Path path, SortedMap<LocalDate, List<Run>> days, ContractFile.Maker maker)
                throws IOException {
            Files.createDirectories(path.getParent());
            // Readers and other tools look at names that end in .parquet.
            Path hidden = path.resolveSibling("." + path.getFileName() + ".tmp");
            try (ContractFile file =
                    maker.create(
                            new org.apache.flink.core.fs.Path(hidden.toUri()),
                            type.dataset().schema())) {
                SortedMap<LocalDate, Month.Day> notes = new TreeMap<>();
                for (Map.Entry<LocalDate, String> version : versions.entrySet()) {
                    LocalDate date = version.getKey();
                    notes.put(
                            date,
                            day(
                                    date,
                                    version.getValue(),
                                    days.getOrDefault(date, List.of()),
                                    file));
                }
                file.note(Month.DAYS_NOTE, Month.note(notes));
            }
            bytes += Files.size(hidden);
            Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE);
        }

        private Month.Day day(LocalDate date, String version, List<Run> runs, ContractFile file)
                throws IOException {
            if (runs.isEmpty()) {
                return new Month.Day(version, 0, 0, 0, 0);
            }
            int count = runs.stream().mapToInt(run -> run.end - run.start).sum();
            Vector[] vectors = new Vector[columns.size()];
            long[] times = null;
            for (int i = 0; i < vectors.length; i++) {
                VectorBuilder builder = VectorBuilder.of(columns.get(i).type(), count);
                for (Run run : runs) {
                    run.window.copy(i, run.start, run.end, builder);
                }
                vectors[i] = builder.build();
                if (columns.get(i).name().equals(Read.TIME)) {
                    times = ((Vector.Longs) vectors[i]).values();
                }
            }
            int[] order = TimeOrder.of(times);
            if (order != null) {
                for (int i = 0; i < vectors.length; i++) {
                    vectors[i] = VectorBuilder.inOrder(vectors[i], columns.get(i).type(), order);
                }
            }
            file.write(Batches.of(type.dataset(), type.dataset().partitionOf(date), vectors));
            long first = times[order == null ? 0 : order[0]];
            long last = times[order == null ? count - 1 : order[count - 1]];
            rows += count;
            return new Month.Day(version, 0, count, first, last);
        }

        /** Removes the files of symbols that have no rows any more. */
        private int removeOthers(Set<String> cached) throws IOException {
            int removed = 0;
            for (Path folder : symbolFolders(type)) {
                String symbol = SymbolNames.decode(folder.getFileName().toString()).orElseThrow();
                if (cached.contains(symbol) || !wanted.isEmpty() && !wanted.contains(symbol)) {
                    continue;
                }
                if (Files.deleteIfExists(folder.resolve(Month.name(month) + ".parquet"))) {
                    removed++;
                    deleteIfEmpty(folder);
                }
            }
            return removed;
        }

        private void deleteIfEmpty(Path folder) throws IOException {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                if (entries.iterator().hasNext()) {
                    return;
                }
            }
            Files.delete(folder);
        }

        @Override
        public void close() throws IOException {
            for (ParquetFile file : files) {
                file.close();
            }
        }
    }
}
