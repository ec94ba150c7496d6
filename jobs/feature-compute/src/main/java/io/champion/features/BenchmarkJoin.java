package io.champion.features;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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

    /**
     * How many closes of the benchmark are kept, for late bars, of those that bars do not wait for.
     */
    private static final int KEPT = 10_000;

    static final MapStateDescriptor<Long, Double> CLOSES =
            new MapStateDescriptor<>("closes", Types.LONG, Types.DOUBLE);

    private transient ListState<FeatureBar> waiting;

    /** How many closes there are; counted when the first comes. */
    private transient int closes;

    /** With how many it is looked which are not needed. */
    private transient int enough;

    /** Id of the benchmark; null until its first bar. */
    private transient String benchmark;

    BenchmarkJoin() {}

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
        enough = 2 * KEPT;
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
        if (benchmark == null) {
            benchmark = bar.instrument;
        } else if (!benchmark.equals(bar.instrument)) {
            throw new FeatureInputException(
                    "'%s' is the symbol of %s and of %s; give one of them as '%s'."
                            .formatted(
                                    bar.symbol,
                                    benchmark,
                                    bar.instrument,
                                    FeatureComputeOptions.BENCHMARK.key()));
        }
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
        if (closes > enough) {
            forget(state, context.currentWatermark());
        }
    }

    /**
     * Bars up to the watermark have their closes, but for late ones; all others are still to come.
     */
    private void forget(BroadcastState<Long, Double> state, long watermark) throws Exception {
        List<Long> reached = new ArrayList<>();
        for (Map.Entry<Long, Double> close : state.entries()) {
            if (close.getKey() <= watermark) {
                reached.add(close.getKey());
            }
        }
        reached.sort(null);
        int forgotten = Math.max(0, reached.size() - KEPT);
        for (long time : reached.subList(0, forgotten)) {
            state.remove(time);
        }
        closes -= forgotten;
        enough = Math.max(2 * KEPT, closes + KEPT);
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
