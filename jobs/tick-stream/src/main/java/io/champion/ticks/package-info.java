/**
 * Live ticks: from Kafka to lake and warehouse, with bars on the way.
 *
 * <p>{@link io.champion.ticks.InstrumentBook} is the engine: what is known of one instrument.
 * {@link io.champion.ticks.TickEngineOperator} keeps one for each instrument in Flink's state.
 */
package io.champion.ticks;
