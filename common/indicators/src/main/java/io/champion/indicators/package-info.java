/**
 * Technical indicators as step functions over numbers.
 *
 * <p>An {@link io.champion.indicators.Indicator} describes a computation; what it remembers of one
 * instrument is a slice of a flat array of doubles. A {@link io.champion.indicators.FeatureSet} is
 * a named selection of indicators: it lays their slices out one after the other, so that all that
 * is remembered of an instrument is one {@code double[]} of fixed length.
 *
 * <p>Three rules hold throughout. A number that is not known is NaN. An input that is not known
 * gives an output that is not known and is otherwise passed over: it changes nothing. What is
 * undefined, such as nought divided by nought, is not known. The same bars from the same first bar
 * on give the same bits.
 */
package io.champion.indicators;
