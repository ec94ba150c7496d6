package io.champion.warehouse.migration;

import io.champion.model.Layer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How long the warehouse keeps rows, per layer, counted from the day that a row is about. What is
 * not named is kept for good: a row older than its table keeps is accepted and then vanishes in a
 * merge, so that keeping less has to be asked for.
 */
public final class Retention {

    /** Nothing ends. */
    public static final Retention FOREVER = new Retention(Map.of());

    /** Raw 5 years, normalized 3 years, features 1 year; gold and quarantine for good. */
    public static final Retention STANDARD =
            new Retention(
                    Map.of(
                            Layer.RAW, new Span(5, Unit.YEAR),
                            Layer.NORMALIZED, new Span(3, Unit.YEAR),
                            Layer.FEATURES, new Span(1, Unit.YEAR)));

    private final Map<Layer, Span> spans;

    private Retention(Map<Layer, Span> spans) {
        this.spans = spans.isEmpty() ? Map.of() : new EnumMap<>(spans);
    }

    private enum Unit {
        YEAR,
        MONTH,
        DAY;

        String letter() {
            return name().substring(0, 1).toLowerCase(Locale.ROOT);
        }
    }

    private record Span(int count, Unit unit) {

        private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,3})([ymd])");

        static Span parse(String text) {
            Matcher parts = FORM.matcher(text);
            if (!parts.matches()) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no time to keep rows: 5y, 18m and 90d are.");
            }
            Unit unit =
                    Arrays.stream(Unit.values())
                            .filter(candidate -> candidate.letter().equals(parts.group(2)))
                            .findFirst()
                            .orElseThrow();
            return new Span(Integer.parseInt(parts.group(1)), unit);
        }

        /** As ClickHouse spells it back. */
        String interval() {
            String name = unit.name();
            return "toInterval"
                    + name.charAt(0)
                    + name.substring(1).toLowerCase(Locale.ROOT)
                    + "("
                    + count
                    + ")";
        }

        @Override
        public String toString() {
            return count + unit.letter();
        }
    }

    /**
     * Reads a retention.
     *
     * @param text {@code forever}, {@code standard}, or a list such as {@code
     *     raw=5y,normalized=18m,quarantine=90d}
     * @throws IllegalArgumentException if it is neither
     */
    public static Retention parse(String text) {
        switch (text.strip()) {
            case "forever" -> {
                return FOREVER;
            }
            case "standard" -> {
                return STANDARD;
            }
            default -> {
                return parseList(text);
            }
        }
    }

    private static Retention parseList(String text) {
        Map<Layer, Span> spans = new EnumMap<>(Layer.class);
        for (String part : text.split(",", -1)) {
            String[] sides = part.strip().split("=", -1);
            if (sides.length != 2) {
                throw new IllegalArgumentException(
                        "'"
                                + text
                                + "' is no retention: forever, standard and lists such as"
                                + " raw=5y,normalized=18m are.");
            }
            Layer layer = Layer.of(sides[0].strip());
            if (spans.put(layer, Span.parse(sides[1].strip())) != null) {
                throw new IllegalArgumentException(
                        "'" + text + "' names the layer " + layer.folder() + " twice.");
            }
        }
        return new Retention(spans);
    }

    /** The expression after which a row of a layer goes, empty if it stays. */
    Optional<String> expiry(Layer layer, String day) {
        return Optional.ofNullable(spans.get(layer)).map(span -> day + " + " + span.interval());
    }

    /** In the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return spans.isEmpty()
                ? "forever"
                : spans.entrySet().stream()
                        .map(entry -> entry.getKey().folder() + "=" + entry.getValue())
                        .collect(Collectors.joining(","));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Retention that && spans.equals(that.spans);
    }

    @Override
    public int hashCode() {
        return spans.hashCode();
    }
}
