package io.champion.jdbc;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Lets one record of each event id through, and counts the others. */
final class OncePerEvent
        extends KeyedProcessFunction<String, SpecificRecordBase, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    static final String WRITTEN = "written";
    static final String DUPLICATES = "duplicates";

    private transient ValueState<Boolean> seen;
    private transient LongCounter written;
    private transient LongCounter duplicates;

    @Override
    public void open(OpenContext context) {
        seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Types.BOOLEAN));
        written = getRuntimeContext().getLongCounter(WRITTEN);
        duplicates = getRuntimeContext().getLongCounter(DUPLICATES);
    }

    @Override
    public void processElement(
            SpecificRecordBase record, Context context, Collector<SpecificRecordBase> out)
            throws Exception {
        if (seen.value() != null) {
            duplicates.add(1L);
            return;
        }
        seen.update(true);
        written.add(1L);
        out.collect(record);
    }
}
