package io.champion.reader;

import static io.champion.reader.TestLake.DAY;
import static io.champion.reader.TestLake.SMALL;
import static io.champion.reader.TestLake.TRADES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.LakeGeneration;
import io.champion.lake.LakeReader;
import io.champion.lake.ParquetOptions;
import io.champion.model.PartitionKey;
import io.champion.model.record.Trade;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MarketDataTest {
    private static final List<String> SYMBOLS =
            List.of("A", "AA", "BAC", "BACpA", "BRK.B", "SPY", "ZZZ");

    @TempDir Path lake;

    private MarketData open() throws IOException {
        return MarketData.of(lake.toUri().toString()).open();
    }

    /** Days from a Monday on, and their trades. */
    private List<List<Trade>> fill(int days, int perSymbol, ParquetOptions options)
            throws IOException {
        List<List<Trade>> all = new ArrayList<>();
        for (int i = 0; i < days; i++) {
            List<Trade> trades = TestLake.trades(DAY.plusDays(i), SYMBOLS, perSymbol, 1);
            TestLake.write(lake, TRADES.partitionOf(DAY.plusDays(i)), options, trades);
            all.add(trades);
        }
        return all;
    }

    private static List<Trade> of(List<List<Trade>> days, String symbol, int from, int to) {
        return days.subList(from, to).stream()
                .flatMap(day -> TestLake.of(day, symbol).stream())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(ParquetOptions.Codec.class)
    void readsAllColumnsAsTheyWereWritten(ParquetOptions.Codec codec) throws Exception {
        List<List<Trade>> days = fill(3, 300, SMALL.withCodec(codec));
        MarketData data = open();
        for (String symbol : SYMBOLS) {
            Trades found = data.trades(symbol, DAY, DAY.plusDays(3), Expected.ALL);
            Expected.assertEqual(found.columns(), of(days, symbol, 0, 3));
        }
        assertThat(data.stats().slowColumns()).isZero();
    }

    @Test
    void readsWhatTheLakesOwnReaderReads() throws Exception {
        fill(3, 300, SMALL);
        List<Trade> rows = new ArrayList<>();
        try (var read =
                new LakeReader(TestLake.path(lake))
                        .read(
                                IntStream.range(0, 3)
                                        .mapToObj(i -> TRADES.partitionOf(DAY.plusDays(i)))
                                        .toList())) {
            while (read.hasNext()) {
                rows.add((Trade) read.next());
            }
        }
        for (String symbol : SYMBOLS) {
            Expected.assertEqual(
                    open().trades(symbol, DAY, DAY.plusDays(3), Expected.ALL).columns(),
                    TestLake.of(rows, symbol));
        }
    }

    @Test
    void rangesAreHalfOpenAndEqualToTheRowsOnRandomOnes() throws Exception {
        List<List<Trade>> days = fill(6, 200, SMALL);
        MarketData data = open();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            String symbol = SYMBOLS.get(random.nextInt(SYMBOLS.size()));
            List<Trade> all = of(days, symbol, 0, 6);
            // Times of trades themselves, so that the bounds matter.
            long a = all.get(random.nextInt(all.size())).getEventTime();
            long b = all.get(random.nextInt(all.size())).getEventTime();
            long from = Math.min(a, b);
            long to = Math.max(a, b);
            Trades found =
                    data.trades(
                            symbol, Instant.ofEpochSecond(0, from), Instant.ofEpochSecond(0, to));
            Expected.assertEqual(
                    found.columns(),
                    all.stream()
                            .filter(t -> t.getEventTime() >= from && t.getEventTime() < to)
                            .toList());
            int first = random.nextInt(6);
            int end = first + random.nextInt(7 - first);
            Expected.assertEqual(
                    data.trades(symbol, DAY.plusDays(first), DAY.plusDays(end)).columns(),
                    of(days, symbol, first, end));
        }
        assertThat(data.stats().hitRate()).isGreaterThan(0.8);
        assertThatThrownBy(() -> data.trades("A", DAY, DAY.minusDays(1)))
                .hasMessageContaining("before it begins");
    }

    @Test
    void whatIsNotThereIsEmpty() throws Exception {
        fill(1, 10, SMALL);
        MarketData data = open();
        for (String symbol : List.of("AAA", "", "ZZZZ", "a", "../A", "%")) {
            Trades none = data.trades(symbol, DAY, DAY.plusDays(1));
            assertThat(none.rows()).isZero();
            assertThat(none.time()).isEmpty();
            assertThat(none.price()).isEmpty();
        }
        assertThat(data.trades("A", LocalDate.of(1990, 1, 1), DAY).rows()).isZero();
        assertThat(data.quotes("A", DAY, DAY.plusDays(1)).rows()).isZero();
        assertThat(data.dailyBars("A", LocalDate.MIN, LocalDate.MAX).rows()).isZero();
        assertThat(data.trades("A", Instant.MIN, Instant.MAX).rows()).isPositive();
        assertThat(data.trades("A", Instant.EPOCH, Instant.EPOCH).rows()).isZero();
    }

    @Test
    void anUnknownColumnIsNamedAndSoIsOneThatWasNotAskedFor() throws Exception {
        fill(1, 10, SMALL);
        MarketData data = open();
        assertThatThrownBy(() -> data.trades("A", DAY, DAY.plusDays(1), "prise"))
                .hasMessage("normalized.trades has no column 'prise'. Is 'price' meant?");
        Trades trades = data.trades("A", DAY, DAY.plusDays(1), "size");
        assertThatThrownBy(trades::price)
                .hasMessage("Column 'price' was not asked for; these were: event_time, size.");
        assertThatThrownBy(() -> trades.columns().longs("size"))
                .hasMessage("Column 'size' holds doubles, not longs.");
    }

    @Test
    void onlyPagesAndColumnsThatAreNeededAreRead() throws Exception {
        fill(5, 4_000, SMALL);
        long size = 0;
        try (var files = Files.walk(lake)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
                size += Files.size(file);
            }
        }
        MarketData all = open();
        for (String symbol : SYMBOLS) {
            all.trades(symbol, DAY, DAY.plusDays(5), Expected.ALL);
        }
        MarketData one = open();
        one.trades("BRK.B", DAY.plusDays(2), DAY.plusDays(3), "price");
        assertThat(one.stats().pagesDecoded()).isLessThan(all.stats().pagesDecoded() / 50);
        // The footer and its indexes are much of it, in a file of so small pages.
        assertThat(one.stats().bytesRead()).isLessThan(size / 20);
        MarketData none = open();
        none.trades("AB", DAY, DAY.plusDays(5));
        assertThat(none.stats().pagesDecoded()).isLessThanOrEqualTo(5);
        MarketData hour = open();
        long noon = TestLake.nanos(Instant.parse("2025-06-04T12:00:00Z"));
        hour.trades(
                "SPY",
                Instant.ofEpochSecond(0, noon),
                Instant.ofEpochSecond(0, noon + 3_600_000_000_000L));
        // Of the days before and after, no page.
        assertThat(hour.stats().fromLake()).isEqualTo(3);
    }

    @Test
    void unsortedFilesAndSeveralOfThemAreSorted() throws Exception {
        List<Trade> trades = TestLake.trades(DAY, SYMBOLS, 200, 3);
        List<List<Trade>> shuffled = List.of(new ArrayList<>(), new ArrayList<>());
        Random random = new Random(1);
        for (Trade trade : trades) {
            shuffled.get(random.nextInt(2)).add(trade);
        }
        shuffled.forEach(file -> Collections.shuffle(file, random));
        TestLake.write(lake, TRADES.partitionOf(DAY), SMALL, shuffled.get(0), shuffled.get(1));
        MarketData data = open();
        for (String symbol : SYMBOLS) {
            Columns found =
                    data.trades(symbol, DAY, DAY.plusDays(1), "price", "conditions", "trade_id")
                            .columns();
            List<Trade> expected =
                    shuffled.stream()
                            .flatMap(List::stream)
                            .filter(t -> t.getSymbol().equals(symbol))
                            .sorted(java.util.Comparator.comparing(Trade::getEventTime))
                            .toList();
            Expected.assertEqual(found, expected);
        }
    }

    @Test
    void filesThatOthersWroteAreReadToo() throws Exception {
        List<Trade> trades = fill(1, 300, SMALL).get(0);
        Path folder = lake.resolve(TRADES.partitionOf(DAY).location());
        for (String options : List.of("COMPRESSION gzip", "COMPRESSION zstd, PARQUET_VERSION v2")) {
            writeAsOthersDo(folder, options, trades.size());
            MarketData data = open();
            trades.forEach(MarketDataTest::cut);
            for (String symbol : SYMBOLS) {
                Expected.assertEqual(
                        data.trades(symbol, DAY, DAY.plusDays(1), Expected.ALL).columns(),
                        TestLake.of(trades, symbol));
            }
            assertThat(data.stats().slowColumns()).isPositive();
        }
    }

    @Test
    void daysThatOthersWroteAreReadAtOnce() throws Exception {
        int days = 6;
        List<List<Trade>> trades = fill(days, 2_000, SMALL);
        for (int day = 0; day < days; day++) {
            writeAsOthersDo(
                    lake.resolve(TRADES.partitionOf(DAY.plusDays(day)).location()),
                    "COMPRESSION gzip",
                    trades.get(day).size());
        }
        List<Trade> all = trades.stream().flatMap(List::stream).toList();
        all.forEach(MarketDataTest::cut);
        for (int round = 0; round < 5; round++) {
            MarketData data = open();
            for (String symbol : SYMBOLS) {
                Expected.assertEqual(
                        data.trades(symbol, DAY, DAY.plusDays(days), Expected.ALL).columns(),
                        TestLake.of(all, symbol));
            }
        }
    }

    /** Lets the rows of a partition be in a file of another writer. */
    private static void writeAsOthersDo(Path folder, String options, int rows) throws Exception {
        Path file = folder.resolve("other.parquet");
        Files.deleteIfExists(file);
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "COPY (SELECT * EXCLUDE (is_outlier, year, month, day) REPLACE ("
                            // DuckDB has no other times in UTC than microseconds.
                            + "epoch_us(event_time) * 1000 AS event_time,"
                            + "epoch_us(participant_time) * 1000 AS participant_time,"
                            + "epoch_us(trf_time) * 1000 AS trf_time,"
                            + "epoch_ms(ingest_time) AS ingest_time)"
                            + " FROM read_parquet('"
                            + folder
                            + "/part*.parquet', hive_partitioning = true)) TO '"
                            + file
                            + "' (FORMAT parquet, "
                            + options
                            + ")");
        }
        TestLake.manifest(
                folder,
                options,
                List.of(
                        "{\"name\":\"other.parquet\",\"rows\":%d,\"bytes\":%d}"
                                .formatted(rows, Files.size(file))));
    }

    private static void cut(Trade trade) {
        // A column that the file does not have gets the contract's default.
        trade.setIsOutlier(false);
        trade.setEventTime(trade.getEventTime() / 1000 * 1000);
        if (trade.getParticipantTime() != null) {
            trade.setParticipantTime(trade.getParticipantTime() / 1000 * 1000);
        }
        if (trade.getTrfTime() != null) {
            trade.setTrfTime(trade.getTrfTime() / 1000 * 1000);
        }
    }

    @Test
    void aDamagedFileIsNamed() throws Exception {
        fill(1, 300, SMALL.withCodec(ParquetOptions.Codec.SNAPPY));
        Path folder = lake.resolve(TRADES.partitionOf(DAY).location());
        Path file;
        try (var files = Files.list(folder)) {
            file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
        }
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            Files.write(file, whole);
            try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                damaged.seek(random.nextInt(whole.length));
                byte[] noise = new byte[8];
                random.nextBytes(noise);
                damaged.write(noise);
                damaged.setLength(whole.length);
            }
            try {
                open().trades("BAC", DAY, DAY.plusDays(1), Expected.ALL);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining(".parquet");
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void memoryIsBoundedInBytes() throws Exception {
        List<List<Trade>> days = fill(4, 400, SMALL);
        long bound = 40_000;
        MarketData data = MarketData.of(lake.toUri().toString()).memory(bound).open();
        for (int i = 0; i < 40; i++) {
            String symbol = SYMBOLS.get(i % SYMBOLS.size());
            Expected.assertEqual(
                    data.trades(symbol, DAY, DAY.plusDays(4)).columns(), of(days, symbol, 0, 4));
            assertThat(data.stats().memoryBytes()).isLessThanOrEqualTo(bound);
        }
        assertThat(data.stats().evictions()).isPositive();
        MarketData warm = open();
        warm.trades("SPY", DAY, DAY.plusDays(4));
        long read = warm.stats().bytesRead();
        warm.trades("SPY", DAY, DAY.plusDays(4));
        assertThat(warm.stats().bytesRead()).isEqualTo(read);
        assertThat(warm.stats().fromMemory()).isGreaterThanOrEqualTo(12);
        warm.forget();
        assertThat(warm.stats().memoryBytes()).isZero();
    }

    @Test
    void readersAtOnceSeeGenerationsWhole() throws Exception {
        List<PartitionKey> partitions =
                IntStream.range(0, 3).mapToObj(i -> TRADES.partitionOf(DAY.plusDays(i))).toList();
        publish(0, lake, partitions);
        MarketData data = open();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(3);
        List<Future<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(
                    readers.submit(
                            () -> {
                                int reads = 0;
                                while (!done.get() || reads == 0) {
                                    double[] sizes =
                                            data.trades("SPY", DAY, DAY.plusDays(3)).size();
                                    assertThat(sizes).hasSize(30);
                                    assertThat(Arrays.stream(sizes).distinct().count()).isOne();
                                    reads++;
                                }
                                return reads;
                            }));
        }
        for (int generation = 1; generation <= 20; generation++) {
            LakeGeneration next = new LakeGeneration(TestLake.path(lake), "g" + generation);
            publish(generation, Path.of(next.root().getPath()), partitions);
            next.publish(partitions);
            next.clear();
            assertThat(data.trades("SPY", DAY, DAY.plusDays(3)).size()).containsOnly(generation);
        }
        done.set(true);
        for (Future<Integer> result : results) {
            assertThat(result.get()).isPositive();
        }
        readers.shutdown();
    }

    private static void publish(int generation, Path lake, List<PartitionKey> partitions)
            throws IOException {
        for (PartitionKey partition : partitions) {
            List<Trade> trades = TestLake.trades(partition.date(), List.of("SPY"), 100, 1);
            List<Trade> ten = trades.subList(0, 10);
            ten.forEach(trade -> trade.setSize((double) generation));
            TestLake.write(lake, partition, SMALL, ten);
        }
    }
}
