package io.champion.indicators;

import io.champion.indicators.IndicatorInfo.Parameter;
import io.champion.model.EditDistance;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The parameters of one indicator, as its constructor asks for them. What was asked for is
 * remembered: it is what can be given, and with its values what identifies the computation. What is
 * wrong is collected, and a default stands in for it.
 */
final class Parameters {

    /** Far beyond any window in use; it bounds the state of an instrument. */
    static final int MAX_WINDOW = 10_000;

    private final Map<String, String> given;
    private final Map<String, Parameter> asked = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * @param given as written
     */
    Parameters(Map<String, String> given) {
        this.given = given;
    }

    /** A number of bars from 1 on. */
    int window(String name, int byDefault) {
        return window(name, byDefault, 1);
    }

    /** A number of bars, at least so many. */
    int window(String name, int byDefault, int least) {
        String takes = least + " to " + MAX_WINDOW + " bars";
        return ask(
                name,
                byDefault,
                takes,
                text -> {
                    int bars = Integer.parseInt(text);
                    if (bars < least || bars > MAX_WINDOW) {
                        throw new IllegalArgumentException();
                    }
                    return bars;
                },
                bars -> Integer.toString(bars));
    }

    /** A number greater than nought. */
    double number(String name, double byDefault) {
        return ask(
                name,
                byDefault,
                "a number greater than 0",
                text -> {
                    double number = new BigDecimal(text).doubleValue();
                    if (!(number > 0 && number < Double.POSITIVE_INFINITY)) {
                        throw new IllegalArgumentException();
                    }
                    return number;
                },
                number -> new BigDecimal(number.toString()).stripTrailingZeros().toPlainString());
    }

    /** One of the names of an enum, in small letters. */
    <E extends Enum<E>> E choice(String name, E byDefault) {
        return choice(name, byDefault, List.of(byDefault.getDeclaringClass().getEnumConstants()));
    }

    /** One of some names of an enum, in small letters. */
    <E extends Enum<E>> E choice(String name, E byDefault, List<E> choices) {
        return ask(
                name,
                byDefault,
                choices.stream().map(Parameters::name).collect(Collectors.joining(" | ")),
                text ->
                        choices.stream()
                                .filter(choice -> name(choice).equals(text))
                                .findFirst()
                                .orElseThrow(IllegalArgumentException::new),
                Parameters::name);
    }

    /** The number of a bar that is looked at. */
    Price source(Price byDefault) {
        return choice("source", byDefault);
    }

    /** How an average that has no end begins. */
    Seed seed() {
        return choice("seed", Seed.SMA);
    }

    /**
     * Any value that has a text.
     *
     * @param takes what can be given, in words
     * @param parse throws IllegalArgumentException or DateTimeException for what cannot be meant
     * @param print one text for each meaning, however it was written
     */
    <T> T ask(
            String name,
            T byDefault,
            String takes,
            Function<String, T> parse,
            Function<T, String> print) {
        T value = byDefault;
        String text = given.get(name);
        if (text != null) {
            try {
                value = parse.apply(text);
            } catch (IllegalArgumentException | DateTimeException e) {
                refuse("'" + name + "' is " + text + ", but takes " + takes);
            }
        }
        asked.put(name, new Parameter(name, print.apply(value), takes));
        return value;
    }

    /** Refuses values that do not go together. */
    void require(boolean condition, String problem) {
        // One that was replaced by its default says nothing about the other.
        if (!condition && problems.isEmpty()) {
            refuse(problem);
        }
    }

    private void refuse(String problem) {
        problems.add(problem);
    }

    /** What was asked for, with its values. */
    List<Parameter> asked() {
        return List.copyOf(asked.values());
    }

    /** The values, in the order of the names: equal for what computes the same. */
    String canonical() {
        return asked.values().stream()
                .sorted(Comparator.comparing(Parameter::name))
                .map(parameter -> parameter.name() + "=" + parameter.byDefault())
                .collect(Collectors.joining(",", "(", ")"));
    }

    /** All that is wrong, what was given and not asked for included; half sentences. */
    List<String> problems() {
        Stream<String> unknown =
                given.keySet().stream()
                        .filter(name -> !asked.containsKey(name))
                        .map(
                                name ->
                                        "'"
                                                + name
                                                + "' is no parameter of it; it takes "
                                                + (asked.isEmpty()
                                                        ? "none"
                                                        : String.join(", ", asked.keySet()))
                                                + didYouMean(name, asked.keySet().stream()));
        return Stream.concat(problems.stream(), unknown).toList();
    }

    /** A half sentence that names what is closest to an unknown name; empty if nothing is close. */
    static String didYouMean(String unknown, Stream<String> known) {
        return known.min(Comparator.comparingInt(name -> EditDistance.between(name, unknown)))
                .filter(name -> EditDistance.between(name, unknown) <= 3)
                .map(name -> "; did you mean '" + name + "'?")
                .orElse("");
    }

    private static String name(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
