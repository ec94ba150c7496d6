package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.tracking.IntervalPart;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

import java.util.List;
import java.util.Map;

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
     * @param hasStatistics whether to keep {@link FeatureStatistics}, as an accumulator
     * @param sinks where rows and rejects go, by uid
     * @return what was done with bars, for {@link io.champion.tracking.IntervalRuns}
     */
    static <T> DataStream<IntervalPart> build(
            DataStream<FeatureBar> bars,
            List<DataStream<T>> rejects,
            FeatureSet set,
            int horizon,
            FeatureRows.Run run,
            FeatureOutput.Form<T> form,
            boolean hasStatistics,
            Map<String, Sink<T>> sinks) {
        // Without rejects of the source, the sinks are chained to the features.
        SingleOutputStreamOperator<T> features =
                bars.keyBy(bar -> bar.instrument, Types.STRING)
                        .transform(
                                FEATURES,
                                form.type(),
                                new FeatureOperator<>(
                                        new FeatureFunction<>(
                                                set, horizon, run, form, hasStatistics)))
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
