package io.champion.jdbc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;

/**
 * Counts of one task that reach the client when the job has ended. They are part of checkpoints, so
 * that a row that is read again after a failure is counted once.
 */
final class Tally {
    private final Map<String, LongCounter> counters = new LinkedHashMap<>();
    private final ListState<Tuple2<String, Long>> state;

    /**
     * @param names of what is counted, each of one operator alone
     */
    Tally(RuntimeContext runtime, FunctionInitializationContext context, List<String> names)
            throws Exception {
        for (String name : names) {
            LongCounter counter = new LongCounter();
            counters.put(name, counter);
            runtime.addAccumulator(name, counter);
        }
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "counts", Types.TUPLE(Types.STRING, Types.LONG)));
        for (Tuple2<String, Long> count : state.get()) {
            counters.get(count.f0).add(count.f1);
        }
    }

    LongCounter counter(String name) {
        return counters.get(name);
    }

    /** To be called with each snapshot of the function. */
    void snapshot() throws Exception {
        List<Tuple2<String, Long>> counts = new ArrayList<>();
        counters.forEach(
                (name, counter) -> counts.add(Tuple2.of(name, counter.getLocalValuePrimitive())));
        state.update(counts);
    }
}
