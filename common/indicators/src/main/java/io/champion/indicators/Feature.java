package io.champion.indicators;

import java.util.List;

/**
 * An indicator with its parameters, in a feature set.
 *
 * @param name unique in the set
 * @param group trend, momentum, volatility or volume
 * @param computation indicator, revision and parameters: the same for what computes the same,
 *     whatever its name
 * @param columns what its outputs are called, unique in the set
 */
public record Feature(
        String name, String group, String computation, Indicator indicator, List<String> columns) {

    public Feature {
        columns = List.copyOf(columns);
    }
}
