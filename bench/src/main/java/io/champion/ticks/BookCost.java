package io.champion.ticks;

import io.champion.kafka.RecordDecoder;
import io.champion.kafka.WireSchemas;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * What the engine's books cost: CPU of a tick, and bytes of a million remembered ticks. {@code
 * BookCost TICKS SYMBOLS INTERVALS}, such as {@code BookCost 1000000 50 1s,1m}, prints one row of
 * the table in docs/ticks.md. One thread, no Flink: ticks are decoded before the clock starts.
 */
public final class BookCost {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long LATENESS = Duration.ofDays(1).toMillis();
    private static final long OUT_OF_ORDERNESS = 5_000;

    /** Ticks between two checkpoints. */
    private static final int CHECKPOINT = 100_000;

    private static final int ROUNDS = 7;

    private BookCost() {}

    /** A tick as the engine hands it to a book. */
    private record Tick(
            int instrument,
            long sequence,
            long key,
            long time,
            long price,
            long size,
            boolean counts) {}

    /** State of one instrument, as the heap backend would keep it. */
    private static final class Store implements BookStore {
        final Map<Long, byte[]> trades = new HashMap<>();
        final Map<Long, byte[]> windows = new HashMap<>();

        @Override
        public void putTrades(long key, byte[] bytes) {
            trades.put(key, bytes);
        }

        @Override
        public void removeTrades(long key) {
            trades.remove(key);
        }

        @Override
        public void putWindows(long minute, byte[] bytes) {
            windows.put(minute, bytes);
        }

        @Override
        public void removeWindows(long minute) {
            windows.remove(minute);
        }

        @Override
        public void putForgotten(Long millis) {}
    }

    /** All instruments of a market, and what was counted. */
    private static final class Market {
        final InstrumentBook[] books;
        final Store[] stores;
        long bars;
        long cpuNanos;
        long flushNanos;

        Market(int symbols, BookSettings settings) {
            books = new InstrumentBook[symbols];
            stores = new Store[symbols];
            for (int i = 0; i < symbols; i++) {
                stores[i] = new Store();
                books[i] = new InstrumentBook(settings, stores[i]);
            }
        }

        void take(List<Tick> ticks) {
            InstrumentBook.Bars count = (interval, start, version, bar) -> bars++;
            Varints buffer = Varints.writer();
            long watermark = Long.MIN_VALUE;
            long greatest = Long.MIN_VALUE;
            int taken = 0;
            long from = cpu();
            for (Tick tick : ticks) {
                InstrumentBook book = books[tick.instrument];
                if (book.nextDue() <= watermark) {
                    book.advance(watermark, count);
                }
                book.accept(
                        tick.sequence,
                        tick.key,
                        tick.time,
                        tick.price,
                        tick.size,
                        tick.counts,
                        watermark);
                long millis = tick.time / NANOS_PER_MILLI;
                if (millis > greatest) {
                    greatest = millis;
                    watermark = millis - OUT_OF_ORDERNESS;
                }
                if (++taken % CHECKPOINT == 0 || taken == ticks.size()) {
                    for (InstrumentBook quiet : books) {
                        if (quiet.nextDue() <= watermark) {
                            quiet.advance(watermark, count);
                        }
                    }
                    long before = cpu();
                    for (InstrumentBook each : books) {
                        each.flush(buffer);
                    }
                    flushNanos += cpu() - before;
                }
            }
            cpuNanos = cpu() - from;
        }
    }

    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Prints one row of the table. */
    public static void main(String[] arguments) throws Exception {
        int symbols = Integer.parseInt(arguments[1]);
        List<Duration> lengths =
                Stream.of(arguments[2].split(","))
                        .map(length -> Duration.parse("PT" + length.toUpperCase(Locale.ROOT)))
                        .toList();
        BookSettings settings =
                new BookSettings(BarIntervals.of(lengths), LATENESS, Integer.MAX_VALUE);
        MarketSpec spec =
                MarketSpec.builder()
                        .ticks(Long.parseLong(arguments[0]))
                        .symbols(symbols)
                        .lateRate(0)
                        .malformedRate(0)
                        .build();
        List<Tick> ticks = ticks(spec);
        double nanos = Double.MAX_VALUE;
        double flushNanos = 0;
        Market market = null;
        long heap = 0;
        for (int round = 0; round < ROUNDS; round++) {
            market = null;
            long before = used();
            market = new Market(symbols, settings);
            market.take(ticks);
            heap = used() - before;
            // The least: other processes only ever add to it.
            if ((double) market.cpuNanos / ticks.size() < nanos) {
                nanos = (double) market.cpuNanos / ticks.size();
                flushNanos = (double) market.flushNanos / ticks.size();
            }
        }
        long estimate = 0;
        long packed = 0;
        long remembered = 0;
        for (int i = 0; i < symbols; i++) {
            estimate += market.books[i].heapBytes();
            remembered += market.books[i].rows();
            packed += packed(market.stores[i]);
        }
        long rocks = rocksBytes(market.stores);
        long both = used();
        Arrays.fill(market.books, null);
        long objects = heapOf(market, both, heap);
        System.out.printf(
                Locale.ROOT,
                "| %,d | %s | %.0f | %.0f | %.0f | %.0f | %.1f | %.1f | %.1f |%n",
                symbols,
                arguments[2].replace(",", ", "),
                nanos,
                flushNanos,
                (double) (heap - objects) / remembered,
                (double) estimate / remembered,
                (double) packed / remembered,
                (double) objects / remembered,
                (double) rocks / remembered);
    }

    /** What the stores take, once the books are gone. */
    private static long heapOf(Market market, long withBooks, long all) {
        long books = withBooks - used();
        if (market.stores.length == 0) {
            throw new IllegalStateException("The stores have to live until here.");
        }
        return all - books;
    }

    private static long packed(Store store) {
        return Stream.concat(store.trades.values().stream(), store.windows.values().stream())
                .mapToLong(bytes -> bytes.length)
                .sum();
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static List<Tick> ticks(MarketSpec spec) throws Exception {
        RecordDecoder<EquityTrade> decoder =
                new RecordDecoder<>(EquityTrade.class, WireSchemas.released());
        Map<String, Integer> instruments = new HashMap<>();
        List<Tick> ticks = new ArrayList<>();
        for (MarketSimulator messages = new MarketSimulator(spec); messages.hasNext(); ) {
            SimulatedMessage message = messages.next();
            EquityTrade trade = decoder.decode(message.value(), new EquityTrade());
            boolean cancelled = trade.getKind() == TickKind.CANCELLATION;
            String instrument = new String(message.key(), StandardCharsets.UTF_8);
            ticks.add(
                    new Tick(
                            instruments.computeIfAbsent(instrument, name -> instruments.size()),
                            trade.getSequenceNumber(),
                            TradeKeys.of(trade.getTradeId()),
                            trade.getEventTime(),
                            cancelled ? 0 : FixedPoint.of(trade.getPrice()),
                            cancelled ? 0 : FixedPoint.of(trade.getSize()),
                            !cancelled && spec.isInSession(trade.getEventTime())));
        }
        return ticks;
    }

    /** Bytes on disk of the same state in RocksDB, under keys as Flink writes them. */
    private static long rocksBytes(Store[] stores) throws IOException, RocksDBException {
        Path folder = Files.createTempDirectory("books");
        try (Options options =
                        new Options()
                                .setCreateIfMissing(true)
                                .setCompressionType(CompressionType.SNAPPY_COMPRESSION);
                RocksDB db = RocksDB.open(options, folder.toString());
                FlushOptions flush = new FlushOptions()) {
            for (int i = 0; i < stores.length; i++) {
                byte[] instrument = "NSE:SIM%04d:EQ".formatted(i).getBytes(StandardCharsets.UTF_8);
                put(db, i, instrument, (byte) 0, stores[i].trades);
                put(db, i, instrument, (byte) 1, stores[i].windows);
            }
            db.flush(flush);
            db.compactRange();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (file.toString().endsWith(".sst")) {
                    bytes += Files.size(file);
                }
                Files.delete(file);
            }
            return bytes;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void put(
            RocksDB db, int keyGroup, byte[] instrument, byte state, Map<Long, byte[]> pieces)
            throws RocksDBException {
        for (Map.Entry<Long, byte[]> piece : pieces.entrySet()) {
            ByteBuffer key = ByteBuffer.allocate(2 + instrument.length + Long.BYTES + 1);
            key.put(state).put((byte) (keyGroup % 128)).put(instrument).put((byte) 0);
            db.put(key.putLong(piece.getKey()).array(), piece.getValue());
        }
    }
}
