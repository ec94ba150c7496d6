/**
 * A market that does not exist, for the demo, tests and benchmarks: {@link
 * io.champion.local.market.MarketSimulator} makes its messages, {@link
 * io.champion.local.market.ExpectedMarket} says what should come of them.
 */
package io.champion.local.market;
