package io.champion.cli.demo;

/**
 * A made-up security.
 *
 * @param number the exchange's number of it
 * @param sector index into {@link Universe#SECTORS}
 * @param startPrice price before the first session, paise
 * @param dailyVolume shares on a usual day
 * @param volatility standard deviation of a day's return
 */
record Instrument(
        int number,
        String symbol,
        String series,
        String isin,
        String name,
        int sector,
        long startPrice,
        double dailyVolume,
        double volatility) {

    /** Securities in trade-for-trade segments have no delivery figures. */
    boolean isTradeForTrade() {
        return series.equals("BE") || series.equals("BZ");
    }

    /** Same-day settlement: a market of its own beside the EQ series. */
    boolean isSameDay() {
        return series.equals("T0");
    }

    boolean isTreasuryBill() {
        return series.equals("TB");
    }
}
