package io.champion.cli.plot;

import io.champion.cli.plot.Chart.Line;
import io.champion.cli.plot.Chart.Pane;
import io.champion.cli.plot.Chart.Style;
import io.champion.indicators.Feature;
import io.champion.indicators.FeatureSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parts features among panes: what is a price goes over the candles, averages of the volume over
 * the volume, and everything else below, the features of one indicator together.
 */
final class Panes {

    private static final double PRICES = 4;
    private static final double VOLUME = 1;
    private static final double OTHER = 1.4;

    /** Readable on white and on black. */
    private static final int[] COLORS = {
        0x2962ff, 0xff9800, 0xab47bc, 0x00acc1, 0xec407a, 0x8d6e63, 0x7cb342, 0x5c6bc0
    };

    /** Of bands and channels, which are drawn thin. */
    private static final int[] BANDS = {0x7e8cb5, 0x26a69a, 0xba68c8, 0xbcaaa4};

    private enum Place {
        PRICES,
        BELOW
    }

    private record Look(Place place, List<Double> guides) {}

    private static final Look OVERLAY = new Look(Place.PRICES, List.of());

    /** What is not here gets a pane without guides. */
    private static final Map<String, Look> LOOKS =
            Map.ofEntries(
                    Map.entry("sma", OVERLAY),
                    Map.entry("ema", OVERLAY),
                    Map.entry("smma", OVERLAY),
                    Map.entry("wma", OVERLAY),
                    Map.entry("dema", OVERLAY),
                    Map.entry("tema", OVERLAY),
                    Map.entry("hma", OVERLAY),
                    Map.entry("bollinger", OVERLAY),
                    Map.entry("keltner", OVERLAY),
                    Map.entry("donchian", OVERLAY),
                    Map.entry("supertrend", OVERLAY),
                    Map.entry("vwap", OVERLAY),
                    Map.entry("vwap_anchored", OVERLAY),
                    below("macd", 0),
                    below("adx", 25),
                    below("aroon", 0, 30, 70),
                    below("rsi", 30, 70),
                    below("stochastic", 20, 80),
                    below("kdj", 20, 80),
                    below("stoch_rsi", 20, 80),
                    below("williams_r", -80, -20),
                    below("cci", -100, 100),
                    below("mfi", 20, 80),
                    below("roc", 0),
                    below("return", 0),
                    below("log_return", 0),
                    below("z_score", -2, 0, 2),
                    below("cmf", 0),
                    below("beta", 1),
                    below("volume_ratio", 1));

    private final Pane prices = new Pane("price", PRICES, List.of(), new ArrayList<>());
    private final Pane volume = new Pane("volume", VOLUME, List.of(), new ArrayList<>());

    /** By what they have in common. */
    private final Map<String, Pane> below = new LinkedHashMap<>();

    private int channels;

    private Panes() {}

    private static Map.Entry<String, Look> below(String indicator, double... guides) {
        List<Double> levels = new ArrayList<>();
        for (double guide : guides) {
            levels.add(guide);
        }
        return Map.entry(indicator, new Look(Place.BELOW, List.copyOf(levels)));
    }

    /**
     * The panes of a set's features.
     *
     * @param values of the set's columns, one array for each
     */
    static List<Pane> of(FeatureSet set, double[][] values) {
        Panes panes = new Panes();
        int column = 0;
        for (Feature feature : set.features()) {
            int columns = feature.columns().size();
            double[][] own = new double[columns][];
            for (int i = 0; i < columns; i++) {
                own[i] = values[column++];
            }
            panes.add(feature, own);
        }
        List<Pane> all = new ArrayList<>(List.of(panes.prices, panes.volume));
        all.addAll(panes.below.values());
        return all;
    }

    private void add(Feature feature, double[][] values) {
        String indicator = feature.computation().split("[.(]", 2)[0];
        boolean ofVolume = feature.computation().contains("source=volume");
        Look look = LOOKS.getOrDefault(indicator, new Look(Place.BELOW, List.of()));
        Pane pane;
        if (look.place() == Place.BELOW) {
            pane =
                    below.computeIfAbsent(
                            indicator,
                            name -> new Pane(name, OTHER, look.guides(), new ArrayList<>()));
        } else {
            pane = ofVolume ? volume : prices;
        }
        if (indicator.equals("supertrend")) {
            addSuperTrend(feature, values);
            return;
        }
        List<String> outputs = feature.indicator().outputs();
        int band = BANDS[(outputs.contains("upper") ? channels++ : 0) % BANDS.length];
        for (int i = 0; i < outputs.size(); i++) {
            // A ratio among prices, or one line twice.
            if (look.place() == Place.PRICES && outputs.get(i).equals("width")) {
                continue;
            }
            Style style = style(indicator, outputs.get(i));
            pane.lines()
                    .add(
                            new Line(
                                    feature.columns().get(i),
                                    style,
                                    style == Style.BAND || style == Style.DASHED
                                            ? band
                                            : next(pane),
                                    values[i]));
        }
    }

    private static Style style(String indicator, String output) {
        return switch (output) {
            case "upper", "lower" -> Style.BAND;
            case "middle" -> Style.DASHED;
            case "histogram" -> Style.HISTOGRAM;
            case "" ->
                    indicator.equals("return") || indicator.equals("log_return")
                            ? Style.HISTOGRAM
                            : Style.LINE;
            default -> Style.LINE;
        };
    }

    private static int next(Pane pane) {
        long lines =
                pane.lines().stream()
                        .filter(line -> line.style() == Style.LINE || line.style() == Style.DOTS)
                        .count();
        return COLORS[(int) (lines % COLORS.length)];
    }

    /** Below the price while the trend is up, above it while it is down: one color for each. */
    private void addSuperTrend(Feature feature, double[][] values) {
        double[] up = values[0].clone();
        double[] down = values[0].clone();
        for (int i = 0; i < up.length; i++) {
            if (values[1][i] > 0) {
                down[i] = Double.NaN;
            } else {
                up[i] = Double.NaN;
            }
        }
        String name = feature.columns().get(0);
        prices.lines().add(new Line(name + " up", Style.DOTS, Chart.UP, up));
        prices.lines().add(new Line(name + " down", Style.DOTS, Chart.DOWN, down));
    }
}
