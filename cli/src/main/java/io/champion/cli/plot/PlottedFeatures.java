package io.champion.cli.plot;

import io.champion.indicators.Feature;
import io.champion.indicators.FeatureSet;
import io.champion.indicators.FeatureSetException;
import io.champion.indicators.IndicatorInfo;
import io.champion.indicators.IndicatorInfo.Parameter;
import io.champion.model.EditDistance;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Understands what a person wants to see among bars: features and groups of a set by their names,
 * and any indicator with windows of one's own, as {@code ema_50}, {@code bollinger_20_2.5} or
 * {@code rsi:window=7:smoothing=sma}. Each is a feature of a set that is made of them.
 */
public final class PlottedFeatures {

    private static final int FARTHEST_GUESS = 3;

    private final FeatureSet set;
    private final Map<String, IndicatorInfo> indicators = new LinkedHashMap<>();

    /** By computation: what is asked for twice is drawn once. */
    private final Map<String, String> lines = new LinkedHashMap<>();

    private final TreeSet<String> names = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    private PlottedFeatures(FeatureSet set) {
        this.set = set;
        IndicatorInfo.all().forEach(indicator -> indicators.put(indicator.name(), indicator));
    }

    /**
     * The set of what is wanted.
     *
     * @param wanted one text for each
     * @param set whose features and groups have names
     * @throws FeatureSetException with all that is not known or cannot be
     */
    public static FeatureSet of(List<String> wanted, FeatureSet set) {
        PlottedFeatures plotted = new PlottedFeatures(set);
        wanted.stream()
                .map(text -> text.strip().toLowerCase(Locale.ROOT))
                .filter(text -> !text.isEmpty())
                .forEach(plotted::want);
        if (!plotted.problems.isEmpty()) {
            throw new FeatureSetException(plotted.problems);
        }
        return parse(plotted.lines.values().stream().toList(), "indicators");
    }

    private static FeatureSet parse(List<String> features, String label) {
        return FeatureSet.parse(
                "name: plot\nversion: v1\nfeatures:\n" + String.join("\n", features), label);
    }

    private void want(String text) {
        List<Feature> named =
                set.features().stream()
                        .filter(
                                feature ->
                                        feature.group().equals(text)
                                                || feature.name().equals(text)
                                                || feature.columns().contains(text))
                        .toList();
        if (!named.isEmpty()) {
            named.forEach(feature -> add(feature.name(), indicator(feature), given(feature)));
            return;
        }
        String[] parts = text.split(":");
        String name = parts[0];
        List<String> arguments = new ArrayList<>(List.of(parts).subList(1, parts.length));
        // The numbers at the end of sma_50 and bollinger_20_2 are windows.
        while (!indicators.containsKey(name) && name.matches(".*_[0-9.]+")) {
            int last = name.lastIndexOf('_');
            arguments.add(0, name.substring(last + 1));
            name = name.substring(0, last);
        }
        IndicatorInfo indicator = indicators.get(name);
        if (indicator == null) {
            problems.add(unknown(text, name));
            return;
        }
        given(indicator, arguments, text)
                .ifPresent(given -> add(nameOf(indicator, given), indicator.name(), given));
    }

    private static String indicator(Feature feature) {
        return feature.computation().split("[.(]", 2)[0];
    }

    private static Map<String, String> given(Feature feature) {
        String computation = feature.computation();
        String inner =
                computation.substring(computation.indexOf('(') + 1, computation.length() - 1);
        Map<String, String> given = new LinkedHashMap<>();
        for (String pair : inner.split(",")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                given.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return given;
    }

    private Optional<Map<String, String>> given(
            IndicatorInfo indicator, List<String> arguments, String text) {
        List<String> numbers =
                indicator.parameters().stream()
                        .filter(parameter -> parameter.byDefault().matches("[0-9.]+"))
                        .map(Parameter::name)
                        .toList();
        Map<String, String> given = new LinkedHashMap<>();
        int place = 0;
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            String value = argument.substring(equals + 1);
            if (!value.matches("[a-z0-9_.+-]+")) {
                problems.add("In '" + text + "', '" + argument + "' is no value.");
                return Optional.empty();
            }
            if (equals >= 0) {
                String parameter = argument.substring(0, equals);
                if (!parameter.matches("[a-z_]+")) {
                    problems.add("In '" + text + "', '" + parameter + "' is no parameter.");
                    return Optional.empty();
                }
                given.put(parameter, value);
            } else if (place == numbers.size()) {
                problems.add(
                        "'"
                                + text
                                + "' has more numbers than "
                                + indicator.name()
                                + " takes: "
                                + (numbers.isEmpty() ? "none" : String.join(", ", numbers))
                                + ".");
                return Optional.empty();
            } else {
                given.put(numbers.get(place++), value);
            }
        }
        return Optional.of(given);
    }

    /** Such as sma_50, with what is not a default. */
    private static String nameOf(IndicatorInfo indicator, Map<String, String> given) {
        Stream<String> values =
                indicator.parameters().stream()
                        .filter(
                                parameter ->
                                        given.containsKey(parameter.name())
                                                || parameter.name().equals("window"))
                        .map(
                                parameter ->
                                        given.getOrDefault(
                                                parameter.name(), parameter.byDefault()));
        return Stream.concat(Stream.of(indicator.name()), values)
                .map(value -> value.replaceAll("[^a-z0-9]+", "_"))
                .collect(Collectors.joining("_"));
    }

    private void add(String name, String indicator, Map<String, String> given) {
        String unique = name;
        for (int i = 2; names.contains(unique); i++) {
            unique = name + "_" + i;
        }
        StringBuilder line = new StringBuilder("  - {name: ").append(unique);
        line.append(", indicator: ").append(indicator).append(", group: trend");
        given.forEach((key, value) -> line.append(", ").append(key).append(": ").append(value));
        line.append('}');
        try {
            Feature feature = parse(List.of(line.toString()), "").features().get(0);
            if (lines.putIfAbsent(feature.computation(), line.toString()) == null) {
                names.add(unique);
            }
        } catch (FeatureSetException e) {
            // The line is of a text that nobody wrote.
            e.problems().forEach(problem -> problems.add(problem.replaceFirst("^, line 4: ", "")));
        }
    }

    private String unknown(String text, String name) {
        Stream<String> known =
                Stream.concat(
                        Stream.concat(indicators.keySet().stream(), FeatureSet.GROUPS.stream()),
                        set.features().stream().map(Feature::name));
        String guess =
                known.filter(each -> distance(each, text, name) <= FARTHEST_GUESS)
                        .min(Comparator.comparingInt(each -> distance(each, text, name)))
                        .map(each -> "; did you mean '" + each + "'?")
                        .orElse("; 'champion features list' shows what there is.");
        return "There is no indicator, feature or group '" + text + "'" + guess;
    }

    private static int distance(String known, String text, String name) {
        return Math.min(EditDistance.between(known, text), EditDistance.between(known, name));
    }
}
