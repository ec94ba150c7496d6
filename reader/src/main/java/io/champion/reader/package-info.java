/**
 * Reads one instrument's market data for backtests: from the lake or from its cache, into arrays of
 * primitives. {@link io.champion.reader.MarketData} is where to begin.
 */
package io.champion.reader;
