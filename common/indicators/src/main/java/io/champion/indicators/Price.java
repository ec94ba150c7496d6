package io.champion.indicators;

/** The number of a bar that an indicator looks at. */
enum Price {
    OPEN,
    HIGH,
    LOW,
    CLOSE,
    VOLUME,
    /** (high + low) / 2. */
    MEDIAN,
    /** (high + low + close) / 3. */
    TYPICAL,
    /** (high + low + 2 close) / 4. */
    WEIGHTED,
    /** (bid + ask) / 2. */
    MID,
    /** ask - bid. */
    SPREAD,
    /** The spread in percent of the mid price. */
    SPREAD_PERCENT;

    /** A switch, and no method of each constant: it is asked for many times a bar. */
    double of(Bar bar) {
        return switch (this) {
            case OPEN -> bar.open;
            case HIGH -> bar.high;
            case LOW -> bar.low;
            case CLOSE -> bar.close;
            case VOLUME -> bar.volume;
            case MEDIAN -> (bar.high + bar.low) / 2;
            case TYPICAL -> (bar.high + bar.low + bar.close) / 3;
            case WEIGHTED -> (bar.high + bar.low + 2 * bar.close) / 4;
            case MID -> Quotes.mid(bar.bid, bar.ask);
            case SPREAD -> Quotes.spread(bar.bid, bar.ask);
            case SPREAD_PERCENT -> Quotes.spreadPercent(bar.bid, bar.ask);
        };
    }
}
