package io.champion.ticks;

/**
 * What a bar says of its trades. All of it is whole numbers, prices and sizes as {@link FixedPoint}
 * units, so that the same trades give the same result in whatever order they come.
 *
 * <p>Open and close are the prices of the first and the last trade by event time, ties by the
 * sequence number of the message that holds of the trade. Volume and turnover are sums of 128 bits.
 * Turnover is in units of 1e-16: 2^127 of them are 1.7e22 of a currency, more than {@link
 * TickValidator#MAX_TURNOVER} lets 17 million trades add up to.
 */
final class BarAggregate {
    private long trades;
    private long volumeHigh;
    private long volumeLow;
    private long turnoverHigh;
    private long turnoverLow;
    private long openTime;
    private long openSequence;
    private long open;
    private long closeTime;
    private long closeSequence;
    private long close;
    private long high;
    private long low;

    BarAggregate() {
        clear();
    }

    void clear() {
        trades = 0;
        volumeHigh = 0;
        volumeLow = 0;
        turnoverHigh = 0;
        turnoverLow = 0;
        openTime = Long.MAX_VALUE;
        openSequence = Long.MAX_VALUE;
        closeTime = Long.MIN_VALUE;
        closeSequence = Long.MIN_VALUE;
        high = Long.MIN_VALUE;
        low = Long.MAX_VALUE;
    }

    void copyFrom(BarAggregate other) {
        trades = other.trades;
        volumeHigh = other.volumeHigh;
        volumeLow = other.volumeLow;
        turnoverHigh = other.turnoverHigh;
        turnoverLow = other.turnoverLow;
        openTime = other.openTime;
        openSequence = other.openSequence;
        open = other.open;
        closeTime = other.closeTime;
        closeSequence = other.closeSequence;
        close = other.close;
        high = other.high;
        low = other.low;
    }

    void add(long time, long sequence, long price, long size) {
        trades++;
        addVolume(0, size);
        addTurnover(Math.multiplyHigh(price, size), price * size);
        if (time < openTime || time == openTime && sequence < openSequence) {
            openTime = time;
            openSequence = sequence;
            open = price;
        }
        if (time > closeTime || time == closeTime && sequence > closeSequence) {
            closeTime = time;
            closeSequence = sequence;
            close = price;
        }
        high = Math.max(high, price);
        low = Math.min(low, price);
    }

    /**
     * Takes a trade out of the sums.
     *
     * @return whether it may have been the only one that made open, high, low or close what they
     *     are; they have to be found again then
     */
    boolean remove(long time, long sequence, long price, long size) {
        trades--;
        addVolume(-1, -size);
        long turnoverOfTradeLow = price * size;
        long turnoverOfTradeHigh = Math.multiplyHigh(price, size);
        addTurnover(~turnoverOfTradeHigh + (turnoverOfTradeLow == 0 ? 1 : 0), -turnoverOfTradeLow);
        return price == high
                || price == low
                || time == openTime && sequence == openSequence
                || time == closeTime && sequence == closeSequence;
    }

    private void addVolume(long high, long low) {
        long sum = volumeLow + low;
        volumeHigh += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        volumeLow = sum;
    }

    private void addTurnover(long high, long low) {
        long sum = turnoverLow + low;
        turnoverHigh += high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        turnoverLow = sum;
    }

    long trades() {
        return trades;
    }

    /** Event time of the first trade, nanoseconds; only where there are trades. */
    long firstTime() {
        return openTime;
    }

    /** Event time of the last trade, nanoseconds; only where there are trades. */
    long lastTime() {
        return closeTime;
    }

    double open() {
        return FixedPoint.toDouble(open);
    }

    double high() {
        return FixedPoint.toDouble(high);
    }

    double low() {
        return FixedPoint.toDouble(low);
    }

    double close() {
        return FixedPoint.toDouble(close);
    }

    /** Shares. */
    double volume() {
        return FixedPoint.toDouble(volumeHigh, volumeLow);
    }

    /** Sum of price x size. */
    double turnover() {
        return FixedPoint.productToDouble(turnoverHigh, turnoverLow);
    }

    void write(Varints out) {
        out.write(trades);
        out.write(volumeHigh);
        out.write(volumeLow);
        out.write(turnoverHigh);
        out.write(turnoverLow);
        out.write(openTime);
        out.writeSigned(openSequence);
        out.write(open);
        out.write(closeTime - openTime);
        out.writeSigned(closeSequence);
        out.write(close);
        out.write(high);
        out.write(low);
    }

    void read(Varints in) {
        trades = in.read();
        volumeHigh = in.read();
        volumeLow = in.read();
        turnoverHigh = in.read();
        turnoverLow = in.read();
        openTime = in.read();
        openSequence = in.readSigned();
        open = in.read();
        closeTime = openTime + in.read();
        closeSequence = in.readSigned();
        close = in.read();
        high = in.read();
        low = in.read();
    }
}
