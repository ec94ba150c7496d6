package io.champion.adjust;

import io.champion.lake.ContractTypeInfo;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.SymbolMaster;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Collects all that is known of a security, and adjusts it at the end of input. In batch mode, for
 * which it is made, one security after the other is in memory, and its state goes with it.
 */
final class SecurityFunction
        extends KeyedProcessFunction<String, SpecificRecordBase, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    static final String ADJUSTMENTS = "adjustments";

    private final AdjustedHistory.Settings settings;

    private transient ListState<SpecificRecordBase> known;
    private transient AdjustmentsAccumulator adjustments;

    SecurityFunction(AdjustedHistory.Settings settings) {
        this.settings = settings;
    }

    /** The key of a record. */
    static String security(SpecificRecordBase record) {
        if (record instanceof EquityOhlc bar) {
            return Securities.of(bar.getInstrumentId());
        } else if (record instanceof EquityAdjusted row) {
            return Securities.of(row.getInstrumentId());
        } else if (record instanceof CorporateAction action) {
            return Securities.of(action.getInstrumentId());
        } else if (record instanceof SymbolMaster listing) {
            return Securities.of(listing.getInstrumentId());
        }
        throw new IllegalArgumentException(
                "A " + record.getSchema().getName() + " says nothing of prices.");
    }

    @Override
    public void open(OpenContext context) {
        known =
                getRuntimeContext()
                        .getListState(
                                new ListStateDescriptor<>("known", ContractTypeInfo.INSTANCE));
        adjustments = new AdjustmentsAccumulator();
        getRuntimeContext().addAccumulator(ADJUSTMENTS, adjustments);
    }

    @Override
    public void processElement(
            SpecificRecordBase record, Context context, Collector<SpecificRecordBase> out)
            throws Exception {
        known.add(record);
        context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<SpecificRecordBase> out)
            throws Exception {
        List<EquityOhlc> bars = new ArrayList<>();
        List<CorporateAction> actions = new ArrayList<>();
        List<EquityAdjusted> earlier = new ArrayList<>();
        Double faceValue = null;
        for (SpecificRecordBase record : known.get()) {
            if (record instanceof EquityOhlc bar) {
                bars.add(bar);
            } else if (record instanceof CorporateAction action) {
                actions.add(action);
            } else if (record instanceof EquityAdjusted row) {
                earlier.add(row);
            } else if (record instanceof SymbolMaster listing && listing.getFaceValue() != null) {
                faceValue = listing.getFaceValue();
            }
        }
        known.clear();
        AdjustedHistory history =
                AdjustedHistory.of(
                        context.getCurrentKey(), bars, actions, earlier, faceValue, settings);
        adjustments.add(history.adjustments());
        history.rows().forEach(out::collect);
    }
}
