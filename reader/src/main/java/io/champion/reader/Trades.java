package io.champion.reader;

/**
 * Trades of one instrument; see {@link Columns} for nulls.
 *
 * @param columns all columns that were asked for
 */
public record Trades(Columns columns) {
    public int rows() {
        return columns.rows();
    }

    /** SIP times, nanoseconds since the epoch, UTC, ascending. */
    public long[] time() {
        return columns.longs("event_time");
    }

    /** Prices per share, in the instrument's currency. */
    public double[] price() {
        return columns.doubles("price");
    }

    /** Shares traded. */
    public double[] size() {
        return columns.doubles("size");
    }

    /** Sale conditions; to be asked for by name. */
    public Columns.IntLists conditions() {
        return columns.lists("conditions");
    }
}
