package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeGeneration;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.lake.LakeSnapshot;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityAdjusted;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of a lake of intraday bars that came in any order and were corrected. */
final class LakeBarsTest {
    private static final Dataset BARS = Dataset.of(Bar.getClassSchema());
    private static final int MAX_PARALLELISM = 128;
    private static final int DAYS = 30;
    private static final List<String> INSTRUMENTS =
            List.of("NSE:A:EQ", "NSE:B:EQ", "BSE:500325:A", "NSE:\u0100C:BE");

    @TempDir Path lake;

    @Test
    void eachTaskHandsOnTheLastVersionsOfItsInstrumentsInTheOrderOfTime() throws Exception {
        TreeMap<String, TreeMap<Long, FeatureBar>> last = new TreeMap<>();
        List<SpecificRecordBase> rows = new ArrayList<>();
        for (String instrument : INSTRUMENTS) {
            for (FeatureBar bar : Bars.walk(instrument, DAYS, instrument.hashCode())) {
                rows.add(message(bar));
                FeatureBar kept = bar;
                if (bar.time / Bars.DAY % 5 == 0) {
                    kept = Bars.corrected(bar, 3, 1.5);
                    rows.add(message(kept));
                    rows.add(message(Bars.corrected(bar, 2, 1.2)));
                }
                last.computeIfAbsent(instrument, key -> new TreeMap<>()).put(kept.time, kept);
                Bar other = message(bar);
                other.setBarInterval("1m");
                rows.add(other);
                Bar untraded = message(bar);
                untraded.setWindowStart(untraded.getWindowStart() + 1_000_000_000L);
                untraded.setOpen(null);
                rows.add(untraded);
            }
        }
        Collections.shuffle(rows, new Random(1));
        write(lake, rows);

        LakeSnapshot days = snapshot(BARS);
        int seen = 0;
        for (int task = 0; task < 2; task++) {
            long watermark = Long.MIN_VALUE;
            TreeMap<String, Long> times = new TreeMap<>();
            for (Object element : output(days, BARS, 2, task)) {
                if (element instanceof Watermark mark) {
                    watermark = mark.getTimestamp();
                    continue;
                }
                @SuppressWarnings("unchecked")
                StreamRecord<FeatureBar> record = (StreamRecord<FeatureBar>) element;
                FeatureBar bar = record.getValue();
                seen++;
                assertThat(owner(bar.instrument)).isEqualTo(task);
                assertThat(record.getTimestamp()).isEqualTo(bar.time).isGreaterThan(watermark);
                assertThat(bar.time).isGreaterThan(times.getOrDefault(bar.instrument, -1L));
                times.put(bar.instrument, bar.time);
                FeatureBar expected = last.get(bar.instrument).get(bar.time);
                assertThat(bar.hasValuesOf(expected)).as("%s", bar).isTrue();
                assertThat(bar.symbol).isEqualTo(expected.symbol);
                assertThat(bar.version).isEqualTo(expected.version);
                assertThat(bar.end).isEqualTo(bar.time + Bars.DAY);
            }
            assertThat(watermark).isEqualTo(DAYS * Bars.DAY - 1);
        }
        assertThat(seen).isEqualTo(INSTRUMENTS.size() * DAYS);
    }

    /** As when prices are adjusted again meanwhile. */
    @Test
    void daysFromBeforeAndAfterAnotherGenerationAreNotMixed() throws Exception {
        List<SpecificRecordBase> rows = new ArrayList<>();
        Bars.walk("NSE:A:EQ", 2, 1).forEach(bar -> rows.add(message(bar)));
        write(lake, rows);
        org.apache.flink.core.fs.Path root = new org.apache.flink.core.fs.Path(lake.toUri());
        LakeSnapshot snapshot = snapshot(BARS);
        List<PartitionKey> days =
                snapshot.partitions().stream().map(LakeSnapshot.Partition::key).toList();
        assertThat(days).hasSize(2);
        LakeGeneration generation = new LakeGeneration(root, "g1");
        write(Path.of(generation.root().toUri()), rows);

        try (var harness = harness(snapshot, BARS, 1, 0)) {
            harness.processElement(new StreamRecord<>(days.get(0)));
            generation.publish(days);
            assertThatThrownBy(() -> harness.processElement(new StreamRecord<>(days.get(1))))
                    .isInstanceOf(FeatureInputException.class)
                    .hasMessage(
                            days.get(1)
                                    + " was replaced while the lake was being read; run again.");
        }
    }

    /** Prices are divided by the factors of dividends; what was paid for the shares is not. */
    @Test
    void theAveragePriceOfAnAdjustedDayLiesBetweenLowAndHigh() throws Exception {
        EquityAdjusted row =
                EquityAdjusted.newBuilder()
                        .setEventId("adjusted")
                        .setEventTime(Instant.EPOCH)
                        .setIngestTime(Instant.EPOCH)
                        .setSource("test")
                        .setEntityId("NSE:A:EQ")
                        .setInstrumentId("NSE:A:EQ")
                        .setSymbol("A")
                        .setExchange("NSE")
                        .setSeries("EQ")
                        .setTradeDate(LocalDate.EPOCH)
                        .setOpen(100 / 2.1)
                        .setHigh(102 / 2.1)
                        .setLow(99 / 2.1)
                        .setClose(101 / 2.1)
                        .setVolume(2_000.0)
                        .setTurnover(100_500.0)
                        .setAdjustmentFactor(2)
                        .setDividendFactor(1.05)
                        .setIsTradingDay(true)
                        .build();
        write(lake, List.of(row));
        FeatureBar ofRecord = FeatureBars.of(row);
        assertThat(ofRecord.turnover / ofRecord.volume)
                .isCloseTo(100.5 / 2.1, within(1e-9))
                .isBetween(ofRecord.low, ofRecord.high);
        Dataset adjusted = Dataset.of(EquityAdjusted.getClassSchema());
        List<Object> output = output(snapshot(adjusted), adjusted, 1, 0);
        @SuppressWarnings("unchecked")
        StreamRecord<FeatureBar> ofColumns = (StreamRecord<FeatureBar>) output.get(0);
        assertThat(ofColumns.getValue().hasValuesOf(ofRecord)).isTrue();
    }

    private static int owner(String instrument) {
        return KeyGroupRangeAssignment.assignKeyToParallelOperator(instrument, MAX_PARALLELISM, 2);
    }

    /** The bar's session is that of its exchange; a whole day in UTC is not in the walk's. */
    private static Bar message(FeatureBar bar) {
        Bar message = Bars.message(bar);
        message.setExchange(bar.instrument.substring(0, 3));
        return message;
    }

    private LakeSnapshot snapshot(Dataset dataset) throws Exception {
        return new LakeReader(new org.apache.flink.core.fs.Path(lake.toUri()))
                .snapshot(dataset, LocalDate.MIN, LocalDate.MAX);
    }

    private static OneInputStreamOperatorTestHarness<PartitionKey, FeatureBar> harness(
            LakeSnapshot days, Dataset dataset, int tasks, int task) throws Exception {
        OneInputStreamOperatorTestHarness<PartitionKey, FeatureBar> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new LakeBars(days, dataset, "1d", LocalDate.ofEpochDay(DAYS)),
                        MAX_PARALLELISM,
                        tasks,
                        task);
        harness.setup(FeatureBarSerializer.TYPE.createSerializer(new SerializerConfigImpl()));
        harness.open();
        return harness;
    }

    private static List<Object> output(LakeSnapshot days, Dataset dataset, int tasks, int task)
            throws Exception {
        try (var harness = harness(days, dataset, tasks, task)) {
            for (LakeSnapshot.Partition day : days.partitions()) {
                harness.processElement(new StreamRecord<>(day.key()));
            }
            harness.endInput();
            harness.getOneInputOperator().finish();
            return List.copyOf(harness.getOutput());
        }
    }

    private static void write(Path root, List<SpecificRecordBase> rows) throws Exception {
        TreeSet<PartitionKey> partitions = new TreeSet<>();
        rows.forEach(row -> partitions.add(Dataset.of(row.getSchema()).partitionOf(row)));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.fromData(rows, ContractTypeInfo.INSTANCE)
                .uid("rows")
                .sinkTo(
                        LakeSink.builder(new org.apache.flink.core.fs.Path(root.toUri()))
                                .replacing(partitions)
                                .maxOpenFiles(partitions.size())
                                .build())
                .uid("lake");
        env.execute();
    }
}
