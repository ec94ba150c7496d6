package io.champion.features;

import io.champion.indicators.Bar;
import io.champion.indicators.FeatureSet;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.util.Collector;

/**
 * What a bar costs that the stream takes, without Flink: {@code FeatureCost BARS}. Prints rows of
 * tables: as windows grow, and as instruments do, with the history that corrections need and with
 * the rows that are made; CPU time of this thread, the lowest of three runs after a first.
 */
final class FeatureCost {
    private static final int RUNS = 4;
    private static final int[] WINDOWS = {20, 200, 2_000};
    private static final int[] INSTRUMENTS = {1_000, 10_000, 100_000};
    private static final long MINUTE = 60_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static long sink;

    private FeatureCost() {}

    public static void main(String[] args) {
        int bars = Integer.parseInt(args[0]);
        System.out.println("| windows of | ns per bar |");
        System.out.println("|---|---|");
        for (int window : WINDOWS) {
            FeatureSet set = set(window);
            System.out.printf("| %,d bars | %.0f |%n", window, nanos(bars, () -> steps(set, bars)));
        }
        System.out.println("| instruments | horizon | ns per bar | bars per second and core |");
        System.out.println("|---|---|---|---|");
        FeatureSet set = FeatureSet.standard();
        for (int horizon : new int[] {0, 30}) {
            for (int instruments : INSTRUMENTS) {
                int rounds = Math.max(bars / instruments, 3);
                double nanos =
                        nanos(
                                (long) rounds * instruments,
                                () -> histories(set, instruments, rounds, horizon));
                System.out.printf(
                        "| %,d | %d | %.0f | %,.0f |%n", instruments, horizon, nanos, 1e9 / nanos);
            }
        }
        System.err.println(sink);
    }

    private static double nanos(long bars, LongSupplier work) {
        double best = Double.MAX_VALUE;
        for (int run = 0; run < RUNS; run++) {
            long nanos = work.getAsLong();
            if (run > 0) {
                best = Math.min(best, nanos / (double) bars);
            }
        }
        return best;
    }

    private static FeatureSet set(int window) {
        return FeatureSet.parse(
                """
                name: windows
                version: v1
                features:
                  - {name: sma, indicator: sma, window: %1$d, group: trend}
                  - {name: wma, indicator: wma, window: %1$d, group: trend}
                  - {name: ema, indicator: ema, window: %1$d, group: trend}
                  - {name: rsi, indicator: rsi, window: %1$d, group: momentum}
                  - {name: stochastic, indicator: stochastic, window: %1$d, group: momentum}
                  - {name: bb, indicator: bollinger, window: %1$d, group: volatility}
                  - {name: atr, indicator: atr, window: %1$d, group: volatility}
                  - {name: donchian, indicator: donchian, window: %1$d, group: volatility}
                """
                        .formatted(window),
                "windows");
    }

    /** The indicators alone, of one instrument. */
    private static long steps(FeatureSet set, int bars) {
        double[] state = set.newState();
        double[] values = new double[set.columns().size()];
        FeatureBar[] some = bars("NSE:S:EQ", 4_096);
        Bar view = new Bar();
        long start = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < bars; i++) {
            FeatureBar bar = some[i % some.length];
            view.reset(bar.time * 1_000_000, bar.session);
            view.open = bar.open;
            view.high = bar.high;
            view.low = bar.low;
            view.close = bar.close;
            view.volume = bar.volume;
            view.turnover = bar.turnover;
            set.step(view, state, values);
            sink += Double.doubleToRawLongBits(values[0]);
        }
        return THREADS.getCurrentThreadCpuTime() - start;
    }

    /** All that is done of a bar of a minute: its history, its features and its rows. */
    private static long histories(FeatureSet set, int instruments, int rounds, int horizon) {
        List<InstrumentHistory> histories = new ArrayList<>(instruments);
        List<String> names = new ArrayList<>(instruments);
        for (int i = 0; i < instruments; i++) {
            histories.add(InstrumentHistory.empty(set));
            names.add("NSE:S" + i + ":EQ");
        }
        InstrumentHistory.Stepper stepper = new InstrumentHistory.Stepper(set);
        Rows rows =
                new Rows(
                        new FeatureRows(
                                set, FeatureRows.Run.fromKafka("1m", "bars", Instant.EPOCH)));
        FeatureBar[] some = bars("NSE:S:EQ", 4_096);
        long start = THREADS.getCurrentThreadCpuTime();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < instruments; i++) {
                FeatureBar like = some[(round * 31 + i) % some.length];
                FeatureBar bar = bar(names.get(i), round, like.open, like.close, like.volume);
                histories.get(i).take(List.of(bar), horizon, stepper, rows);
            }
        }
        return THREADS.getCurrentThreadCpuTime() - start;
    }

    private static FeatureBar[] bars(String instrument, int count) {
        FeatureBar[] bars = new FeatureBar[count];
        for (int i = 0; i < count; i++) {
            bars[i] =
                    bar(
                            instrument,
                            i,
                            100 + 10 * Math.sin(i / 7.0),
                            100 + 10 * Math.sin((i + 1) / 7.0) + (i % 13) / 10.0,
                            1 + i % 1000);
        }
        return bars;
    }

    private static FeatureBar bar(
            String instrument, int minute, double open, double close, double volume) {
        double high = Math.max(open, close) + 0.5;
        double low = Math.min(open, close) - 0.5;
        return new FeatureBar(
                instrument,
                "S",
                minute * MINUTE,
                (minute + 1) * MINUTE,
                0,
                1,
                open,
                high,
                low,
                close,
                volume,
                volume * close);
    }

    private static final class Rows
            implements InstrumentHistory.Output, Collector<SpecificRecordBase> {
        private final FeatureRows rows;

        Rows(FeatureRows rows) {
            this.rows = rows;
        }

        @Override
        public void taken(FeatureBar bar) {}

        @Override
        public void features(FeatureBar bar, int version, double[] values) {
            rows.features(bar, version, values, this);
        }

        @Override
        public void superseded(FeatureBar bar) {}

        @Override
        public void beyondHorizon(FeatureBar bar) {
            throw new IllegalStateException("A bar is late.");
        }

        @Override
        public void collect(SpecificRecordBase row) {
            sink += row.get(0) == null ? 0 : 1;
        }

        @Override
        public void close() {}
    }
}
