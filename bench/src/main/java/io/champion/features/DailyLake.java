package io.champion.features;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.EquityAdjusted;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Makes a lake of daily bars: {@code DailyLake INSTRUMENTS DAYS FOLDER}. Each instrument has a bar
 * on each day, and no price stands still for long, so that peers need no rules for what is missing.
 */
final class DailyLake {
    private static final Dataset BARS = Dataset.of(EquityAdjusted.getClassSchema());
    private static final LocalDate FIRST = LocalDate.of(2021, 1, 4);

    private DailyLake() {}

    public static void main(String[] args) throws Exception {
        int instruments = Integer.parseInt(args[0]);
        List<LocalDate> days = days(Integer.parseInt(args[1]));
        List<PartitionKey> partitions = days.stream().map(BARS::partitionOf).toList();
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, configuration);
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.fromSource(
                        new DataGeneratorSource<>(
                                new Bars(instruments, days),
                                (long) instruments * days.size(),
                                ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.noWatermarks(),
                        "bars")
                .uid("bars")
                .sinkTo(
                        LakeSink.builder(new Path(java.nio.file.Path.of(args[2]).toUri()))
                                .replacing(partitions)
                                .build())
                .name("lake")
                .uid("lake");
        env.execute("daily bars");
    }

    private static List<LocalDate> days(int count) {
        List<LocalDate> days = new ArrayList<>(count);
        for (LocalDate day = FIRST; days.size() < count; day = day.plusDays(1)) {
            if (day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0) {
                days.add(day);
            }
        }
        return days;
    }

    private static final class Bars implements GeneratorFunction<Long, SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        private final int instruments;
        private final ArrayList<LocalDate> days;

        Bars(int instruments, List<LocalDate> days) {
            this.instruments = instruments;
            this.days = new ArrayList<>(days);
        }

        @Override
        public SpecificRecordBase map(Long index) {
            int day = (int) (index / instruments);
            int instrument = (int) (index % instruments);
            LocalDate date = days.get(day);
            String symbol = "SYM" + String.format("%05d", instrument);
            String id = "NSE:" + symbol + ":EQ";
            Instant time = Instant.ofEpochSecond(date.toEpochDay() * 86_400);
            double close = price(instrument, day);
            double before = price(instrument, day - 1);
            double open = cents(before * (1 + 0.01 * (noise(instrument, day, 1) - 0.5)));
            double high =
                    cents(Math.max(open, close) * (1 + 0.01 * noise(instrument, day, 2)) + 0.01);
            double low =
                    cents(Math.min(open, close) * (1 - 0.01 * noise(instrument, day, 3)) - 0.01);
            double volume = 1 + Math.floor(1e6 * noise(instrument, day, 4));
            return EquityAdjusted.newBuilder()
                    .setEventId(id + ":" + date)
                    .setEventTime(time)
                    .setIngestTime(time)
                    .setSource("generated")
                    .setEntityId(id)
                    .setInstrumentId(id)
                    .setSymbol(symbol)
                    .setExchange("NSE")
                    .setSeries("EQ")
                    .setTradeDate(date)
                    .setPrevClose(before)
                    .setOpen(open)
                    .setHigh(high)
                    .setLow(low)
                    .setClose(close)
                    .setVolume(volume)
                    .setTurnover(cents(volume * (high + low + close) / 3))
                    .setAdjustmentFactor(1)
                    .setDividendFactor(1)
                    .setIsTradingDay(true)
                    .build();
        }

        private static double price(int instrument, int day) {
            double base = 20 + 3000 * noise(instrument, 0, 5);
            return cents(
                    base
                            * Math.exp(
                                    0.3 * Math.sin(day / 97.0 + instrument)
                                            + 0.1 * Math.sin(day / 13.0 + 7 * instrument)
                                            + 0.03 * noise(instrument, day, 6)));
        }

        private static double cents(double price) {
            return Math.round(price * 100) / 100.0;
        }

        /** Between 0 and 1, the same for the same numbers. */
        private static double noise(int instrument, int day, int what) {
            long bits = (instrument * 1_000_003L + day) * 31 + what;
            bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
            bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
            return ((bits ^ (bits >>> 31)) >>> 11) * 0x1p-53;
        }
    }
}
