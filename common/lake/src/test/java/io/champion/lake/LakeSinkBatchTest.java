package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityOhlc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Bounded runs replace the partitions they name, and only those, as a whole. */
class LakeSinkBatchTest {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    private static final LocalDate NEXT = DAY.plusDays(1);
    private static final Dataset BARS = Dataset.of("normalized.equity_ohlc");
    private static final Dataset RAW = Dataset.of("raw.equity_ohlc");

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir Path lake;

    @Test
    void writesRowsOfAllDatasetsToTheirPartitions() throws Exception {
        List<SpecificRecordBase> rows = new ArrayList<>();
        rows.addAll(bars(DAY, 0, 100));
        rows.addAll(bars(NEXT, 0, 50));
        rows.add(Rows.rawBar(DAY, 1));
        rows.add(Rows.reject(DAY, "equity_ohlc", 7));
        List<PartitionKey> partitions =
                List.of(
                        BARS.partitionOf(DAY),
                        BARS.partitionOf(NEXT),
                        RAW.partitionOf(DAY),
                        Dataset.of("quarantine.rejects")
                                .partitionOf(Rows.reject(DAY, "equity_ohlc", 7)));
        run(partitions, rows);

        assertThat(read(BARS.partitionOf(DAY)))
                .containsExactlyInAnyOrderElementsOf(bars(DAY, 0, 100));
        assertThat(read(BARS.partitionOf(NEXT)))
                .containsExactlyInAnyOrderElementsOf(bars(NEXT, 0, 50));
        assertThat(read(RAW.partitionOf(DAY))).containsExactly(Rows.rawBar(DAY, 1));
        assertThat(read(partitions.get(3))).containsExactly(Rows.reject(DAY, "equity_ohlc", 7));
        assertThat(names(lake.resolve("normalized/equity_ohlc/year=2025/month=06/day=18")))
                .contains("_SUCCESS", "_metadata", "_common_metadata");
        assertThat(names(lake.resolve(".staging"))).isEmpty();
    }

    @Test
    void theSameInputAgainChangesNothing() throws Exception {
        for (int i = 0; i < 2; i++) {
            run(List.of(BARS.partitionOf(DAY)), bars(DAY, 0, 100));
            assertThat(read(BARS.partitionOf(DAY)))
                    .containsExactlyInAnyOrderElementsOf(bars(DAY, 0, 100));
        }
    }

    @Test
    void aNamedPartitionWithoutRowsIsRemovedAndOthersStay() throws Exception {
        run(List.of(BARS.partitionOf(DAY)), bars(DAY, 0, 10));
        run(List.of(BARS.partitionOf(NEXT)), bars(NEXT, 0, 10));
        run(List.of(BARS.partitionOf(DAY)), List.of());
        assertThat(new LakeReader(root()).exists(BARS.partitionOf(DAY))).isFalse();
        assertThat(new LakeReader(root()).rows(BARS.partitionOf(NEXT))).isEqualTo(10);
    }

    @Test
    void columnsAreThoseOfTheRows() throws Exception {
        run(List.of(BARS.partitionOf(DAY)), bars(DAY, 0, 10));
        List<SpecificRecordBase> whole = read(BARS.partitionOf(DAY));
        List<String> wanted =
                List.of("symbol", "series", "trade_date", "prev_close", "close", "volume");
        int at = 0;
        try (var groups = snapshot().columns(wanted)) {
            while (groups.hasNext()) {
                RowGroup group = groups.next();
                assertThat(group.columns()).containsOnlyKeys(wanted);
                for (int row = 0; row < group.rows(); row++) {
                    EquityOhlc all = (EquityOhlc) whole.get(at++);
                    assertThat(text(group.texts("symbol"), row)).isEqualTo(all.getSymbol());
                    assertThat(text(group.texts("series"), row)).isEqualTo(all.getSeries());
                    assertThat(group.numbers("trade_date").values()[row])
                            .isEqualTo(all.getTradeDate().toEpochDay());
                    assertThat(real(group.numbers("prev_close"), row))
                            .isEqualTo(all.getPrevClose());
                    assertThat(real(group.numbers("close"), row)).isEqualTo(all.getClose());
                    assertThat(group.numbers("volume").values()[row]).isEqualTo(all.getVolume());
                }
            }
        }
        assertThat(at).isEqualTo(10);
    }

    private LakeSnapshot.Partition snapshot() throws Exception {
        return new LakeReader(root()).snapshot(BARS, DAY, NEXT).partitions().get(0);
    }

    private static String text(Texts texts, int row) {
        return new String(
                texts.bytes(),
                texts.starts()[row],
                texts.ends()[row] - texts.starts()[row],
                StandardCharsets.UTF_8);
    }

    private static Double real(Numbers numbers, int row) {
        return numbers.nulls() != null && numbers.nulls()[row] != 0
                ? null
                : Double.valueOf(Double.longBitsToDouble(numbers.values()[row]));
    }

    @Test
    void columnsThatTheContractDoesNotHaveAreRefused() throws Exception {
        run(List.of(BARS.partitionOf(DAY)), bars(DAY, 0, 10));
        assertThatThrownBy(() -> snapshot().columns(List.of("close", "price")))
                .hasMessageContaining("has no columns [price]");
    }

    @Test
    void aRowOutsideTheNamedPartitionsFailsAndChangesNothing() throws Exception {
        run(List.of(BARS.partitionOf(DAY)), bars(DAY, 0, 10));
        List<SpecificRecordBase> rows = new ArrayList<>(bars(DAY, 0, 20));
        rows.addAll(bars(NEXT, 0, 1));
        assertThatThrownBy(() -> run(List.of(BARS.partitionOf(DAY)), rows))
                .hasStackTraceContaining("year=2025/month=06/day=19")
                .hasStackTraceContaining("not among the 1 partitions");
        assertThat(new LakeReader(root()).rows(BARS.partitionOf(DAY))).isEqualTo(10);
    }

    @Test
    void batchesReplaceAPartitionToo() throws Exception {
        run(List.of(BARS.partitionOf(DAY)), bars(DAY, 0, 10));
        StreamExecutionEnvironment env = environment();
        env.fromData(
                        Batches.of(
                                BARS,
                                BARS.partitionOf(DAY),
                                bars(DAY, 0, 1_000),
                                new java.util.Random(1),
                                200),
                        ColumnBatchTypeInfo.INSTANCE)
                .rebalance()
                .sinkTo(
                        LakeSink.builder(root())
                                .replacing(List.of(BARS.partitionOf(DAY)))
                                .buildBatches())
                .uid("lake");
        env.execute();
        assertThat(read(BARS.partitionOf(DAY)))
                .containsExactlyInAnyOrderElementsOf(bars(DAY, 0, 1_000));
    }

    @Test
    void aFileIsFinishedAtItsTargetSize() throws Exception {
        StreamExecutionEnvironment env = environment();
        env.setParallelism(1);
        env.fromData(bars(DAY, 0, 20_000), ContractTypeInfo.INSTANCE)
                .sinkTo(
                        LakeSink.builder(root())
                                .replacing(List.of(BARS.partitionOf(DAY)))
                                .parquet(ParquetOptions.defaults().withPageBytes(4096))
                                .targetFileBytes(300_000)
                                .build())
                .uid("lake");
        env.execute();
        assertThat(read(BARS.partitionOf(DAY))).hasSize(20_000);
        List<Manifest.DataFile> files =
                Manifest.read(
                                root().getFileSystem(),
                                Layout.partition(root(), BARS.partitionOf(DAY)))
                        .orElseThrow()
                        .files();
        assertThat(files).hasSizeGreaterThan(2);
        assertThat(files.subList(0, files.size() - 1))
                .allSatisfy(file -> assertThat(file.bytes()).isBetween(100_000L, 600_000L));
    }

    private StreamExecutionEnvironment environment() {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        return env;
    }

    private void run(Collection<PartitionKey> partitions, List<? extends SpecificRecordBase> rows)
            throws Exception {
        StreamExecutionEnvironment env = environment();
        // fromData refuses an empty list.
        boolean empty = rows.isEmpty();
        env.fromData(
                        empty ? List.of(Rows.bar(DAY, 0)) : new ArrayList<>(rows),
                        ContractTypeInfo.INSTANCE)
                .filter(row -> !empty)
                .rebalance()
                .sinkTo(LakeSink.builder(root()).replacing(partitions).build())
                .uid("lake");
        env.execute();
    }

    private org.apache.flink.core.fs.Path root() {
        return new org.apache.flink.core.fs.Path(lake.toUri());
    }

    private List<SpecificRecordBase> read(PartitionKey partition) throws Exception {
        List<SpecificRecordBase> rows = new ArrayList<>();
        try (var all = new LakeReader(root()).read(partition)) {
            all.forEachRemaining(rows::add);
        }
        return rows;
    }

    private static List<SpecificRecordBase> bars(LocalDate day, int from, int to) {
        List<SpecificRecordBase> bars = new ArrayList<>();
        for (int i = from; i < to; i++) {
            bars.add(Rows.bar(day, i));
        }
        return bars;
    }

    private static List<String> names(Path folder) throws Exception {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).toList();
        }
    }
}
