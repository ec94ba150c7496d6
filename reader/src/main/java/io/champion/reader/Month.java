package io.champion.reader;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cache tier: {@code {data_type}/{symbol}/{year}_{month}.parquet}, where a file has all rows of
 * a symbol and month, day by day in the order of time. Each file says itself of which versions of
 * the lake's partitions it was made, so that each file, and each day of it, is current or not by
 * itself; {@code {data_type}/.months/{year}_{month}.json} says of which versions all symbols were
 * made, and which symbols these are.
 */
final class Month {
    /** Key of a file's days in its metadata. */
    static final String DAYS_NOTE = "champion.cache.days";

    /** A symbol's name never begins with a dot. */
    private static final String MANIFESTS = ".months";

    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Month() {}

    /** The name of a month's files. */
    static String name(YearMonth month) {
        return String.format(Locale.ROOT, "%04d_%02d", month.getYear(), month.getMonthValue());
    }

    /** The month of a file's name without its ending; empty where it is none. */
    static Optional<YearMonth> month(String name) {
        try {
            return name.matches("\\d{4}_\\d{2}")
                    ? Optional.of(YearMonth.parse(name.replace('_', '-')))
                    : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** A symbol's file; empty where a symbol can have none. */
    static Optional<Path> file(Path cache, DataType type, String symbol, YearMonth month) {
        return SymbolNames.encode(symbol)
                .map(
                        folder ->
                                cache.resolve(type.folder())
                                        .resolve(folder)
                                        .resolve(name(month) + ".parquet"));
    }

    /**
     * A day in a file.
     *
     * @param version of the lake's partition that it was made of
     * @param firstRow in the file
     * @param firstTime of its rows, nanoseconds since the epoch; of no meaning without rows
     */
    record Day(String version, int firstRow, int rows, long firstTime, long lastTime) {}

    /** The days as a file's metadata has them. */
    static String note(SortedMap<LocalDate, Day> days) {
        StringBuilder note = new StringBuilder();
        days.forEach(
                (date, day) ->
                        note.append(date)
                                .append(' ')
                                .append(day.version)
                                .append(' ')
                                .append(day.rows)
                                .append(' ')
                                .append(day.firstTime)
                                .append(' ')
                                .append(day.lastTime)
                                .append('\n'));
        return note.toString();
    }

    /** The days of a file; none where it is not one of the cache. */
    static Map<LocalDate, Day> days(ParquetFile.Footer footer) throws IOException {
        String note = footer.note(DAYS_NOTE);
        Map<LocalDate, Day> days = new HashMap<>();
        if (note == null) {
            return days;
        }
        int row = 0;
        for (String line : note.split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            String[] parts = line.split(" ", -1);
            if (parts.length != 5) {
                throw new IOException("'" + line + "' is no day of a file of the cache.");
            }
            int rows = Integer.parseInt(parts[2]);
            days.put(
                    LocalDate.parse(parts[0]),
                    new Day(
                            parts[1],
                            row,
                            rows,
                            Long.parseLong(parts[3]),
                            Long.parseLong(parts[4])));
            row = Math.addExact(row, rows);
        }
        return days;
    }

    /**
     * What all symbols of a month were made of.
     *
     * @param days versions of the lake's partitions
     * @param symbols those that have a file
     */
    record Manifest(SortedMap<LocalDate, String> days, SortedSet<String> symbols) {
        static Path path(Path cache, DataType type, YearMonth month) {
            return cache.resolve(type.folder()).resolve(MANIFESTS).resolve(name(month) + ".json");
        }

        /** The manifest of a month; empty where not all symbols were ever built. */
        static Optional<Manifest> read(Path path) throws IOException {
            byte[] bytes;
            try {
                bytes = Files.readAllBytes(path);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
            JsonNode root = JSON.readTree(bytes);
            if (root == null || root.path("version").asInt() != VERSION) {
                throw new IOException(
                        path
                                + " is not of version "
                                + VERSION
                                + ". Remove the cache's folder and build it again.");
            }
            SortedMap<LocalDate, String> days = new TreeMap<>();
            root.path("days")
                    .fields()
                    .forEachRemaining(
                            day ->
                                    days.put(
                                            LocalDate.parse(day.getKey()),
                                            day.getValue().asText()));
            SortedSet<String> symbols = new TreeSet<>();
            root.path("symbols").forEach(symbol -> symbols.add(symbol.asText()));
            return Optional.of(new Manifest(days, symbols));
        }

        void write(Path path) throws IOException {
            ObjectNode root = JSON.createObjectNode().put("version", VERSION);
            ObjectNode byDay = root.putObject("days");
            days.forEach((day, version) -> byDay.put(day.toString(), version));
            ArrayNode list = root.putArray("symbols");
            symbols.forEach(list::add);
            Files.createDirectories(path.getParent());
            Path hidden = path.resolveSibling(path.getFileName() + ".tmp");
            Files.write(hidden, JSON.writeValueAsBytes(root));
            Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** The months of which a data type has manifests. */
    static List<YearMonth> manifests(Path cache, DataType type) throws IOException {
        Path folder = cache.resolve(type.folder()).resolve(MANIFESTS);
        List<YearMonth> months = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (var entries = Files.newDirectoryStream(folder, "*.json")) {
                for (Path entry : entries) {
                    String name = entry.getFileName().toString();
                    month(name.substring(0, name.length() - ".json".length()))
                            .ifPresent(months::add);
                }
            }
        }
        return months;
    }

    /**
     * What the cache has of a symbol and month, for one read.
     *
     * @param file null where the symbol has none
     * @param days by trade date; those that are not there are not in the cache
     */
    record Symbol(ParquetFile file, Map<LocalDate, Day> days) {
        static Symbol open(
                Path cache, DataType type, String symbol, YearMonth month, Counters counters)
                throws IOException {
            Optional<Path> path = Month.file(cache, type, symbol, month);
            if (path.isEmpty()) {
                return new Symbol(null, Map.of());
            }
            try {
                LocalFile in = new LocalFile(path.get());
                ParquetFile file =
                        ParquetFile.open(path.get().toString(), in, in.length(), null, counters);
                return new Symbol(file, Month.days(file.footer()));
            } catch (FileNotFoundException e) {
                return withoutFile(cache, type, symbol, month);
            }
        }

        /** Where all symbols were built, and this one got no file, it has no rows. */
        private static Symbol withoutFile(Path cache, DataType type, String symbol, YearMonth month)
                throws IOException {
            Optional<Manifest> manifest = Manifest.read(Manifest.path(cache, type, month));
            Map<LocalDate, Day> days = new HashMap<>();
            if (manifest.isPresent() && !manifest.get().symbols().contains(symbol)) {
                manifest.get()
                        .days()
                        .forEach((date, version) -> days.put(date, new Day(version, 0, 0, 0, 0)));
            }
            return new Symbol(null, days);
        }
    }
}
