package io.champion.features;

import io.champion.indicators.Bar;
import io.champion.indicators.FeatureSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Bars for tests, and the plain computation of their features. */
final class Bars {
    private Bars() {}

    static final long DAY = 86_400_000;

    /** A random walk, a bar a day. */
    static List<FeatureBar> walk(String instrument, int count, long seed) {
        Random random = new Random(seed);
        List<FeatureBar> bars = new ArrayList<>();
        double price = 100;
        for (int i = 0; i < count; i++) {
            double open = price;
            double close = price * (1 + 0.02 * random.nextGaussian());
            bars.add(
                    bar(
                            instrument,
                            i,
                            1,
                            open,
                            Math.max(open, close) + random.nextDouble(),
                            Math.min(open, close) - random.nextDouble(),
                            close,
                            random.nextInt(1_000_000)));
            price = close;
        }
        return bars;
    }

    static FeatureBar bar(
            String instrument,
            int day,
            int version,
            double open,
            double high,
            double low,
            double close,
            double volume) {
        return new FeatureBar(
                instrument,
                instrument.split(":", -1)[1],
                day * DAY,
                day * DAY + DAY / 2,
                day,
                version,
                open,
                high,
                low,
                close,
                volume,
                volume * (high + low) / 2);
    }

    /** The same bar with other prices, under another version. */
    static FeatureBar corrected(FeatureBar bar, int version, double factor) {
        return new FeatureBar(
                bar.instrument,
                bar.symbol,
                bar.time,
                bar.end,
                bar.session,
                version,
                bar.open * factor,
                bar.high * factor,
                bar.low * factor,
                bar.close * factor,
                bar.volume,
                bar.turnover * factor);
    }

    /** Features of bars in the order of their times, by time: one step after the other. */
    static SortedMap<Long, double[]> features(FeatureSet set, List<FeatureBar> bars) {
        SortedMap<Long, double[]> features = new TreeMap<>();
        double[] state = set.newState();
        Bar view = new Bar();
        for (FeatureBar bar : bars) {
            double[] values = new double[set.columns().size()];
            view.reset(bar.time * 1_000_000, bar.session);
            view.open = bar.open;
            view.high = bar.high;
            view.low = bar.low;
            view.close = bar.close;
            view.volume = bar.volume;
            view.turnover = bar.turnover;
            view.benchmark = bar.benchmark;
            set.step(view, state, values);
            features.put(bar.time, values);
        }
        return features;
    }

    /** The message that tells of a bar, which is called daily. */
    static io.champion.model.record.Bar message(FeatureBar bar) {
        return io.champion.model.record.Bar.newBuilder()
                .setEventId(bar.instrument + bar.time + bar.version)
                .setEventTime(bar.time * 1_000_000)
                .setIngestTime(Instant.EPOCH)
                .setSource("test")
                .setEntityId(bar.instrument)
                .setSymbol(bar.symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setInstrumentId(bar.instrument)
                .setBarInterval("1d")
                .setWindowStart(bar.time * 1_000_000)
                .setWindowEnd((bar.time + DAY) * 1_000_000)
                .setVersion(bar.version)
                .setOpen(bar.open)
                .setHigh(bar.high)
                .setLow(bar.low)
                .setClose(bar.close)
                .setVolume(bar.volume)
                .setTurnover(bar.turnover)
                .setVwap(null)
                .setTrades(1)
                .setFirstEventTime(null)
                .setLastEventTime(null)
                .build();
    }
}
