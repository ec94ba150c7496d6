/**
 * The job that adjusts daily prices for corporate actions: from {@code normalized/equity_ohlc} and
 * the known actions of the lake to {@code normalized/equity_adjusted} in lake and warehouse.
 *
 * <p>{@link io.champion.adjust.AdjustedHistory} is the whole of the arithmetic, on one security at
 * a time; the rest reads, writes, and switches readers to the new prices all at once.
 */
package io.champion.adjust;
