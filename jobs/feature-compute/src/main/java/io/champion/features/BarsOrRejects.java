package io.champion.features;

import io.champion.lake.ContractTypeInfo;
import io.champion.model.record.Reject;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Parts what the source made of messages. */
final class BarsOrRejects extends ProcessFunction<SpecificRecordBase, FeatureBar> {
    private static final long serialVersionUID = 1L;

    static final OutputTag<SpecificRecordBase> REJECTS =
            new OutputTag<>("not-bars", ContractTypeInfo.INSTANCE);

    @Override
    public void processElement(
            SpecificRecordBase record, Context context, Collector<FeatureBar> out) {
        if (record instanceof Reject) {
            context.output(REJECTS, record);
        } else {
            out.collect(FeatureBars.of(record));
        }
    }
}
