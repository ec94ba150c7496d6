package io.champion.reader;

import io.champion.lake.ContractFile;
import io.champion.lake.ParquetOptions;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Trade;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;

/** A lake of generated rows: files as the lake's writer makes them, and manifests. */
final class TestLake {
    static final Dataset TRADES = Dataset.of("normalized.trades");
    static final LocalDate DAY = LocalDate.of(2025, 6, 2);

    /** Small pages and row groups, so that there are many. */
    static final ParquetOptions SMALL =
            ParquetOptions.defaults().withPageBytes(1 << 10).withRowGroupBytes(64 << 10);

    private TestLake() {}

    static org.apache.flink.core.fs.Path path(Path path) {
        return new org.apache.flink.core.fs.Path(path.toUri());
    }

    /** Gives a partition rows, in one file for each list. */
    @SafeVarargs
    static void write(
            Path lake,
            PartitionKey partition,
            ParquetOptions options,
            List<? extends SpecificRecordBase>... files)
            throws IOException {
        Path folder = Files.createDirectories(lake.resolve(partition.location()));
        List<Path> before;
        try (Stream<Path> list = Files.list(folder)) {
            before = list.toList();
        }
        List<String> entries = new ArrayList<>();
        String commit = UUID.randomUUID().toString();
        int number = 0;
        try (ContractFile.Maker maker = new ContractFile.Maker(options)) {
            for (List<? extends SpecificRecordBase> rows : files) {
                Path path = folder.resolve("part-" + number++ + "-" + commit + ".parquet");
                try (ContractFile file =
                        maker.create(path(path), Dataset.of(partition.dataset()).schema())) {
                    for (SpecificRecordBase row : rows) {
                        file.write(row);
                    }
                }
                entries.add(
                        "{\"name\":\"%s\",\"rows\":%d,\"bytes\":%d}"
                                .formatted(path.getFileName(), rows.size(), Files.size(path)));
            }
        }
        manifest(folder, commit, entries);
        for (Path old : before) {
            if (!old.endsWith("_SUCCESS")) {
                Files.delete(old);
            }
        }
    }

    static void manifest(Path folder, String commit, List<String> entries) throws IOException {
        Files.writeString(
                folder.resolve("_SUCCESS"),
                "{\"version\":1,\"commit\":\"%s\",\"files\":[%s]}"
                        .formatted(commit, String.join(",", entries)));
    }

    /** Trades of a day, sorted by symbol and time; several share a nanosecond. */
    static List<Trade> trades(LocalDate day, List<String> symbols, int perSymbol, long seed) {
        Random random = new Random(seed * 31 + day.toEpochDay());
        List<Trade> trades = new ArrayList<>();
        for (String symbol : symbols) {
            int count = perSymbol / 2 + random.nextInt(perSymbol + 1);
            long price = 1_000 + random.nextInt(100_000);
            List<Long> times = new ArrayList<>();
            long open = nanos(day.atTime(8, 0).toInstant(ZoneOffset.UTC));
            for (int i = 0; i < count; i++) {
                times.add(
                        i > 0 && random.nextInt(10) == 0
                                ? times.get(i - 1)
                                : open + (long) (random.nextDouble() * 57_600e9));
            }
            times.sort(null);
            for (int i = 0; i < count; i++) {
                price += random.nextInt(5) - 2;
                trades.add(trade(day, symbol, i, times.get(i), price / 100.0, random));
            }
        }
        return trades;
    }

    static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000L + time.getNano();
    }

    private static Trade trade(
            LocalDate day, String symbol, int i, long time, double price, Random random) {
        List<Integer> conditions = new ArrayList<>();
        for (int k = random.nextInt(4); k > 0; k--) {
            conditions.add(random.nextInt(60));
        }
        boolean facility = random.nextInt(3) == 0;
        return Trade.newBuilder()
                .setEventId(i)
                .setEventTime(time)
                .setIngestTime(Instant.parse("2025-07-01T00:00:00Z"))
                .setSource("flat_file")
                .setEntityId("SIP:" + symbol)
                .setSymbol(symbol)
                .setExchange("SIP")
                .setTradeDate(day)
                .setParticipantTime(random.nextInt(5) == 0 ? null : (Long) (time - 1_000))
                .setTrfTime(facility ? (Long) (time + 5) : null)
                .setSequenceNumber(i * 7L)
                .setTradeId("t" + random.nextInt(1_000_000))
                .setExchangeId(random.nextInt(20))
                .setTrfId(facility ? (Integer) 201 : null)
                .setTape(1 + random.nextInt(3))
                .setPrice(random.nextInt(200) == 0 ? null : (Double) price)
                .setSize((double) (1 + random.nextInt(500)))
                .setCorrection(random.nextInt(50) == 0 ? (Integer) 1 : null)
                .setConditions(conditions)
                .setIsOutlier(random.nextInt(100) == 0)
                .build();
    }

    static List<Trade> of(List<Trade> trades, String symbol) {
        return trades.stream()
                .filter(trade -> trade.getSymbol().equals(symbol))
                .sorted(Comparator.comparing(Trade::getEventTime))
                .toList();
    }
}
