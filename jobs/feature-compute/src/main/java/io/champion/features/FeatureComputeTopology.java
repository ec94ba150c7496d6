package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.lake.ContractTypeInfo;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/** The job's graph, bounded or not: bars, brought together by instrument, to rows of features. */
final class FeatureComputeTopology {
    private FeatureComputeTopology() {}

    static final String FEATURES = "features";

    /**
     * Builds the graph.
     *
     * @param bars with watermarks
     * @param rejects what the source refused
     * @param horizon how many bars back corrections are taken
     * @param sinks where rows and rejects go, by uid
     */
    static void build(
            DataStream<FeatureBar> bars,
            List<DataStream<SpecificRecordBase>> rejects,
            FeatureSet set,
            int horizon,
            FeatureRows.Run run,
            Map<String, Sink<SpecificRecordBase>> sinks) {
        SingleOutputStreamOperator<SpecificRecordBase> features =
                bars.keyBy(bar -> bar.instrument, Types.STRING)
                        .process(new FeatureFunction(set, horizon, run), ContractTypeInfo.INSTANCE)
                        .name(FEATURES)
                        .uid(FEATURES);
        DataStream<SpecificRecordBase> rows =
                features.union(features.getSideOutput(FeatureFunction.REJECTS));
        for (DataStream<SpecificRecordBase> refused : rejects) {
            rows = rows.union(refused);
        }
        DataStream<SpecificRecordBase> all = rows;
        sinks.forEach((uid, sink) -> all.sinkTo(sink).name(uid).uid(uid));
    }
}
