package io.champion.features;

import io.champion.tracking.IntervalPart;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
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
     * @param function what computes the features
     * @param form what the sinks take
     * @param sinks where rows and rejects go, by uid
     * @return what was done with bars, for {@link io.champion.tracking.IntervalRuns}
     */
    static <T> DataStream<IntervalPart> build(
            KeyedStream<FeatureBar, String> bars,
            List<DataStream<T>> rejects,
            FeatureFunction<T> function,
            FeatureOutput.Form<T> form,
            Map<String, Sink<T>> sinks) {
        // Without rejects of the source, the sinks are chained to the features.
        SingleOutputStreamOperator<T> features =
                bars.transform(FEATURES, form.type(), new FeatureOperator<>(function))
                        .uid(FEATURES);
        DataStream<T> rows = features;
        for (DataStream<T> refused : rejects) {
            rows = rows.union(refused);
        }
        DataStream<T> all = rows;
        sinks.forEach((uid, sink) -> all.sinkTo(sink).name(uid).uid(uid));
        return features.getSideOutput(FeatureOperator.PARTS);
    }
}
