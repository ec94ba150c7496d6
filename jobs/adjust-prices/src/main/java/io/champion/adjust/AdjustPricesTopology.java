package io.champion.adjust;

import io.champion.lake.ContractTypeInfo;
import io.champion.model.Dataset;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** The job's graph: all that is known, by security, adjusted; then by partition, into all sinks. */
final class AdjustPricesTopology {
    private AdjustPricesTopology() {}

    /**
     * Builds the graph.
     *
     * @param known bars, corporate actions, listings, and adjusted bars as they are now
     * @param sinks where adjusted bars go, by uid
     */
    static void build(
            DataStream<SpecificRecordBase> known,
            AdjustedHistory.Settings settings,
            Map<String, Sink<SpecificRecordBase>> sinks) {
        DataStream<SpecificRecordBase> byPartition =
                known.keyBy(SecurityFunction::security, Types.STRING)
                        .process(new SecurityFunction(settings), ContractTypeInfo.INSTANCE)
                        .name("adjust security")
                        .uid("adjust-security")
                        .keyBy(AdjustPricesTopology::partition, Types.STRING)
                        .process(new AsTheyCome(), ContractTypeInfo.INSTANCE)
                        .name("by partition")
                        .uid("by-partition");
        sinks.forEach((uid, sink) -> byPartition.sinkTo(sink).name(uid).uid(uid));
    }

    private static String partition(SpecificRecordBase row) {
        return Dataset.of(row.getSchema()).partitionOf(row).path();
    }

    /** Its input is sorted by partition, so that few files are open at a time. */
    private static final class AsTheyCome
            extends KeyedProcessFunction<String, SpecificRecordBase, SpecificRecordBase> {
        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(
                SpecificRecordBase row, Context context, Collector<SpecificRecordBase> out) {
            out.collect(row);
        }
    }
}
