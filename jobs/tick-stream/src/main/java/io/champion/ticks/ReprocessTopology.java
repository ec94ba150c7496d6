package io.champion.ticks;

import io.champion.kafka.TickReader;
import io.champion.kafka.WireSchemas;
import io.champion.lake.ColumnBatchTypeInfo;
import io.champion.lake.ContractTypeInfo;
import io.champion.model.ColumnBatch;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFilterFunction;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableSupplier;

/**
 * The bounded graph: messages through the engine of the live job, what belongs to the wanted days
 * into sinks, partition by partition. What the engine refuses is counted.
 *
 * <p>In batch mode the engine gets one instrument after the other, and the end of time after each:
 * so no tick is late, each window is emitted once, and no more than one instrument is in memory.
 */
final class ReprocessTopology {
    private ReprocessTopology() {}

    /** Accumulators of what became of the messages. */
    static final String READ = "read";

    /** Those that the engine took, of other days too. */
    static final String ACCEPTED = "accepted";

    static final String TICKS = "ticks";
    static final String BARS = "bars";

    /** Followed by the reason. */
    static final String REFUSED = "refused.";

    /**
     * Where things go, by the uid of the sink.
     *
     * @param ticks empty where ticks are not written again
     */
    record Sinks(
            Map<String, Sink<ColumnBatch>> ticks, Map<String, Sink<SpecificRecordBase>> bars) {}

    /**
     * Builds the graph.
     *
     * @param barVersion version of all bars
     */
    static void build(
            DataStream<TickMessage> messages,
            TickEngineOperator.Settings settings,
            SerializableSupplier<WireSchemas> schemas,
            DayRange days,
            int barVersion,
            Sinks sinks) {
        SingleOutputStreamOperator<TickMessage> read =
                named(
                        READ,
                        messages.map(
                                new Counted<>(READ, message -> 1), TickMessageSerializer.TYPE));
        SingleOutputStreamOperator<ColumnBatch> ticks =
                TickStreamTopology.engine(
                        // Of one message: batch mode brings one instrument after the other.
                        named("batches", read.map(TickBatch::of, TickBatchSerializer.TYPE)),
                        settings,
                        schemas);
        named(
                "refused",
                ticks.getSideOutput(TickEngineOperator.DEAD_LETTERS)
                        .flatMap(new Refusals(), Types.STRING));
        SingleOutputStreamOperator<ColumnBatch> accepted =
                named(
                        ACCEPTED,
                        ticks.map(
                                new Counted<>(ACCEPTED, ColumnBatch::rows),
                                ColumnBatchTypeInfo.INSTANCE));
        sink(
                named(TICKS + "-of-days", accepted.filter(new TicksOfDays(days))),
                TICKS,
                ColumnBatch::rows,
                batch -> batch.partition().path(),
                ColumnBatchTypeInfo.INSTANCE,
                sinks.ticks());
        sink(
                named(
                        BARS + "-of-days",
                        ticks.getSideOutput(TickEngineOperator.BARS)
                                .flatMap(
                                        new BarsOfDays(days, barVersion),
                                        ContractTypeInfo.INSTANCE)),
                BARS,
                bar -> 1,
                ReprocessTopology::partition,
                ContractTypeInfo.INSTANCE,
                sinks.bars());
    }

    private static <T> SingleOutputStreamOperator<T> named(
            String name, SingleOutputStreamOperator<T> stream) {
        return stream.name(name).uid(name);
    }

    private static <T> void sink(
            DataStream<T> ofDays,
            String what,
            Rows<T> rows,
            KeySelector<T, String> partition,
            TypeInformation<T> type,
            Map<String, Sink<T>> sinks) {
        DataStream<T> counted = named(what, ofDays.map(new Counted<>(what, rows), type));
        if (sinks.isEmpty()) {
            return;
        }
        DataStream<T> byPartition =
                named(
                        what + "-by-partition",
                        counted.keyBy(partition, Types.STRING).process(new AsTheyCome<>(), type));
        sinks.forEach((uid, sink) -> byPartition.sinkTo(sink).name(uid).uid(uid));
    }

    private static String partition(SpecificRecordBase row) {
        return Dataset.of(row.getSchema()).partitionOf(row).path();
    }

    /** How many rows something is. */
    private interface Rows<T> extends Serializable {
        long of(T value);
    }

    /** Counts what goes by. */
    private static final class Counted<T> extends RichMapFunction<T, T> {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final Rows<T> rows;
        private transient LongCounter counter;

        Counted(String name, Rows<T> rows) {
            this.name = name;
            this.rows = rows;
        }

        @Override
        public void open(OpenContext context) {
            counter = new LongCounter();
            getRuntimeContext().addAccumulator(name, counter);
        }

        @Override
        public T map(T value) {
            counter.add(rows.of(value));
            return value;
        }
    }

    /** Counts what the engine refuses, by reason; nothing goes on. */
    private static final class Refusals extends RichFlatMapFunction<RefusedTick, String> {
        private static final long serialVersionUID = 1L;

        private transient Map<String, LongCounter> counters;

        @Override
        public void open(OpenContext context) {
            counters = new HashMap<>();
        }

        @Override
        public void flatMap(RefusedTick tick, Collector<String> out) {
            counters.computeIfAbsent(
                            tick.reason(),
                            reason -> {
                                LongCounter counter = new LongCounter();
                                getRuntimeContext().addAccumulator(REFUSED + reason, counter);
                                return counter;
                            })
                    .add(1);
        }
    }

    /** Ticks of other days were read for windows that reach into them. */
    private static final class TicksOfDays extends RichFilterFunction<ColumnBatch> {
        private static final long serialVersionUID = 1L;

        private final DayRange days;
        private transient Set<PartitionKey> partitions;

        TicksOfDays(DayRange days) {
            this.days = days;
        }

        @Override
        public void open(OpenContext context) {
            partitions = Set.copyOf(days.partitions(TickReader.DATASET));
        }

        @Override
        public boolean filter(ColumnBatch ticks) {
            return partitions.contains(ticks.partition());
        }
    }

    /** Windows that begin on other days are not complete. */
    private static final class BarsOfDays
            extends RichFlatMapFunction<SpecificRecordBase, SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        private final DayRange days;
        private final int version;

        BarsOfDays(DayRange days, int version) {
            this.days = days;
            this.version = version;
        }

        @Override
        public void flatMap(SpecificRecordBase row, Collector<SpecificRecordBase> out) {
            Bar bar = (Bar) row;
            if (days.contains(bar.getWindowStart())) {
                // The engine made it for this function alone.
                TickEngineOperator.setVersion(bar, version);
                out.collect(bar);
            }
        }
    }

    /** Its input is sorted by partition, so that few files are open at a time. */
    private static final class AsTheyCome<T> extends KeyedProcessFunction<String, T, T> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(T value, Context context, Collector<T> out) {
            out.collect(value);
        }
    }
}
