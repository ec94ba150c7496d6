package io.champion.indicators;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** All indicators there are, by the names that feature sets use: one line for each. */
final class Indicators {

    /**
     * An indicator before its parameters are known.
     *
     * @param revision raised when the same slice comes to mean something else, so that slices of
     *     before are not taken for it
     */
    record Definition(
            String name,
            int revision,
            String description,
            Function<Parameters, Indicator> constructor) {}

    private static final Map<String, Definition> ALL = new LinkedHashMap<>();

    static {
        add("sma", 1, "Simple moving average", MovingAverage::sma);
        add("ema", 1, "Exponential moving average", MovingAverage::ema);
        add("macd", 1, "Moving average convergence divergence", Macd::new);
    }

    private Indicators() {}

    private static void add(
            String name,
            int revision,
            String description,
            Function<Parameters, Indicator> constructor) {
        ALL.put(name, new Definition(name, revision, description, constructor));
    }

    static Map<String, Definition> all() {
        return Collections.unmodifiableMap(ALL);
    }
}
