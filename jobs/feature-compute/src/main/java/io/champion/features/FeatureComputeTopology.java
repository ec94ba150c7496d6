package io.champion.features;

import io.champion.indicators.FeatureSet;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;

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
     * @param form what the sinks take
     * @param sinks where rows and rejects go, by uid
     */
    static <T> void build(
            DataStream<FeatureBar> bars,
            List<DataStream<T>> rejects,
            FeatureSet set,
            int horizon,
            FeatureRows.Run run,
            FeatureOutput.Form<T> form,
            Map<String, Sink<T>> sinks) {
        // Without rejects of the source, the sinks are chained to the features.
        DataStream<T> rows =
                bars.keyBy(bar -> bar.instrument, Types.STRING)
                        .transform(
                                FEATURES,
                                form.type(),
                                new FeatureOperator<>(
                                        new FeatureFunction<>(set, horizon, run, form)))
                        .uid(FEATURES);
        for (DataStream<T> refused : rejects) {
            rows = rows.union(refused);
        }
        DataStream<T> all = rows;
        sinks.forEach((uid, sink) -> all.sinkTo(sink).name(uid).uid(uid));
    }
}
