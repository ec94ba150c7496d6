package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.model.record.EquityIndicators;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What the job adds to a bar's way: {@code FeatureLatency INSTRUMENTS RATE SECONDS}. Bars of a
 * minute come as fast as the rate says; features of a minute can be known when the first bar of the
 * next one is there, and are timed from then on until they are handed to a sink, on one slot.
 * Prints a row of a table: p50, p99 and the most, in milliseconds.
 */
final class FeatureLatency {
    private static final long MINUTE = 60_000;
    private static final int HORIZON = 30;

    /** Of minutes that come before all is compiled. */
    private static final double WARM_UP = 0.3;

    /** When the first bar of a minute was made, by the minute. */
    private static AtomicLongArray begun;

    private static long[] nanos;
    private static int measured;
    private static int firstMeasured;

    private FeatureLatency() {}

    public static void main(String[] args) throws Exception {
        int instruments = Integer.parseInt(args[0]);
        int rate = Integer.parseInt(args[1]);
        int minutes = Math.max(4, rate * Integer.parseInt(args[2]) / instruments);
        begun = new AtomicLongArray(minutes + 1);
        firstMeasured = (int) (minutes * WARM_UP);
        FeatureSet set = FeatureSet.standard();
        int groups = (int) set.features().stream().map(each -> each.group()).distinct().count();
        nanos = new long[(minutes - firstMeasured) * instruments * groups];

        Configuration flink = new Configuration();
        flink.set(RestOptions.BIND_PORT, "0");
        flink.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        flink.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofHours(1));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(1, flink);
        JobEnvironment.configure(
                env, JobConfig.of(FeatureComputeJob.OPTIONS).load(), Boundedness.UNBOUNDED);
        var bars =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        new Minutes(instruments),
                                        (long) minutes * instruments,
                                        RateLimiterStrategy.perSecond(rate),
                                        FeatureBarSerializer.TYPE),
                                WatermarkStrategy.<FeatureBar>forBoundedOutOfOrderness(
                                                Duration.ZERO)
                                        .withTimestampAssigner((bar, before) -> bar.time),
                                "bars")
                        .uid("bars");
        FeatureComputeTopology.build(
                bars.keyBy(bar -> bar.instrument, Types.STRING),
                List.of(),
                new FeatureFunction<>(
                        set,
                        HORIZON,
                        FeatureRows.Run.fromKafka("1m", "bars", Instant.EPOCH),
                        FeatureOutput.ROWS),
                FeatureOutput.ROWS,
                Map.of("clock", new Clock()));
        env.execute("latency");

        Arrays.sort(nanos, 0, measured);
        System.out.printf(
                "| %,d | %,d | %.0f | %.0f | %.0f |%n",
                instruments,
                rate,
                nanos[measured / 2] / 1e6,
                nanos[(int) (measured * 0.99)] / 1e6,
                nanos[measured - 1] / 1e6);
    }

    private static final class Minutes implements GeneratorFunction<Long, FeatureBar> {
        private static final long serialVersionUID = 1L;

        private final int instruments;

        Minutes(int instruments) {
            this.instruments = instruments;
        }

        @Override
        public FeatureBar map(Long index) {
            int minute = (int) (index / instruments);
            int instrument = (int) (index % instruments);
            if (instrument == 0) {
                begun.set(minute, System.nanoTime());
            }
            double open = 100 + 10 * Math.sin((minute + instrument) / 7.0);
            double close = 100 + 10 * Math.sin((minute + 1 + instrument) / 7.0);
            return new FeatureBar(
                    "NSE:S" + instrument + ":EQ",
                    "S" + instrument,
                    minute * MINUTE,
                    (minute + 1) * MINUTE,
                    0,
                    1,
                    open,
                    Math.max(open, close) + 0.5,
                    Math.min(open, close) - 0.5,
                    close,
                    1 + minute % 1000,
                    close * (1 + minute % 1000));
        }
    }

    private static final class Clock implements Sink<SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        @Override
        public SinkWriter<SpecificRecordBase> createWriter(WriterInitContext context) {
            return new SinkWriter<>() {
                @Override
                public void write(SpecificRecordBase row, Context at) {
                    int minute =
                            (int) (((EquityIndicators) row).getEventTime().toEpochMilli() / MINUTE);
                    long known = begun.get(minute + 1);
                    // The last minute is known by the end of the input alone.
                    if (minute >= firstMeasured && known != 0) {
                        nanos[measured++] = System.nanoTime() - known;
                    }
                }

                @Override
                public void flush(boolean end) {}

                @Override
                public void close() {}
            };
        }
    }
}
