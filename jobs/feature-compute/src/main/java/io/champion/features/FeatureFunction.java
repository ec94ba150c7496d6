package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.tracking.IntervalMeter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Computes the features of each instrument when the watermark has reached its bars, in the order of
 * their times, or as they come where they come in order; corrected bars change features that were
 * emitted before, which come again under a higher version. Bars whose time has left the horizon are
 * rejects, which go where features go.
 *
 * @param <T> what the sinks take
 */
final class FeatureFunction<T> extends KeyedProcessFunction<String, FeatureBar, T> {
    private static final long serialVersionUID = 1L;

    /** Accumulators, and metrics, of what became of the bars. */
    static final String READ = "barsRead";

    static final String COMPUTED = "barsComputed";
    static final String SUPERSEDED = "barsSuperseded";
    static final String BEYOND_HORIZON = "barsBeyondHorizon";

    /** Rows of features. */
    static final String ROWS = "rows";

    /** An accumulator, where it is asked for. */
    static final String STATISTICS = "statistics";

    private final FeatureSet set;
    private final int horizon;
    private final FeatureRows.Run run;
    private final FeatureOutput.Form<T> form;
    private final boolean inOrder;

    private transient ValueState<InstrumentHistory> history;
    private transient MapState<Long, FeatureBar> waiting;
    private transient InstrumentHistory.Stepper stepper;
    private transient Emission emission;
    private transient List<FeatureBar> due;
    private transient LongCounter read;

    /**
     * @param horizon how many bars back corrections are taken
     * @param form of the output
     */
    FeatureFunction(FeatureSet set, int horizon, FeatureRows.Run run, FeatureOutput.Form<T> form) {
        this(set, horizon, run, form, false);
    }

    private FeatureFunction(
            FeatureSet set,
            int horizon,
            FeatureRows.Run run,
            FeatureOutput.Form<T> form,
            boolean inOrder) {
        this.set = set;
        this.horizon = horizon;
        this.run = run;
        this.form = form;
        this.inOrder = inOrder;
    }

    /**
     * A function for bars of which those of an instrument come in the order of their times, each
     * once: none waits for the watermark, and there is nothing to correct. Such bars come to an
     * end, so it also keeps {@link FeatureStatistics} of what is written.
     */
    static <T> FeatureFunction<T> ofBarsInOrder(
            FeatureSet set, FeatureRows.Run run, FeatureOutput.Form<T> form) {
        return new FeatureFunction<>(set, 0, run, form, true);
    }

    /** State of an instrument's past. */
    static ValueStateDescriptor<InstrumentHistory> historyState(FeatureSet set) {
        return new ValueStateDescriptor<>("history", new InstrumentHistorySerializer(set.layout()));
    }

    @Override
    public void open(OpenContext context) {
        history = getRuntimeContext().getState(historyState(set));
        waiting =
                getRuntimeContext()
                        .getMapState(
                                new MapStateDescriptor<>(
                                        "waiting",
                                        LongSerializer.INSTANCE,
                                        FeatureBarSerializer.INSTANCE));
        stepper = new InstrumentHistory.Stepper(set);
        emission = new Emission(form.open(set, run));
        due = new ArrayList<>();
        read = counter(READ);
    }

    private LongCounter counter(String name) {
        LongCounter counter = new LongCounter();
        getRuntimeContext().addAccumulator(name, counter);
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        metrics.gauge(name, counter::getLocalValuePrimitive);
        return counter;
    }

    @Override
    public void processElement(FeatureBar bar, Context context, Collector<T> out) throws Exception {
        read.add(1);
        if (inOrder) {
            due.clear();
            due.add(bar);
            takeDue(out);
            return;
        }
        FeatureBar before = waiting.get(bar.time);
        if (before != null) {
            emission.superseded.add(1);
            if (bar.version <= before.version) {
                return;
            }
        }
        waiting.put(bar.time, bar);
        if (before == null) {
            context.timerService().registerEventTimeTimer(bar.time);
        }
    }

    @Override
    public void onTimer(long time, OnTimerContext context, Collector<T> out) throws Exception {
        // All that are due, for the first of their timers.
        long watermark = context.timerService().currentWatermark();
        due.clear();
        for (FeatureBar bar : waiting.values()) {
            if (bar.time <= watermark) {
                due.add(bar);
            }
        }
        if (due.isEmpty()) {
            return;
        }
        due.sort(Comparator.comparingLong(bar -> bar.time));
        for (FeatureBar bar : due) {
            waiting.remove(bar.time);
        }
        takeDue(out);
    }

    private void takeDue(Collector<T> out) throws Exception {
        InstrumentHistory past = history.value();
        past = past == null ? InstrumentHistory.empty(set) : past.laidOutBy(set.layout());
        emission.out = out;
        past.take(due, horizon, stepper, emission);
        history.update(past);
    }

    /** Has what becomes of bars metered. */
    void meter(IntervalMeter meter) {
        meter.figure("bars_read", read::getLocalValuePrimitive);
        meter.figure("bars_computed", emission.computed::getLocalValuePrimitive);
        meter.figure("bars_superseded", emission.superseded::getLocalValuePrimitive);
        meter.figure("rejected.beyond_horizon", emission.beyondHorizon::getLocalValuePrimitive);
        meter.figure(FeatureOperator.WRITTEN, emission.written::getLocalValuePrimitive);
    }

    /** Hands on what was kept back. */
    void flush(Collector<T> out) {
        emission.rows.flush(out);
    }

    /** Makes rows, rejects and counts of what becomes of bars. */
    private final class Emission implements InstrumentHistory.Output {
        private final FeatureOutput<T> rows;
        private final LongCounter computed = counter(COMPUTED);
        private final LongCounter written = counter(ROWS);
        private final LongCounter superseded = counter(SUPERSEDED);
        private final LongCounter beyondHorizon = counter(BEYOND_HORIZON);

        /** Null where nobody asks for them. */
        private final FeatureStatistics statistics;

        private Collector<T> out;

        Emission(FeatureOutput<T> rows) {
            this.rows = rows;
            this.statistics = inOrder ? new FeatureStatistics(set.columns().size()) : null;
            if (inOrder) {
                getRuntimeContext().addAccumulator(STATISTICS, statistics);
            }
        }

        @Override
        public void taken(FeatureBar bar) {
            computed.add(1);
        }

        @Override
        public void features(FeatureBar bar, int version, double[] values) {
            int made = rows.features(bar, version, values, out);
            written.add(made);
            if (statistics != null && made > 0) {
                statistics.add(values);
            }
        }

        @Override
        public void superseded(FeatureBar bar) {
            superseded.add(1);
        }

        @Override
        public void beyondHorizon(FeatureBar bar) {
            beyondHorizon.add(1);
            rows.reject(run.beyondHorizon(bar), out);
        }
    }
}
