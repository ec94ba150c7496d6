package io.champion.indicators;

/**
 * One bar as indicators see it; filled anew for each step. What is not known is NaN. Prices are in
 * any one currency, and adjusted or not as whoever fills the bar decides.
 */
public final class Bar {

    /** Start of the bar, nanoseconds since the epoch, UTC. */
    public long time;

    /** Date of the session in the exchange's time zone, as days since the epoch. */
    public int session;

    public double open = Double.NaN;
    public double high = Double.NaN;
    public double low = Double.NaN;
    public double close = Double.NaN;

    /** Units traded. */
    public double volume = Double.NaN;

    /** Value traded: the sum of price times units over the trades of the bar. */
    public double turnover = Double.NaN;

    /** Close of the index that {@code beta} compares with, at the same time. */
    public double benchmark = Double.NaN;

    /** Best bid, where the bar is a quote or ends with one. */
    public double bid = Double.NaN;

    /** Best ask, likewise. */
    public double ask = Double.NaN;

    /** Sets time and session, and forgets all numbers. */
    public void reset(long time, int session) {
        this.time = time;
        this.session = session;
        open = Double.NaN;
        high = Double.NaN;
        low = Double.NaN;
        close = Double.NaN;
        volume = Double.NaN;
        turnover = Double.NaN;
        benchmark = Double.NaN;
        bid = Double.NaN;
        ask = Double.NaN;
    }
}
