package io.champion.features;

import io.champion.indicators.Bar;

/** A bar of one instrument, as features are computed from. Immutable. */
final class FeatureBar {

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** exchange:symbol:series, with the exchange's code where that is the identity. */
    final String instrument;

    final String symbol;

    /** Start of the bar, milliseconds since the epoch, UTC; what orders an instrument's bars. */
    final long time;

    /** When the bar was complete, milliseconds since the epoch, UTC. */
    final long end;

    /** Session, days since the epoch, in the exchange's time zone. */
    final int session;

    /** The higher one replaces the lower, at the same time. */
    final int version;

    /** Prices are NaN where nothing was traded: such a bar takes an earlier version away. */
    final double open;

    final double high;
    final double low;
    final double close;

    /** Shares; NaN where it is not known. */
    final double volume;

    /** Price times size, summed, at prices like those of the bar; NaN where it is not known. */
    final double turnover;

    /** Close of the benchmark at the same time; NaN where it is not known, or there is none. */
    final double benchmark;

    /** One without a benchmark. */
    FeatureBar(
            String instrument,
            String symbol,
            long time,
            long end,
            int session,
            int version,
            double open,
            double high,
            double low,
            double close,
            double volume,
            double turnover) {
        this(
                instrument,
                symbol,
                time,
                end,
                session,
                version,
                open,
                high,
                low,
                close,
                volume,
                turnover,
                Double.NaN);
    }

    FeatureBar(
            String instrument,
            String symbol,
            long time,
            long end,
            int session,
            int version,
            double open,
            double high,
            double low,
            double close,
            double volume,
            double turnover,
            double benchmark) {
        this.instrument = instrument;
        this.symbol = symbol;
        this.time = time;
        this.end = end;
        this.session = session;
        this.version = version;
        this.open = open;
        this.high = high;
        this.low = low;
        this.close = close;
        this.volume = volume;
        this.turnover = turnover;
        this.benchmark = benchmark;
    }

    /** The same bar beside a close of the benchmark. */
    FeatureBar withBenchmark(double benchmark) {
        return new FeatureBar(
                instrument,
                symbol,
                time,
                end,
                session,
                version,
                open,
                high,
                low,
                close,
                volume,
                turnover,
                benchmark);
    }

    boolean isTraded() {
        return !Double.isNaN(close);
    }

    /** Sets what indicators see of a bar. */
    void fill(Bar bar) {
        bar.reset(time * NANOS_PER_MILLI, session);
        bar.open = open;
        bar.high = high;
        bar.low = low;
        bar.close = close;
        bar.volume = volume;
        bar.turnover = turnover;
        bar.benchmark = benchmark;
    }

    /** Whether features of both are the same. */
    boolean hasValuesOf(FeatureBar other) {
        return session == other.session
                && same(open, other.open)
                && same(high, other.high)
                && same(low, other.low)
                && same(close, other.close)
                && same(volume, other.volume)
                && same(turnover, other.turnover)
                && same(benchmark, other.benchmark);
    }

    private static boolean same(double a, double b) {
        return Double.doubleToLongBits(a) == Double.doubleToLongBits(b);
    }

    @Override
    public String toString() {
        return instrument + " at " + time + ", version " + version + ", close " + close;
    }
}
