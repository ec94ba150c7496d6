package io.champion.bench;

import io.champion.model.record.EquityTrade;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.avro.specific.SpecificData;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * The job as Flink's documentation leads one to write it: Avro records, duplicates by a map of the
 * sequence numbers, tumbling windows, Parquet. It knows no amendments, and its bars go nowhere.
 */
final class PlainStream {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private PlainStream() {}

    static void build(
            StreamExecutionEnvironment env, String servers, Path folder, boolean deduplicated) {
        env.getCheckpointConfig().setCheckpointingConsistencyMode(CheckpointingMode.EXACTLY_ONCE);
        env.getConfig().enableObjectReuse();
        DataStream<EquityTrade> ticks =
                env.fromSource(
                        KafkaSource.<EquityTrade>builder()
                                .setBootstrapServers(servers)
                                .setTopics(TickTopic.NAME)
                                .setGroupId("plain")
                                .setStartingOffsets(OffsetsInitializer.earliest())
                                .setBounded(OffsetsInitializer.latest())
                                .setValueOnlyDeserializer(new SingleObject())
                                .build(),
                        WatermarkStrategy.<EquityTrade>forBoundedOutOfOrderness(
                                        Duration.ofSeconds(5))
                                .withTimestampAssigner(
                                        (tick, before) -> tick.getEventTime() / NANOS_PER_MILLI),
                        "ticks");
        if (deduplicated) {
            ticks = ticks.keyBy(EquityTrade::getEntityId).process(new Deduplication());
        }
        ticks.sinkTo(
                FileSink.forBulkFormat(
                                new org.apache.flink.core.fs.Path(folder.toUri()),
                                new ParquetWriterFactory<>(PlainStream::writer))
                        .build());
        ticks.keyBy(EquityTrade::getEntityId)
                .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1)))
                .aggregate(new Aggregation())
                .sinkTo(new DiscardingSink<>());
    }

    private static ParquetWriter<EquityTrade> writer(OutputFile out) throws IOException {
        return AvroParquetWriter.<EquityTrade>builder(out)
                .withSchema(EquityTrade.getClassSchema())
                .withDataModel(SpecificData.getForClass(EquityTrade.class))
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .build();
    }

    private static final class SingleObject implements DeserializationSchema<EquityTrade> {
        private static final long serialVersionUID = 1L;

        @Override
        public EquityTrade deserialize(byte[] message) throws IOException {
            return EquityTrade.getDecoder().decode(message);
        }

        @Override
        public boolean isEndOfStream(EquityTrade next) {
            return false;
        }

        @Override
        public TypeInformation<EquityTrade> getProducedType() {
            return new AvroTypeInfo<>(EquityTrade.class);
        }
    }

    private static final class Deduplication
            extends KeyedProcessFunction<String, EquityTrade, EquityTrade> {
        private static final long serialVersionUID = 1L;

        private transient MapState<Long, Boolean> seen;

        @Override
        public void open(OpenContext context) {
            MapStateDescriptor<Long, Boolean> state =
                    new MapStateDescriptor<>("seen", Long.class, Boolean.class);
            // The default clean-up walks the whole map at each access: such a run does not end.
            state.enableTimeToLive(
                    StateTtlConfig.newBuilder(Duration.ofMinutes(10))
                            .disableCleanupInBackground()
                            .build());
            seen = getRuntimeContext().getMapState(state);
        }

        @Override
        public void processElement(EquityTrade tick, Context context, Collector<EquityTrade> out)
                throws Exception {
            if (!seen.contains(tick.getSequenceNumber())) {
                seen.put(tick.getSequenceNumber(), true);
                out.collect(tick);
            }
        }
    }

    /** A bar; public, with public fields, as Flink's serializer for plain classes asks for. */
    public static final class Accumulator {
        public String instrument;
        public double open;
        public double high;
        public double low;
        public double close;
        public double volume;
        public double turnover;
        public long trades;
    }

    private static final class Aggregation
            implements AggregateFunction<EquityTrade, Accumulator, Accumulator> {
        private static final long serialVersionUID = 1L;

        @Override
        public Accumulator createAccumulator() {
            return new Accumulator();
        }

        @Override
        public Accumulator add(EquityTrade tick, Accumulator bar) {
            if (tick.getPrice() == null) {
                return bar;
            }
            double price = tick.getPrice();
            if (bar.trades == 0) {
                bar.instrument = tick.getEntityId();
                bar.open = price;
                bar.high = price;
                bar.low = price;
            }
            bar.high = Math.max(bar.high, price);
            bar.low = Math.min(bar.low, price);
            bar.close = price;
            bar.volume += tick.getSize();
            bar.turnover += price * tick.getSize();
            bar.trades++;
            return bar;
        }

        @Override
        public Accumulator getResult(Accumulator bar) {
            return bar;
        }

        @Override
        public Accumulator merge(Accumulator one, Accumulator other) {
            throw new UnsupportedOperationException("Tumbling windows are not merged.");
        }
    }
}
