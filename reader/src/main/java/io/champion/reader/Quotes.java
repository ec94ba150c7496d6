package io.champion.reader;

/**
 * National best bids and offers of one instrument; a side that nobody quotes is NaN.
 *
 * @param columns all columns that were asked for
 */
public record Quotes(Columns columns) {
    public int rows() {
        return columns.rows();
    }

    /** SIP times, nanoseconds since the epoch, UTC, ascending. */
    public long[] time() {
        return columns.longs("event_time");
    }

    /** Bids per share, in the instrument's currency. */
    public double[] bidPrice() {
        return columns.doubles("bid_price");
    }

    /** Sizes of the bids, as the source states them. */
    public double[] bidSize() {
        return columns.doubles("bid_size");
    }

    /** Offers per share, in the instrument's currency. */
    public double[] askPrice() {
        return columns.doubles("ask_price");
    }

    /** Sizes of the offers, as the source states them. */
    public double[] askSize() {
        return columns.doubles("ask_size");
    }
}
