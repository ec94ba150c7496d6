package io.champion.indicators;

/** The number of a bar that an indicator looks at. */
enum Price {
    OPEN {
        @Override
        double of(Bar bar) {
            return bar.open;
        }
    },
    HIGH {
        @Override
        double of(Bar bar) {
            return bar.high;
        }
    },
    LOW {
        @Override
        double of(Bar bar) {
            return bar.low;
        }
    },
    CLOSE {
        @Override
        double of(Bar bar) {
            return bar.close;
        }
    },
    VOLUME {
        @Override
        double of(Bar bar) {
            return bar.volume;
        }
    },
    /** (high + low) / 2. */
    MEDIAN {
        @Override
        double of(Bar bar) {
            return (bar.high + bar.low) / 2;
        }
    },
    /** (high + low + close) / 3. */
    TYPICAL {
        @Override
        double of(Bar bar) {
            return (bar.high + bar.low + bar.close) / 3;
        }
    },
    /** (high + low + 2 close) / 4. */
    WEIGHTED {
        @Override
        double of(Bar bar) {
            return (bar.high + bar.low + 2 * bar.close) / 4;
        }
    };

    abstract double of(Bar bar);
}
