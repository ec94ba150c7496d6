package io.champion.reader;

import io.champion.lake.LakeSnapshot;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Column;
import io.champion.model.PartitionKey;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One read of one symbol from a snapshot of the lake: what is in memory is taken from there, other
 * days are decoded from the cache tier where it is current, else from the lake, several days and
 * columns at a time.
 */
final class Read implements Closeable {
    static final String TIME = "event_time";
    private static final String SYMBOL = "symbol";

    private final DataType type;
    private final String symbol;
    private final Map<String, Column> columns;
    private final Range range;
    private final Path cache;
    private final Memory memory;
    private final Counters counters;
    private final Map<LakeSnapshot.File, ParquetFile> files = new ConcurrentHashMap<>();
    private final Map<YearMonth, Month.Symbol> months = new ConcurrentHashMap<>();

    /**
     * @param columns of the contract that are wanted, {@code event_time} among them
     * @param cache the folder of the cache tier, or null
     */
    Read(
            DataType type,
            String symbol,
            Map<String, Column> columns,
            Range range,
            Path cache,
            Memory memory,
            Counters counters) {
        this.type = type;
        this.symbol = symbol;
        this.columns = columns;
        this.range = range;
        this.cache = cache;
        this.memory = memory;
        this.counters = counters;
    }

    /** A day of a column, in memory. */
    private record ColumnKey(
            PartitionKey partition, String version, String symbol, String column) {}

    /** Where a symbol's rows of a day are in the lake, in memory. */
    private record PlaceKey(PartitionKey partition, String version, String symbol) {}

    /** The footer of a file of the lake, in memory. */
    private record FooterKey(String path, long bytes) {}

    /**
     * Where a symbol's rows of a day are in the lake.
     *
     * @param order in which they have to be read to be in the order of time; null where they are
     */
    private record Place(List<Part> parts, int rows, int[] order) implements Memory.Kept {
        @Override
        public long bytes() {
            return parts.stream().mapToLong(part -> part.rows.bytes() + 200).sum()
                    + (order == null ? 0 : (long) order.length * Integer.BYTES);
        }
    }

    /**
     * Rows of a row group.
     *
     * @param file its number in the partition; its path changes when a generation is moved to its
     *     place, although the content does not
     */
    private record Part(int file, int group, Ranges rows) {}

    /** A day that is read. */
    private final class Day {
        private final LakeSnapshot.Partition partition;
        private final Map<String, Vector> vectors = new ConcurrentHashMap<>();

        /** Whether it has no rows that are wanted. */
        private boolean skipped;

        private Place place;
        private Month.Day cached;

        Day(LakeSnapshot.Partition partition) {
            this.partition = partition;
        }

        YearMonth month() {
            return YearMonth.from(partition.key().date());
        }

        ColumnKey key(String column) {
            return new ColumnKey(partition.key(), partition.version(), symbol, column);
        }

        PlaceKey placeKey() {
            return new PlaceKey(partition.key(), partition.version(), symbol);
        }

        List<String> missing() {
            return columns.keySet().stream().filter(name -> !vectors.containsKey(name)).toList();
        }

        int rows() {
            return vectors.get(TIME).rows();
        }

        /** Looks what there is, and where the rest is. */
        void prepare() throws IOException {
            for (String column : columns.keySet()) {
                if (memory.peek(key(column)) instanceof Vector vector) {
                    vectors.put(column, vector);
                }
            }
            if (vectors.get(TIME) instanceof Vector.Longs times) {
                long[] values = times.values();
                skipped = !range.overlaps(values[0], values[values.length - 1]);
            } else if (memory.peek(placeKey()) instanceof Place known && known.rows == 0) {
                skipped = true;
            }
            if (skipped) {
                return;
            }
            counters.fromMemory.add(vectors.size());
            if (vectors.size() == columns.size()) {
                return;
            }
            if (cache != null) {
                cached = cachedMonth(month()).days().get(partition.key().date());
                if (cached != null && !cached.version().equals(partition.version())) {
                    cached = null;
                }
            }
            if (cached != null) {
                skipped =
                        cached.rows() == 0
                                || !range.overlaps(cached.firstTime(), cached.lastTime());
                if (cached.rows() == 0) {
                    memory.offer(placeKey(), new Place(List.of(), 0, null));
                }
                return;
            }
            if (!mayHaveWantedTimes()) {
                skipped = true;
                return;
            }
            place = memory.get(placeKey(), Place.class, this::findPlace);
            skipped = place.rows == 0;
        }

        private boolean mayHaveWantedTimes() throws IOException {
            if (range.isOfDays()) {
                return true;
            }
            for (LakeSnapshot.File name : partition.files()) {
                ParquetFile.Footer footer = file(name).footer();
                for (int group = 0; group < footer.groups(); group++) {
                    if (footer.mayHave(group, TIME, range.from(), range.to())) {
                        return true;
                    }
                }
            }
            return false;
        }

        private Place findPlace() throws IOException {
            byte[] text = symbol.getBytes(StandardCharsets.UTF_8);
            List<Part> parts = new ArrayList<>();
            int rows = 0;
            for (int number = 0; number < partition.files().size(); number++) {
                ParquetFile file = file(partition.files().get(number));
                for (int group = 0; group < file.footer().groups(); group++) {
                    Ranges found = file.rowsWith(group, SYMBOL, text);
                    if (!found.isEmpty()) {
                        parts.add(new Part(number, group, found));
                        rows = Math.addExact(rows, found.rows());
                    }
                }
            }
            if (rows == 0) {
                return new Place(parts, 0, null);
            }
            Vector.Longs times = (Vector.Longs) decode(TIME, new Place(parts, rows, null));
            counters.fromLake.increment();
            int[] order = TimeOrder.of(times.values());
            Vector ordered =
                    order == null ? times : VectorBuilder.inOrder(times, typeOf(TIME), order);
            memory.offer(key(TIME), ordered);
            vectors.put(TIME, ordered);
            return new Place(parts, rows, order);
        }

        /** The day of a column as the lake has it. */
        Vector decode(String column, Place from) throws IOException {
            VectorBuilder builder = VectorBuilder.of(typeOf(column), from.rows);
            for (Part part : from.parts) {
                ParquetFile file = file(partition.files().get(part.file));
                if (file.footer().has(column)) {
                    file.read(part.group, column, typeOf(column), part.rows, range -> builder);
                } else {
                    builder.addDefault(columns.get(column), type.dataset(), part.rows.rows());
                }
            }
            Vector vector = builder.build();
            return from.order == null
                    ? vector
                    : VectorBuilder.inOrder(vector, typeOf(column), from.order);
        }
    }

    private ColumnType typeOf(String column) {
        return columns.get(column).type();
    }

    private ParquetFile file(LakeSnapshot.File name) throws IOException {
        try {
            return files.computeIfAbsent(name, this::openFile);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private ParquetFile openFile(LakeSnapshot.File name) {
        FooterKey key = new FooterKey(name.path().toString(), name.bytes());
        ParquetFile.Footer known = (ParquetFile.Footer) memory.peek(key);
        try {
            ParquetFile file =
                    ParquetFile.open(
                            name.path().toString(), name.open(), name.bytes(), known, counters);
            if (known == null) {
                if (file.footer().rows() != name.rows()) {
                    file.close();
                    throw new IOException(
                            name.path()
                                    + " has "
                                    + file.footer().rows()
                                    + " rows, and its manifest says "
                                    + name.rows()
                                    + ". Ingest the partition again.");
                }
                memory.offer(key, file.footer());
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Month.Symbol cachedMonth(YearMonth month) throws IOException {
        try {
            return months.computeIfAbsent(
                    month,
                    wanted -> {
                        try {
                            return Month.Symbol.open(cache, type, symbol, wanted, counters);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** One column of one day of the lake, or of several days of a month of the cache. */
    private record Task(String column, List<Day> days) {}

    /** Reads the rows of a snapshot. */
    Columns of(LakeSnapshot snapshot) throws IOException {
        List<Day> days = new ArrayList<>();
        for (LakeSnapshot.Partition partition : snapshot.partitions()) {
            days.add(new Day(partition));
        }
        Parallel.each(days, Day::prepare);
        days.removeIf(day -> day.skipped);
        Parallel.each(tasks(days), this::run);
        return join(days);
    }

    private static List<Task> tasks(List<Day> days) {
        List<Task> tasks = new ArrayList<>();
        Map<YearMonth, Map<String, List<Day>>> cached = new TreeMap<>();
        for (Day day : days) {
            for (String column : day.missing()) {
                if (day.cached == null) {
                    tasks.add(new Task(column, List.of(day)));
                } else {
                    cached.computeIfAbsent(day.month(), month -> new TreeMap<>())
                            .computeIfAbsent(column, name -> new ArrayList<>())
                            .add(day);
                }
            }
        }
        cached.values()
                .forEach(month -> month.forEach((name, of) -> tasks.add(new Task(name, of))));
        return tasks;
    }

    private void run(Task task) throws IOException {
        String column = task.column;
        Map<Day, Memory.Claim> claims = new LinkedHashMap<>();
        List<Day> mine = new ArrayList<>();
        for (Day day : task.days) {
            Memory.Claim claim = memory.claim(day.key(column));
            claims.put(day, claim);
            if (claim.isMine()) {
                mine.add(day);
            }
        }
        try {
            if (!mine.isEmpty()) {
                Day first = mine.get(0);
                if (first.cached == null) {
                    claims.get(first).give(first.decode(column, first.place));
                    counters.fromLake.increment();
                } else {
                    readCached(first.month(), column, mine, claims);
                    counters.fromCache.add(mine.size());
                }
            }
        } finally {
            mine.forEach(day -> claims.get(day).giveUp());
        }
        for (Map.Entry<Day, Memory.Claim> entry : claims.entrySet()) {
            entry.getKey().vectors.put(column, (Vector) entry.getValue().await());
            if (!entry.getValue().isMine()) {
                counters.fromMemory.increment();
            }
        }
    }

    /** Decodes days of a month together: those of a symbol that trades little share a page. */
    private void readCached(
            YearMonth month, String column, List<Day> days, Map<Day, Memory.Claim> claims)
            throws IOException {
        ParquetFile file = cachedMonth(month).file();
        List<VectorBuilder> builders = new ArrayList<>();
        for (Day day : days) {
            builders.add(VectorBuilder.of(typeOf(column), day.cached.rows()));
        }
        int groupStart = 0;
        for (int group = 0; group < file.footer().groups(); group++) {
            int groupEnd = groupStart + file.footer().rows(group);
            List<VectorBuilder> into = new ArrayList<>();
            int[] bounds = new int[2 * days.size()];
            for (int i = 0; i < days.size(); i++) {
                Month.Day day = days.get(i).cached;
                int start = Math.max(day.firstRow(), groupStart);
                int end = Math.min(day.firstRow() + day.rows(), groupEnd);
                if (start < end) {
                    bounds[2 * into.size()] = start - groupStart;
                    bounds[2 * into.size() + 1] = end - groupStart;
                    into.add(builders.get(i));
                }
            }
            Ranges ranges = Ranges.of(Arrays.copyOf(bounds, 2 * into.size()));
            if (file.footer().has(column)) {
                file.read(group, column, typeOf(column), ranges, into::get);
            } else {
                for (int i = 0; i < ranges.count(); i++) {
                    into.get(i)
                            .addDefault(
                                    columns.get(column),
                                    type.dataset(),
                                    ranges.end(i) - ranges.start(i));
                }
            }
            groupStart = groupEnd;
        }
        for (int i = 0; i < days.size(); i++) {
            claims.get(days.get(i)).give(builders.get(i).build());
        }
    }

    private record Cut(Day day, int from, int to) {}

    private Columns join(List<Day> days) throws IOException {
        List<Cut> cuts = new ArrayList<>();
        int rows = 0;
        boolean ordered = true;
        long last = Long.MIN_VALUE;
        for (Day day : days) {
            long[] times = ((Vector.Longs) day.vectors.get(TIME)).values();
            int from = range.isOfDays() ? 0 : TimeOrder.firstFrom(times, range.from());
            int to = range.isOfDays() ? times.length : TimeOrder.firstFrom(times, range.to());
            if (from < to) {
                cuts.add(new Cut(day, from, to));
                rows = Math.addExact(rows, to - from);
                ordered &= times[from] >= last;
                last = times[to - 1];
            }
        }
        int total = rows;
        Map<String, Vector> joined = new ConcurrentHashMap<>();
        Parallel.each(
                List.copyOf(columns.keySet()),
                column -> {
                    VectorBuilder builder = VectorBuilder.of(typeOf(column), total);
                    for (Cut cut : cuts) {
                        builder.add(cut.day.vectors.get(column), cut.from, cut.to);
                    }
                    joined.put(column, builder.build());
                });
        int[] order = ordered ? null : TimeOrder.of(((Vector.Longs) joined.get(TIME)).values());
        Map<String, Vector> vectors = new LinkedHashMap<>();
        for (String column : columns.keySet()) {
            Vector vector = joined.get(column);
            vectors.put(
                    column,
                    order == null ? vector : VectorBuilder.inOrder(vector, typeOf(column), order));
        }
        counters.rows.add(total);
        return new Columns(total, vectors);
    }

    @Override
    public void close() throws IOException {
        List<Closeable> open = new ArrayList<>(files.values());
        months.values().stream()
                .map(Month.Symbol::file)
                .filter(file -> file != null)
                .forEach(open::add);
        for (Closeable file : open) {
            file.close();
        }
    }
}
