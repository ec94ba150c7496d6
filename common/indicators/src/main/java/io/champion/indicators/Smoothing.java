package io.champion.indicators;

/** The kinds of averages that an indicator can smooth with. */
enum Smoothing {
    SMA {
        @Override
        Average over(int window, Seed seed) {
            return new SimpleAverage(window);
        }
    },
    EMA {
        @Override
        Average over(int window, Seed seed) {
            return ExponentialAverage.ema(window, seed);
        }
    },
    WILDER {
        @Override
        Average over(int window, Seed seed) {
            return ExponentialAverage.wilder(window, seed);
        }
    };

    /**
     * @param seed of an average without an end
     */
    abstract Average over(int window, Seed seed);
}
