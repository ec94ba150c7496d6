package io.champion.warehouse;

import static io.champion.warehouse.TestWarehouse.DAY;
import static io.champion.warehouse.TestWarehouse.EQUITY;
import static io.champion.warehouse.TestWarehouse.KEPT_FOR_GOOD;
import static io.champion.warehouse.TestWarehouse.REJECTS;
import static io.champion.warehouse.TestWarehouse.equity;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.model.record.Trade;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches make the blocks that their rows make one by one, byte by byte. */
class ColumnBatchBlocksTest {
    private static final Dataset TRADES = Dataset.of("normalized.trades");
    private static final Dataset TICKS = Dataset.of("raw.equity_trade");

    @TempDir Path folder;

    private BlockWriter writer(
            int blockRows, long bufferBytes, Set<PartitionKey> listed, TableRetention retention) {
        return new BlockWriter(
                new SinkSettings(
                        ClickHouseConfig.of("http://localhost:1"),
                        "test-sink",
                        "1",
                        folder.toUri().toString(),
                        Set.of(EQUITY.id(), TRADES.id(), TICKS.id(), REJECTS.id()),
                        blockRows,
                        Math.min(64 << 20, bufferBytes),
                        bufferBytes,
                        2,
                        100,
                        ProtocolHook.NONE),
                0,
                0,
                listed,
                retention,
                new UnregisteredMetricsGroup());
    }

    /** A block as far as it does not depend on the attempt that wrote it. */
    private record Block(String table, String partition, int rows, long bytes, long checksum) {
        static List<Block> of(Collection<SealedBlock> sealed) {
            return sealed.stream()
                    .map(
                            block ->
                                    new Block(
                                            block.table(),
                                            block.partition(),
                                            block.rows(),
                                            block.bytes(),
                                            block.checksum()))
                    .toList();
        }
    }

    private List<Block> byRows(
            int blockRows, long bufferBytes, List<? extends SpecificRecordBase> rows)
            throws Exception {
        BlockWriter writer = writer(blockRows, bufferBytes, null, KEPT_FOR_GOOD);
        for (SpecificRecordBase row : rows) {
            writer.write(row);
        }
        return Block.of(writer.sealAll());
    }

    private List<Block> byBatches(int blockRows, long bufferBytes, List<ColumnBatch> batches)
            throws Exception {
        BlockWriter writer = writer(blockRows, bufferBytes, null, KEPT_FOR_GOOD);
        for (ColumnBatch batch : batches) {
            writer.write(batch);
        }
        return Block.of(writer.sealAll());
    }

    /** Blocks are full by rows or by bytes, in the middle of a batch; dictionaries are, too. */
    @ParameterizedTest
    @CsvSource({"1, 1000, 67108864", "2, 20000, 67108864", "3, 50000, 700000"})
    void theSameBlocks(int seed, int blockRows, long bufferBytes) throws Exception {
        Random random = new Random(seed);
        List<Trade> trades = new ArrayList<>();
        for (int i = 0; i < 42_000; i++) {
            trades.add(trade(random, i));
        }
        List<Block> expected = byRows(blockRows, bufferBytes, trades);
        assertThat(expected).hasSizeGreaterThan(2);
        assertThat(
                        byBatches(
                                blockRows,
                                bufferBytes,
                                batches(TRADES, TRADES.partitionOf(DAY), trades, random)))
                .isEqualTo(expected);
    }

    @Test
    void enumsAndHoursMakeTheSameBlocks() throws Exception {
        Random random = new Random(4);
        List<EquityTrade> all = new ArrayList<>();
        List<ColumnBatch> batches = new ArrayList<>();
        for (int hour = 4; hour < 8; hour++) {
            List<EquityTrade> ticks = new ArrayList<>();
            for (int i = 0; i < 700; i++) {
                ticks.add(tick(random, hour, i));
            }
            all.addAll(ticks);
            batches.addAll(batches(TICKS, TICKS.partitionOf(ticks.get(0)), ticks, random));
        }
        assertThat(byBatches(1_000, 64 << 20, batches)).isEqualTo(byRows(1_000, 64 << 20, all));
    }

    /** Days that ClickHouse cannot hold, alone and in runs, first and last in a batch. */
    @Test
    void rowsThatCannotBeStoredBecomeTheSameRejects() throws Exception {
        List<EquityOhlc> rows = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            EquityOhlc row = equity(DAY, i);
            row.setAdjustmentDate(
                    i < 3 || i % 97 == 0 || i > 2_000 && i < 2_020
                            ? LocalDate.of(i % 2 == 0 ? 1950 : 2200, 1, 1)
                            : i % 5 == 0 ? null : DAY);
            rows.add(row);
        }
        List<Block> expected = byRows(1_000, 64 << 20, rows);
        assertThat(expected).extracting(Block::table).contains("rejects");
        assertThat(
                        byBatches(
                                1_000,
                                64 << 20,
                                batches(EQUITY, EQUITY.partitionOf(DAY), rows, new Random(1))))
                .isEqualTo(expected);
    }

    @Test
    void aBatchOfAnotherPartitionIsRefused() {
        BlockWriter writer =
                writer(1_000, 64 << 20, Set.of(EQUITY.partitionOf(DAY)), KEPT_FOR_GOOD);
        LocalDate next = DAY.plusDays(1);
        ColumnBatch batch =
                batches(EQUITY, EQUITY.partitionOf(next), List.of(equity(next, 1)), new Random(1))
                        .get(0);
        assertThatThrownBy(() -> writer.write(batch))
                .hasMessageContaining("year=2025/month=06/day=19")
                .hasMessageContaining("not among the partitions that this run replaces");
    }

    @Test
    void rowsOlderThanTheTableKeepsAreCounted() throws Exception {
        TableRetentionTest.Counters metrics = new TableRetentionTest.Counters();
        BlockWriter writer =
                new BlockWriter(
                        new SinkSettings(
                                ClickHouseConfig.of("http://localhost:1"),
                                "test-sink",
                                "1",
                                folder.toUri().toString(),
                                Set.of(EQUITY.id(), REJECTS.id()),
                                1_000,
                                64 << 20,
                                128 << 20,
                                2,
                                100,
                                ProtocolHook.NONE),
                        0,
                        0,
                        null,
                        TableRetention.of(
                                Map.of(
                                        EQUITY.table(),
                                        "MergeTree TTL trade_date + toIntervalYear(3) SETTINGS"
                                                + " x = 1")),
                        metrics);
        LocalDate old = TableRetention.today().minusYears(4);
        for (LocalDate day : List.of(old, TableRetention.today())) {
            List<EquityOhlc> rows = List.of(equity(day, 1), equity(day, 2), equity(day, 3));
            for (ColumnBatch batch :
                    batches(EQUITY, EQUITY.partitionOf(day), rows, new Random(1))) {
                writer.write(batch);
            }
        }
        assertThat(metrics.counters.get("rowsOlderThanKept").getCount()).isEqualTo(3);
    }

    /** Batches of random sizes; columns of one value are constants. */
    private static List<ColumnBatch> batches(
            Dataset dataset,
            PartitionKey partition,
            List<? extends SpecificRecordBase> rows,
            Random random) {
        List<ColumnBatch> batches = new ArrayList<>();
        ColumnBatchBuilder builder = new ColumnBatchBuilder(dataset, 100);
        for (int from = 0; from < rows.size(); ) {
            int to = Math.min(rows.size(), from + 1 + random.nextInt(4_000));
            builder.row(rows.get(from));
            ColumnBatch first = builder.build(partition);
            rows.subList(from, to).forEach(builder::row);
            ColumnBatch batch = builder.build(partition);
            Values[] columns = new Values[dataset.columns().size()];
            for (int i = 0; i < columns.length; i++) {
                int position = dataset.columns().get(i).position();
                Set<Object> distinct = new HashSet<>();
                rows.subList(from, to).forEach(row -> distinct.add(row.get(position)));
                columns[i] = distinct.size() == 1 ? new Constant(first.column(i)) : batch.column(i);
            }
            batches.add(new ColumnBatch(dataset, partition, to - from, columns));
            from = to;
        }
        return batches;
    }

    private static Trade trade(Random random, int i) {
        String symbol = "SYM" + i / 300;
        return Trade.newBuilder()
                .setEventId(i)
                .setEventTime(1_750_218_300_123_456_789L + i)
                .setIngestTime(Instant.ofEpochMilli(1_750_218_300_123L))
                .setSource("flat_file")
                .setEntityId("SIP:" + symbol)
                .setSymbol(symbol)
                .setExchange(i / 5_000 % 2 == 0 ? "SIP" : "\u20b9" + random.nextInt(3))
                .setTradeDate(DAY)
                .setParticipantTime(random.nextInt(9) == 0 ? null : (Long) random.nextLong())
                .setTrfTime(i / 3_000 % 2 == 0 ? null : (Long) random.nextLong())
                .setSequenceNumber(random.nextLong())
                .setTradeId(i / 10_000 == 1 ? "" : String.valueOf(i))
                .setExchangeId(random.nextInt(20))
                .setTrfId(random.nextBoolean() ? null : (Integer) random.nextInt(3))
                .setTape(1)
                .setPrice(random.nextInt(50) == 0 ? null : (Double) random.nextDouble())
                .setSize((double) random.nextInt(5))
                .setCorrection(null)
                .setConditions(
                        i / 2_000 % 3 == 0 ? List.of(37, 12) : random.ints(i % 4).boxed().toList())
                .setIsOutlier(random.nextInt(90) == 0)
                .build();
    }

    private static EquityTrade tick(Random random, int hour, int i) {
        String symbol = "SYM" + random.nextInt(20);
        return EquityTrade.newBuilder()
                .setEventId(i)
                .setEventTime(
                        Instant.parse("2025-06-18T00:00:00Z").getEpochSecond() * 1_000_000_000L
                                + hour * 3_600_000_000_000L
                                + i)
                .setIngestTime(Instant.EPOCH)
                .setSource("sim")
                .setEntityId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeId("T" + i)
                .setSequenceNumber(i)
                .setKind(TickKind.values()[random.nextInt(3)])
                .setSide(random.nextInt(3) == 0 ? null : random.nextBoolean() ? "BUY" : "SELL")
                .setPrice(random.nextDouble())
                .setSize(1.0)
                .build();
    }
}
