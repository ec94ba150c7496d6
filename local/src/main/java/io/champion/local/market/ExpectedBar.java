package io.champion.local.market;

/**
 * What a bar has to be when all messages have been read. Its version is not said, because that
 * depends on what had arrived when it was first emitted.
 *
 * @param instrumentId {@code exchange:symbol:series}
 * @param windowStart nanoseconds since the epoch, UTC
 * @param open price of the first trade: the least time, and among those of one time the least
 *     sequence number of the messages that hold
 * @param high highest price
 * @param low lowest price
 * @param close price of the last trade in that order
 * @param volume sum of the sizes; the exact sum, rounded once
 * @param turnover sum of price x size; the exact sum, rounded once
 * @param vwap turnover / volume
 * @param trades number of trades
 * @param firstEventTime time of the first trade, nanoseconds since the epoch, UTC
 * @param lastEventTime time of the last trade, nanoseconds since the epoch, UTC
 */
public record ExpectedBar(
        String instrumentId,
        long windowStart,
        double open,
        double high,
        double low,
        double close,
        double volume,
        double turnover,
        double vwap,
        long trades,
        long firstEventTime,
        long lastEventTime) {}
