package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.DeadLetter;
import io.champion.kafka.WireSchemas;
import io.champion.lake.LakeSink;
import io.champion.local.LocalFlink;
import io.champion.local.Occurrences;
import io.champion.local.market.ExpectedBar;
import io.champion.local.market.ExpectedMarket;
import io.champion.local.market.ExpectedRow;
import io.champion.local.market.MarketSpec;
import io.champion.model.ColumnBatch;
import io.champion.model.record.Bar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A simulated market through the whole graph, held against a plain computation of it. */
final class TickStreamTopologyTest {
    private static final MarketSpec MARKET =
            MarketSpec.builder().ticks(60_000).symbols(200).seed(7).build();

    private static final Map<String, Duration> INTERVALS =
            Map.of(
                    "1s",
                    Duration.ofSeconds(1),
                    "1m",
                    Duration.ofMinutes(1),
                    "1d",
                    Duration.ofDays(1));

    @TempDir Path home;

    @Test
    void ticksAndBarsAreThoseOfThePlainComputation() throws Exception {
        CollectingSink<ColumnBatch> ticks = new CollectingSink<>("ticks");
        CollectingSink<SpecificRecordBase> bars = new CollectingSink<>("bars");
        CollectingSink<RefusedTick> letters = new CollectingSink<>("letters");
        Configuration flink = new Configuration();
        flink.set(PipelineOptions.GENERIC_TYPES, false);
        flink.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        flink.set(PipelineOptions.OBJECT_REUSE, true);
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
        try (LocalFlink cluster = LocalFlink.start(home, flink)) {
            StreamExecutionEnvironment env = cluster.environment();
            org.apache.flink.core.fs.Path lake =
                    new org.apache.flink.core.fs.Path(home.resolve("lake").toUri());
            TickStreamTopology.build(
                    source(env),
                    settings(),
                    WireSchemas::released,
                    new TickStreamTopology.Sinks(
                            Map.of(
                                    "ticks",
                                    ticks,
                                    "ticks-lake",
                                    LakeSink.builder(lake).uid("ticks").buildBatches()),
                            Map.of(
                                    "bars",
                                    bars,
                                    "bars-lake",
                                    LakeSink.builder(lake).uid("bars").build()),
                            Map.of("dead-letters", letters)));
            env.execute();
        }

        ExpectedMarket expected = ExpectedMarket.of(MARKET);
        assertThat(Occurrences.of(rows(ticks.collected())))
                .containsExactlyInAnyOrderEntriesOf(Occurrences.of(expected.rows().toList()));
        Map<String, Long> rejects = new TreeMap<>();
        long late = 0;
        for (RefusedTick letter : letters.collected()) {
            if (letter.kind() == DeadLetter.Kind.LATE) {
                late++;
            } else {
                rejects.merge(
                        letter.field().isEmpty() ? ExpectedMarket.UNDECODABLE : letter.field(),
                        1L,
                        Long::sum);
            }
        }
        assertThat(rejects).isEqualTo(expected.rejects()).isNotEmpty();
        assertThat(late).isEqualTo(expected.late()).isPositive();
        assertThat(expected.duplicates()).isPositive();
        for (Map.Entry<String, Duration> interval : INTERVALS.entrySet()) {
            Set<ExpectedBar> wanted =
                    new HashSet<>(expected.bars(interval.getValue(), MARKET::isInSession).toList());
            assertThat(last(interval.getKey(), bars.collected()))
                    .as(interval.getKey())
                    .isEqualTo(wanted)
                    .isNotEmpty();
        }
        assertThat(parquetFiles("raw/equity_trade")).isPositive();
        assertThat(parquetFiles("normalized/bars")).isPositive();
    }

    private static DataStream<TickMessage> source(StreamExecutionEnvironment env) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                new SimulatedTicks(MARKET),
                                SimulatedTicks.count(MARKET),
                                TickMessageSerializer.TYPE),
                        TickTimes.withTimes(
                                WatermarkStrategy.forGenerator(context -> new EverySoOften())),
                        "simulated ticks")
                .uid("ticks-source")
                .setParallelism(1);
    }

    private static TickEngineOperator.Settings settings() {
        return new TickEngineOperator.Settings(
                new BookSettings(
                        BarIntervals.of(List.copyOf(INTERVALS.values())),
                        Duration.ofMinutes(5).toMillis(),
                        1_000_000),
                SessionCalendar.of(List.of("NSE 09:15-15:30 Asia/Kolkata"), List.of()),
                false,
                Duration.ofDays(1).toMillis(),
                1_000_000,
                Instant.EPOCH);
    }

    /** Watermarks by the number of messages, so that what is late does not depend on a clock. */
    static final class EverySoOften implements WatermarkGenerator<TickMessage> {
        private long greatest = Long.MIN_VALUE + 10_000;
        private int messages;

        @Override
        public void onEvent(TickMessage message, long timestamp, WatermarkOutput output) {
            greatest = Math.max(greatest, timestamp);
            if (++messages % 100 == 0) {
                output.emitWatermark(new Watermark(greatest - 5_000));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {}
    }

    private long parquetFiles(String dataset) throws Exception {
        try (Stream<Path> files = Files.walk(home.resolve("lake").resolve(dataset))) {
            return files.filter(file -> file.toString().endsWith(".parquet")).count();
        }
    }

    static List<ExpectedRow> rows(List<ColumnBatch> ticks) {
        return Ticks.rows(ticks).stream()
                .map(
                        tick ->
                                new ExpectedRow(
                                        tick.getExchange()
                                                + ":"
                                                + tick.getSymbol()
                                                + ":"
                                                + tick.getSeries(),
                                        tick.getSequenceNumber(),
                                        tick.getEventId(),
                                        tick.getEventTime(),
                                        tick.getTradeId(),
                                        tick.getKind(),
                                        tick.getPrice(),
                                        tick.getSize()))
                .toList();
    }

    /** The last version of each bar that has trades; of a bar all versions must be there. */
    static Set<ExpectedBar> last(String interval, List<SpecificRecordBase> all) {
        Map<String, Bar> last = new HashMap<>();
        all.stream()
                .map(Bar.class::cast)
                .filter(bar -> bar.getBarInterval().equals(interval))
                .sorted(Comparator.comparingInt(Bar::getVersion))
                .forEach(
                        bar -> {
                            Bar before =
                                    last.put(
                                            bar.getInstrumentId() + "@" + bar.getWindowStart(),
                                            bar);
                            assertThat(bar.getVersion())
                                    .isEqualTo(before == null ? 1 : before.getVersion() + 1);
                        });
        Set<ExpectedBar> bars = new HashSet<>();
        for (Bar bar : last.values()) {
            if (bar.getTrades() > 0) {
                bars.add(
                        new ExpectedBar(
                                bar.getInstrumentId(),
                                bar.getWindowStart(),
                                bar.getOpen(),
                                bar.getHigh(),
                                bar.getLow(),
                                bar.getClose(),
                                bar.getVolume(),
                                bar.getTurnover(),
                                bar.getVwap(),
                                bar.getTrades(),
                                bar.getFirstEventTime(),
                                bar.getLastEventTime()));
            }
        }
        return bars;
    }
}
