package io.champion.features;

import io.champion.indicators.Bar;
import io.champion.indicators.FeatureLayout;
import io.champion.indicators.FeatureSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is kept of one instrument: where its indicators stand after its last bar, and so much of the
 * past that a corrected bar can be computed again.
 *
 * <p>The past is a state of the indicators some bars ago, the base, and the bars since. A bar that
 * comes late or comes again is put in its place among them, and all from there on are computed
 * again from the base. The base follows when twice as many bars as the horizon are kept: so at
 * least the horizon can always be corrected, a bar is computed twice at most as long as nothing is
 * corrected, and what is kept of an instrument is bounded. Without a horizon there is the state
 * after the last bar and nothing else.
 *
 * <p>The result depends on the bars alone, not on the order in which they come, as long as none
 * comes after its time has left the horizon.
 */
final class InstrumentHistory {

    /** Takes what becomes of bars. */
    interface Output {

        /** Lets bars become the past, and nothing else. */
        Output NONE =
                new Output() {
                    @Override
                    public void taken(FeatureBar bar) {}

                    @Override
                    public void features(FeatureBar bar, int version, double[] values) {}

                    @Override
                    public void superseded(FeatureBar bar) {}

                    @Override
                    public void beyondHorizon(FeatureBar bar) {
                        throw new IllegalStateException(bar + " is not in the order of time.");
                    }
                };

        /** A bar that came first at its time, or replaces one. Features follow. */
        void taken(FeatureBar bar);

        /**
         * Features after a bar.
         *
         * @param version 1, or higher than that of an earlier call for this bar
         * @param values of the set's columns, NaN where not known; valid in the call
         */
        void features(FeatureBar bar, int version, double[] values);

        /**
         * A bar that changes nothing: it came before, or is older than the version that is kept.
         */
        void superseded(FeatureBar bar);

        /** A bar that is not taken, because its time has left the horizon. */
        void beyondHorizon(FeatureBar bar);
    }

    /** A bar, and the version of its features that was emitted last. */
    static final class Kept {
        FeatureBar bar;
        int version;

        Kept(FeatureBar bar, int version) {
            this.bar = bar;
            this.version = version;
        }
    }

    /** No bar of this time or before can be changed. */
    private long baseTime;

    private final FeatureLayout layout;

    /** After all bars up to the base time. */
    private final double[] base;

    /** In the order of their times. */
    private final ArrayList<Kept> bars;

    /** After the last bar; null where it follows from the base and the bars. */
    private double[] head;

    /**
     * One that was kept.
     *
     * @param layout of the base
     * @param bars in the order of their times, all later than the base time
     */
    InstrumentHistory(FeatureLayout layout, long baseTime, double[] base, ArrayList<Kept> bars) {
        this.layout = layout;
        this.baseTime = baseTime;
        this.base = base;
        this.bars = bars;
    }

    static InstrumentHistory empty(FeatureSet set) {
        return new InstrumentHistory(
                set.layout(), Long.MIN_VALUE, set.newState(), new ArrayList<>());
    }

    long baseTime() {
        return baseTime;
    }

    double[] base() {
        return base;
    }

    List<Kept> bars() {
        return bars;
    }

    /**
     * The same history for another feature set: what both sets compute goes on, what is new begins
     * with the bars that are kept.
     */
    InstrumentHistory laidOutBy(FeatureLayout target) {
        if (layout == target) {
            return this;
        }
        return new InstrumentHistory(
                target,
                baseTime,
                layout.equals(target) ? base : target.from(layout).apply(base),
                bars);
    }

    InstrumentHistory copy() {
        ArrayList<Kept> kept = new ArrayList<>(bars.size());
        for (Kept each : bars) {
            kept.add(new Kept(each.bar, each.version));
        }
        InstrumentHistory copy = new InstrumentHistory(layout, baseTime, base.clone(), kept);
        copy.head = head == null ? null : head.clone();
        return copy;
    }

    /**
     * Takes bars that are due.
     *
     * @param due in the order of their times, one of a time
     * @param horizon how many bars back corrections are taken
     */
    void take(List<FeatureBar> due, int horizon, Stepper stepper, Output out) {
        // The horizon may be another than before a restore.
        trim(horizon, stepper);
        if (head == null && !bars.isEmpty()) {
            recompute(bars.size(), stepper, out);
        }
        int changed = Integer.MAX_VALUE;
        for (FeatureBar bar : due) {
            if (bar.time <= baseTime) {
                out.beyondHorizon(bar);
                continue;
            }
            int end = bars.size();
            if (end == 0 || bar.time > bars.get(end - 1).bar.time) {
                if (!bar.isTraded()) {
                    out.superseded(bar);
                    continue;
                }
                out.taken(bar);
                if (changed < end) {
                    bars.add(new Kept(bar, 0));
                } else {
                    append(bar, horizon, stepper, out);
                }
                continue;
            }
            int place = place(bar.time);
            Kept there = bars.get(place);
            if (there.bar.time != bar.time) {
                if (!bar.isTraded()) {
                    out.superseded(bar);
                    continue;
                }
                out.taken(bar);
                bars.add(place, new Kept(bar, 0));
                changed = Math.min(changed, place);
            } else if (bar.version <= there.bar.version || bar.hasValuesOf(there.bar)) {
                out.superseded(bar);
            } else {
                out.taken(bar);
                there.bar = bar;
                changed = Math.min(changed, place);
            }
        }
        if (changed < bars.size()) {
            recompute(changed, stepper, out);
        }
        trim(horizon, stepper);
    }

    private void append(FeatureBar bar, int horizon, Stepper stepper, Output out) {
        if (horizon == 0) {
            baseTime = bar.time;
            out.features(bar, 1, stepper.step(bar, base));
            return;
        }
        if (bars.isEmpty()) {
            head = base.clone();
        }
        bars.add(new Kept(bar, 1));
        out.features(bar, 1, stepper.step(bar, head));
    }

    /** Of the first bar that is not before a time. */
    private int place(long time) {
        int low = 0;
        int high = bars.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bars.get(middle).bar.time < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Computes all bars again, and emits those from a place on. */
    private void recompute(int from, Stepper stepper, Output out) {
        head = base.clone();
        for (int i = 0; i < bars.size(); i++) {
            Kept kept = bars.get(i);
            double[] values = stepper.step(kept.bar, head);
            if (i >= from) {
                kept.version++;
                out.features(kept.bar, kept.version, values);
            }
        }
    }

    /** Lets the base follow, where more is kept than is needed. */
    private void trim(int horizon, Stepper stepper) {
        if (bars.size() <= 2 * horizon) {
            return;
        }
        List<Kept> old = bars.subList(0, bars.size() - horizon);
        for (Kept kept : old) {
            stepper.step(kept.bar, base);
        }
        baseTime = old.get(old.size() - 1).bar.time;
        old.clear();
    }

    /** Moves indicators on; made once for all instruments of a task. */
    static final class Stepper {
        private final FeatureSet set;
        private final Bar bar = new Bar();
        private final double[] values;

        Stepper(FeatureSet set) {
            this.set = set;
            this.values = new double[set.columns().size()];
        }

        /** The columns after a bar; one where nothing was traded moves nothing and has none. */
        private double[] step(FeatureBar next, double[] state) {
            if (!next.isTraded()) {
                Arrays.fill(values, Double.NaN);
                return values;
            }
            next.fill(bar);
            set.step(bar, state, values);
            return values;
        }
    }
}
