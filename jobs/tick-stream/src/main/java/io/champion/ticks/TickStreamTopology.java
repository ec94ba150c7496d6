package io.champion.ticks;

import io.champion.kafka.WireSchemas;
import io.champion.lake.ColumnBatchTypeInfo;
import io.champion.model.ColumnBatch;
import io.champion.tracking.IntervalPart;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableSupplier;

/**
 * The job's graph: messages, brought together by instrument, through the engine; accepted ticks,
 * bars and dead letters each into sinks of their own.
 */
final class TickStreamTopology {
    private TickStreamTopology() {}

    /**
     * Where things go, by the uid of the sink. The sinks of a kind are added in the order of the
     * map.
     *
     * @param ticks for accepted ticks, as they were received
     * @param bars for bars, all versions
     * @param deadLetters for messages that were refused or late
     */
    record Sinks(
            Map<String, Sink<ColumnBatch>> ticks,
            Map<String, Sink<SpecificRecordBase>> bars,
            Map<String, Sink<RefusedTick>> deadLetters) {}

    /**
     * Builds the graph.
     *
     * @param messages with watermarks, see {@link TickTimes}
     * @param schemas those that messages may have been written with
     * @return what the engine did, for {@link io.champion.tracking.IntervalRuns}
     */
    static DataStream<IntervalPart> build(
            DataStream<TickMessage> messages,
            TickEngineOperator.Settings settings,
            SerializableSupplier<WireSchemas> schemas,
            Sinks sinks) {
        SingleOutputStreamOperator<ColumnBatch> ticks =
                engine(batches(messages), settings, schemas);
        // All are in one task, and commit in this order. So what must not wait comes first.
        sinks.deadLetters()
                .forEach(
                        (uid, sink) ->
                                sink(
                                        ticks.getSideOutput(TickEngineOperator.DEAD_LETTERS),
                                        uid,
                                        sink));
        sinks.bars()
                .forEach(
                        (uid, sink) ->
                                sink(ticks.getSideOutput(TickEngineOperator.BARS), uid, sink));
        sinks.ticks().forEach((uid, sink) -> sink(ticks, uid, sink));
        return ticks.getSideOutput(TickEngineOperator.PARTS);
    }

    private static DataStream<TickBatch> batches(DataStream<TickMessage> messages) {
        return messages.transform(
                        "ticks batches", TickBatchSerializer.TYPE, new TickBatchOperator())
                .uid("ticks-batches")
                // In the task of the source.
                .setParallelism(messages.getParallelism());
    }

    /** Accepted ticks; bars and dead letters are its side outputs. */
    static SingleOutputStreamOperator<ColumnBatch> engine(
            DataStream<TickBatch> messages,
            TickEngineOperator.Settings settings,
            SerializableSupplier<WireSchemas> schemas) {
        return messages.keyBy(TickBatch::instrument, Types.STRING)
                .transform(
                        "ticks engine",
                        ColumnBatchTypeInfo.INSTANCE,
                        new TickEngineOperator(settings, schemas))
                .uid("ticks-engine");
    }

    private static <T> void sink(DataStream<T> stream, String uid, Sink<T> sink) {
        stream.sinkTo(sink).name(uid).uid(uid);
    }
}
