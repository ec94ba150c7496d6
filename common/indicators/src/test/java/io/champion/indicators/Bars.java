package io.champion.indicators;

import java.util.List;

/** Runs feature sets over bars. */
final class Bars {
    private Bars() {}

    /** A set of the features, each as {@code name, indicator, ...} without braces. */
    static FeatureSet set(String... features) {
        StringBuilder yaml = new StringBuilder("name: test\nversion: v1\nfeatures:\n");
        for (String feature : features) {
            yaml.append("  - {").append(feature).append("}\n");
        }
        return FeatureSet.parse(yaml.toString(), "test");
    }

    /** One feature of an indicator, called x. */
    static FeatureSet one(String indicator) {
        return set("name: x, group: trend, indicator: " + indicator);
    }

    /** The values of all columns after each bar. */
    static double[][] run(FeatureSet set, List<Bar> bars) {
        double[] state = set.newState();
        double[][] rows = new double[bars.size()][set.columns().size()];
        for (int i = 0; i < rows.length; i++) {
            set.step(bars.get(i), state, rows[i]);
        }
        return rows;
    }

    static Bar bar(double open, double high, double low, double close, double volume) {
        Bar bar = new Bar();
        bar.open = open;
        bar.high = high;
        bar.low = low;
        bar.close = close;
        bar.volume = volume;
        return bar;
    }

    /** Bars that closed like this, with high and low one around it. */
    static List<Bar> closes(double... closes) {
        return java.util.Arrays.stream(closes)
                .mapToObj(close -> bar(close, close + 1, close - 1, close, 100))
                .toList();
    }
}
