package io.champion.indicators;

/**
 * EMA, EMA of it, and EMA of that, put together so that the lag cancels: DEMA and TEMA.
 *
 * <p>Slice: that of the first EMA, then of the second, then of the third.
 *
 * @param shared whether all of them begin with the seed of the first
 */
record RepeatedAverage(ExponentialAverage ema, int times, boolean shared) implements Average {

    /** How the averages begin. */
    enum Begin {
        /** Each with the mean of the first values it gets, as many as the window. */
        SMA,
        /** All with the mean of the first values. */
        SHARED,
        /** All with the first value. */
        FIRST
    }

    /**
     * @param times 2 for DEMA, 3 for TEMA
     */
    RepeatedAverage(int window, int times, Begin begin) {
        this(
                ExponentialAverage.ema(window, begin == Begin.FIRST ? Seed.FIRST : Seed.SMA),
                times,
                begin == Begin.SHARED);
    }

    @Override
    public int stateSize() {
        return times * ema.stateSize();
    }

    @Override
    public int warmUp() {
        return shared ? ema.warmUp() : times * (ema.warmUp() - 1) + 1;
    }

    @Override
    public double next(double value, double[] state, int at) {
        double first = ema.next(value, state, at);
        double second = again(first, state, at + ema.stateSize());
        if (times == 2) {
            return 2 * first - second;
        }
        double third = again(second, state, at + 2 * ema.stateSize());
        return 3 * first - 3 * second + third;
    }

    private double again(double value, double[] state, int at) {
        return shared ? ema.nextFromFirst(value, state, at) : ema.next(value, state, at);
    }
}
