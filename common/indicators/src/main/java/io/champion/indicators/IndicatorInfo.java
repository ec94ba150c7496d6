package io.champion.indicators;

import java.util.List;
import java.util.Map;

/**
 * What a person has to know to put an indicator into a feature set.
 *
 * @param name as feature sets call it
 * @param parameters what it takes; each has a default
 * @param outputs what its columns are called after the feature's name; empty for the name itself
 * @param warmUp bars until all outputs are known, with the defaults
 */
public record IndicatorInfo(
        String name,
        String description,
        List<Parameter> parameters,
        List<String> outputs,
        int warmUp) {

    /**
     * A parameter.
     *
     * @param byDefault its value where a feature does not say
     * @param takes what can be given, in words
     */
    public record Parameter(String name, String byDefault, String takes) {}

    /** All indicators there are. */
    public static List<IndicatorInfo> all() {
        return Indicators.all().values().stream().map(IndicatorInfo::of).toList();
    }

    private static IndicatorInfo of(Indicators.Definition definition) {
        Parameters parameters = new Parameters(Map.of());
        Indicator indicator = definition.constructor().apply(parameters);
        return new IndicatorInfo(
                definition.name(),
                definition.description(),
                parameters.asked(),
                indicator.outputs(),
                indicator.warmUp());
    }
}
