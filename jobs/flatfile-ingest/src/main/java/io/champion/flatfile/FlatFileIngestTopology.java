package io.champion.flatfile;

import io.champion.lake.ColumnBatchTypeInfo;
import io.champion.model.ColumnBatch;
import java.util.Collection;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job's graph: pieces of work, each done by whichever task is free; batches of rows, rejects
 * and results of the checks into all sinks.
 */
final class FlatFileIngestTopology {

    private FlatFileIngestTopology() {}

    /**
     * Builds the graph.
     *
     * @param work what to do; one piece at least
     * @param sinks where all batches go, by uid
     */
    static void build(
            StreamExecutionEnvironment env,
            Collection<? extends Work> work,
            Work.Task task,
            Map<String, Sink<ColumnBatch>> sinks) {
        DataStream<ColumnBatch> batches =
                env.fromSource(
                                new WorkSource(work),
                                WatermarkStrategy.noWatermarks(),
                                "files",
                                PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO)
                        .uid("files")
                        .process(new IngestFunction(task), ColumnBatchTypeInfo.INSTANCE)
                        .name("ingest")
                        .uid("ingest");
        sinks.forEach((uid, sink) -> batches.sinkTo(sink).name(uid).uid(uid));
    }
}
