package io.champion.reader;

/**
 * Bars of one instrument.
 *
 * @param columns all columns that were asked for
 */
public record Bars(Columns columns) {
    public int rows() {
        return columns.rows();
    }

    /** Where the bars start, nanoseconds since the epoch, UTC, ascending. */
    public long[] time() {
        return columns.longs("event_time");
    }

    /** First prices, in the instrument's currency. */
    public double[] open() {
        return columns.doubles("open");
    }

    /** Highest prices, in the instrument's currency. */
    public double[] high() {
        return columns.doubles("high");
    }

    /** Lowest prices, in the instrument's currency. */
    public double[] low() {
        return columns.doubles("low");
    }

    /** Last prices, in the instrument's currency. */
    public double[] close() {
        return columns.doubles("close");
    }

    /** Shares traded. */
    public double[] volume() {
        return columns.doubles("volume");
    }
}
