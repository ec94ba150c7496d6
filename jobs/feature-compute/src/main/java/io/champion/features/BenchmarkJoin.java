package io.champion.features;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Gives each bar the benchmark's close of its time. Bars wait until the watermark has reached them,
 * for by then the benchmark's bar of that time has come too; what comes later than that goes on at
 * once. A bar whose time the benchmark has none of goes on without. Corrections of the benchmark
 * count for the bars that come after them.
 */
final class BenchmarkJoin
        extends KeyedBroadcastProcessFunction<String, FeatureBar, FeatureBar, FeatureBar> {
    private static final long serialVersionUID = 1L;

    private static final String UID = "benchmark";

    /** How many closes of the benchmark are kept at least; and twice as many at most. */
    private static final int KEPT = 10_000;

    private static final MapStateDescriptor<Long, Double> CLOSES =
            new MapStateDescriptor<>("closes", Types.LONG, Types.DOUBLE);

    private transient ListState<FeatureBar> waiting;

    /** How many closes are kept; counted when the first comes. */
    private transient int closes;

    private BenchmarkJoin() {}

    /**
     * The same bars with the benchmark's closes.
     *
     * @param bars with watermarks
     * @param benchmark bars of the benchmark, with watermarks
     */
    static DataStream<FeatureBar> join(
            DataStream<FeatureBar> bars, DataStream<FeatureBar> benchmark) {
        return bars.keyBy(bar -> bar.instrument, Types.STRING)
                .connect(benchmark.broadcast(CLOSES))
                .process(new BenchmarkJoin(), FeatureBarSerializer.TYPE)
                .name(UID)
                .uid(UID);
    }

    @Override
    public void open(OpenContext context) {
        waiting =
                getRuntimeContext()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "waiting", FeatureBarSerializer.INSTANCE));
        closes = -1;
    }

    @Override
    public void processElement(FeatureBar bar, ReadOnlyContext context, Collector<FeatureBar> out)
            throws Exception {
        if (bar.time <= context.currentWatermark()) {
            out.collect(with(bar, context.getBroadcastState(CLOSES)));
        } else {
            waiting.add(bar);
            context.timerService().registerEventTimeTimer(bar.time);
        }
    }

    @Override
    public void processBroadcastElement(FeatureBar bar, Context context, Collector<FeatureBar> out)
            throws Exception {
        BroadcastState<Long, Double> state = context.getBroadcastState(CLOSES);
        if (closes < 0) {
            closes = 0;
            for (Iterator<?> kept = state.iterator(); kept.hasNext(); kept.next()) {
                closes++;
            }
        }
        closes += state.contains(bar.time) ? 0 : 1;
        if (bar.isTraded()) {
            state.put(bar.time, bar.close);
        } else {
            closes -= 1;
            state.remove(bar.time);
        }
        if (closes > 2 * KEPT) {
            forget(state);
        }
    }

    private void forget(BroadcastState<Long, Double> state) throws Exception {
        TreeMap<Long, Double> all = new TreeMap<>();
        for (Map.Entry<Long, Double> kept : state.entries()) {
            all.put(kept.getKey(), kept.getValue());
        }
        List<Long> times = new ArrayList<>(all.keySet());
        for (long time : times.subList(0, times.size() - KEPT)) {
            state.remove(time);
        }
        closes = KEPT;
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<FeatureBar> out)
            throws Exception {
        List<FeatureBar> due = new ArrayList<>();
        List<FeatureBar> later = new ArrayList<>();
        for (FeatureBar bar : waiting.get()) {
            (bar.time <= time ? due : later).add(bar);
        }
        due.sort(Comparator.comparingLong(bar -> bar.time));
        waiting.update(later);
        ReadOnlyBroadcastState<Long, Double> state = context.getBroadcastState(CLOSES);
        for (FeatureBar bar : due) {
            out.collect(with(bar, state));
        }
    }

    private static FeatureBar with(FeatureBar bar, ReadOnlyBroadcastState<Long, Double> state)
            throws Exception {
        Double close = state.get(bar.time);
        return close == null ? bar : bar.withBenchmark(close);
    }
}
