package io.champion.reader;

import io.champion.lake.LakeReader;
import io.champion.lake.LakeSnapshot;
import io.champion.model.ColumnType.Column;
import io.champion.model.EditDistance;
import io.champion.model.TypeMapping;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Market data of one instrument at a time, for backtests: trades, quotes and bars of a range, as
 * arrays of primitives.
 *
 * <pre>{@code
 * MarketData data = MarketData.inHome(Path.of(".champion"));
 * Trades trades = data.trades("AAPL", LocalDate.of(2025, 6, 2), LocalDate.of(2025, 7, 1));
 * long[] time = trades.time();
 * double[] price = trades.price();
 * }</pre>
 *
 * <p>Ranges are half-open: the first day or time is in them, the last is not. Days are trade dates
 * as the lake is partitioned by; times are those of {@code event_time}. A symbol or range without
 * rows gives no rows. Rows are in the order of {@code event_time}; those of one nanosecond are in
 * the order of the lake's files.
 *
 * <p>Each read is of the lake as it is at that moment: it sees a partition whole, before or after
 * it is replaced, and all partitions of a {@link io.champion.lake.LakeGeneration} before or after
 * it is published. A day comes from the cache tier ({@link CacheBuild}) if that was made of the
 * day's present content, else from the lake; what has been decoded lately is kept in memory, up to
 * a bound in bytes. Only the files, row groups and pages that have the symbol are decoded, and only
 * the columns that are asked for.
 *
 * <p>Thread-safe. Holds no files open between reads.
 */
public final class MarketData {
    /** The share of the heap that memory may take by default. */
    public static final double DEFAULT_MEMORY_SHARE = 0.25;

    /** A read would have to be overtaken by changes of the lake this often. */
    private static final int MAX_ATTEMPTS = 20;

    /** How much a name may differ from what was meant. */
    private static final int MAX_TYPOS = 3;

    private final LakeReader lake;
    private final String lakeName;
    private final Path cache;
    private final Memory memory;
    private final Counters counters = new Counters();

    private MarketData(String lake, Path cache, long memoryBytes) throws IOException {
        this.lake = new LakeReader(new org.apache.flink.core.fs.Path(lake));
        this.lakeName = lake;
        this.cache = cache;
        this.memory = new Memory(memoryBytes);
    }

    /** The data of a home on this machine: its {@code lake}, and its {@code cache}. */
    public static MarketData inHome(Path home) throws IOException {
        return new Builder(home.resolve("lake").toAbsolutePath().toUri().toString())
                .cache(home.resolve("cache"))
                .open();
    }

    /**
     * The data of a lake anywhere.
     *
     * @param lake its root, a folder or a URI that Flink has a file system for
     */
    public static Builder of(String lake) {
        return new Builder(lake);
    }

    /** How a lake is to be read. */
    public static final class Builder {
        private final String lake;
        private Path cache;
        private long memoryBytes = (long) (Runtime.getRuntime().maxMemory() * DEFAULT_MEMORY_SHARE);

        private Builder(String lake) {
            this.lake = lake;
        }

        /** The folder of the cache tier; without one, all is read from the lake. */
        public Builder cache(Path folder) {
            this.cache = folder;
            return this;
        }

        /**
         * How many bytes may be kept in memory, beside what a read is returning; default a quarter
         * of the heap, 0 for none.
         */
        public Builder memory(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException(
                        "Memory of " + bytes + " bytes; give 0 for none.");
            }
            this.memoryBytes = bytes;
            return this;
        }

        /**
         * Begins to read. Nothing is read yet.
         *
         * @throws IOException if there is no file system for the lake
         */
        public MarketData open() throws IOException {
            return new MarketData(lake, cache, memoryBytes);
        }
    }

    /**
     * Trades of some trade dates.
     *
     * @param to the day after the last
     * @param columns of the contract {@code normalized.trades}; price and size if none is named;
     *     {@code event_time} comes always
     * @throws IllegalArgumentException if there is no such column, or the range ends before it
     *     begins
     * @throws IOException if a file cannot be read
     */
    public Trades trades(String symbol, LocalDate from, LocalDate to, String... columns)
            throws IOException {
        return new Trades(read(DataType.TRADES, symbol, Range.ofDays(from, to), columns));
    }

    /**
     * Trades from one time up to but not another; else as {@link #trades(String, LocalDate,
     * LocalDate, String...)}.
     */
    public Trades trades(String symbol, Instant from, Instant to, String... columns)
            throws IOException {
        return new Trades(read(DataType.TRADES, symbol, Range.ofTimes(from, to), columns));
    }

    /** Quotes of some trade dates: prices and sizes of both sides if no column is named. */
    public Quotes quotes(String symbol, LocalDate from, LocalDate to, String... columns)
            throws IOException {
        return new Quotes(read(DataType.QUOTES, symbol, Range.ofDays(from, to), columns));
    }

    /** Quotes from one time up to but not another. */
    public Quotes quotes(String symbol, Instant from, Instant to, String... columns)
            throws IOException {
        return new Quotes(read(DataType.QUOTES, symbol, Range.ofTimes(from, to), columns));
    }

    /** Bars of a minute of some trade dates: prices and volume if no column is named. */
    public Bars minuteBars(String symbol, LocalDate from, LocalDate to, String... columns)
            throws IOException {
        return new Bars(read(DataType.BARS_1M, symbol, Range.ofDays(from, to), columns));
    }

    /** Bars of a minute that start from one time up to but not another. */
    public Bars minuteBars(String symbol, Instant from, Instant to, String... columns)
            throws IOException {
        return new Bars(read(DataType.BARS_1M, symbol, Range.ofTimes(from, to), columns));
    }

    /** Bars of a day: prices and volume if no column is named. */
    public Bars dailyBars(String symbol, LocalDate from, LocalDate to, String... columns)
            throws IOException {
        return new Bars(read(DataType.BARS_1D, symbol, Range.ofDays(from, to), columns));
    }

    /** What was done so far, and what is in memory. */
    public ReadStats stats() {
        return new ReadStats(
                counters.reads.sum(),
                counters.rows.sum(),
                counters.fromMemory.sum(),
                counters.fromCache.sum(),
                counters.fromLake.sum(),
                counters.bytesRead.sum(),
                counters.pagesDecoded.sum(),
                counters.slowColumns.sum(),
                memory.bytes(),
                memory.limit(),
                memory.evictions());
    }

    /** Forgets what is in memory. */
    public void forget() {
        memory.clear();
    }

    private Columns read(DataType type, String symbol, Range range, String... names)
            throws IOException {
        Map<String, Column> columns = columns(type, names);
        IOException last = null;
        for (int attempt = 0; attempt < MAX_ATTEMPTS; ) {
            LakeSnapshot snapshot = lake.snapshot(type.dataset(), range.firstDay(), range.endDay());
            try (Read read = new Read(type, symbol, columns, range, cache, memory, counters)) {
                Columns found = read.of(snapshot);
                counters.reads.increment();
                return found;
            } catch (FileNotFoundException e) {
                // The partition was replaced between the look at it and the opening of its files.
                last = e;
                attempt++;
            } catch (Memory.AbandonedException e) {
                // Another read met that, and counts its attempts itself.
                last = e;
            }
        }
        throw new IOException(
                "A file of "
                        + type.dataset()
                        + " in "
                        + lakeName
                        + " that a manifest names is missing. Ingest the partition again.",
                last);
    }

    private static Map<String, Column> columns(DataType type, String... names) {
        List<Column> contract = TypeMapping.columns(type.dataset().schema());
        Map<String, Column> byName =
                contract.stream().collect(Collectors.toMap(Column::name, column -> column));
        Map<String, Column> wanted = new LinkedHashMap<>();
        wanted.put(Read.TIME, byName.get(Read.TIME));
        for (String name : names.length == 0 ? type.usual() : List.of(names)) {
            Column column = byName.get(name);
            if (column == null) {
                throw new IllegalArgumentException(
                        type.dataset() + " has no column '" + name + "'." + meant(name, contract));
            }
            wanted.put(name, column);
        }
        return wanted;
    }

    private static String meant(String name, List<Column> contract) {
        return contract.stream()
                .map(Column::name)
                .filter(known -> EditDistance.between(known, name) <= MAX_TYPOS)
                .min(Comparator.comparingInt(known -> EditDistance.between(known, name)))
                .map(known -> " Is '" + known + "' meant?")
                .orElse(
                        " It has "
                                + contract.stream()
                                        .map(Column::name)
                                        .collect(Collectors.joining(", "))
                                + ".");
    }
}
