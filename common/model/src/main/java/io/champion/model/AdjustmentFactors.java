package io.champion.model;

/**
 * Factors of corporate actions: what prices before the ex-date are divided by, and volumes
 * multiplied by, to be comparable with those after it. Each follows from the price that the share
 * would have at the ex-date if the action were all that happened: {@code factor = close before /
 * theoretical ex-price}, as in the NSE's <i>Nifty Equity Indices methodology</i> (capital changes)
 * and CRSP's factors to adjust price and shares; and factors of several actions multiply.
 *
 * <p>All arguments are finite. A factor that would not be a positive number, because the arguments
 * make no sense together, is an {@link IllegalArgumentException}.
 */
public final class AdjustmentFactors {
    private AdjustmentFactors() {}

    /**
     * Of a split: {@code new / old}; a share of face value 10 becomes five of face value 2, factor
     * 5. Below 1 where shares are consolidated.
     *
     * @param ratioNew new shares, or the old face value
     * @param ratioOld old shares that become them, or the new face value
     */
    public static double split(double ratioNew, double ratioOld) {
        return factor(ratioNew / ratioOld, "The split " + ratioNew + ":" + ratioOld);
    }

    /**
     * Of a bonus of a for b: {@code (a + b) / b}.
     *
     * @param ratioNew a, shares given
     * @param ratioOld b, shares for which they are given
     */
    public static double bonus(double ratioNew, double ratioOld) {
        return factor((ratioNew + ratioOld) / ratioOld, "The bonus " + ratioNew + ":" + ratioOld);
    }

    /**
     * Of a right to a shares for b at a price: {@code close / TERP}, where the theoretical
     * ex-rights price is {@code TERP = (b * close + a * price) / (a + b)}. 1 where the price is not
     * below the close: nobody would take such a right up.
     *
     * @param close before the ex-date, INR
     * @param ratioNew a, shares offered
     * @param ratioOld b, shares for which they are offered
     * @param price of an offered share, INR
     */
    public static double rights(double close, double ratioNew, double ratioOld, double price) {
        if (price >= close) {
            return 1;
        }
        double exPrice = (ratioOld * close + ratioNew * price) / (ratioNew + ratioOld);
        return factor(
                close / exPrice,
                "The right " + ratioNew + ":" + ratioOld + " at " + price + ", close " + close);
    }

    /**
     * Of a dividend: {@code close / (close - amount)}.
     *
     * @param close before the ex-date, INR
     * @param amount per share, INR
     */
    public static double dividend(double close, double amount) {
        return factor(close / (close - amount), "The dividend " + amount + ", close " + close);
    }

    private static double factor(double factor, String what) {
        if (!(factor > 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(what + " gives no factor.");
        }
        return factor;
    }
}
