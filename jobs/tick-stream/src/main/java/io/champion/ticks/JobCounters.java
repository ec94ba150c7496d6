package io.champion.ticks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Counters of an operator that count each record once: a restart sets them back to what the
 * checkpoint had counted, and not to zero. Another job that begins with the state, from a
 * savepoint, begins to count anew.
 */
final class JobCounters {
    private final String job;
    private final MetricGroup metrics;
    private final ListState<Tuple2<String, Map<String, Long>>> state;
    private final Map<String, Long> restored = new HashMap<>();
    private final Map<String, Counter> counters = new HashMap<>();

    /**
     * @param store with the state of the restored checkpoint, if there is one
     * @param metrics the operator's group
     */
    JobCounters(OperatorStateStore store, JobID job, MetricGroup metrics) throws Exception {
        this.job = job.toHexString();
        this.metrics = metrics;
        // What a subtask has counted stays together, so that its sums hold wherever it goes.
        this.state =
                store.getListState(
                        new ListStateDescriptor<>(
                                "counters",
                                Types.TUPLE(Types.STRING, Types.MAP(Types.STRING, Types.LONG))));
        for (Tuple2<String, Map<String, Long>> subtask : state.get()) {
            if (subtask.f0.equals(this.job)) {
                subtask.f1.forEach((name, count) -> restored.merge(name, count, Long::sum));
            }
        }
    }

    /** A counter of the operator; the same for the same name. */
    Counter counter(String name) {
        return counter(name, metrics, name);
    }

    /** A counter in a group of its own. */
    Counter counter(String group, String value, String name) {
        return counter(name + "." + value, metrics.addGroup(group, value), name);
    }

    private Counter counter(String key, MetricGroup group, String name) {
        return counters.computeIfAbsent(
                key,
                absent -> {
                    Counter counter = group.counter(name);
                    counter.inc(restored.getOrDefault(key, 0L));
                    return counter;
                });
    }

    /** The values of the groups in which something had been counted before a restart. */
    Set<String> values(String name) {
        String prefix = name + ".";
        Set<String> values = new TreeSet<>();
        for (String key : restored.keySet()) {
            if (key.startsWith(prefix)) {
                values.add(key.substring(prefix.length()));
            }
        }
        return values;
    }

    /** Puts what was counted into the state. */
    void snapshot() throws Exception {
        Map<String, Long> counts = new HashMap<>();
        counters.forEach((key, counter) -> counts.put(key, counter.getCount()));
        state.update(List.of(Tuple2.of(job, counts)));
    }
}
