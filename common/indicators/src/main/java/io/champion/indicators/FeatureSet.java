package io.champion.indicators;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Features that are computed together: a name, a version and indicators with their parameters, from
 * a file of YAML. Immutable and shared by all instruments; of one instrument there is a {@code
 * double[]}, which {@link #newState} makes and {@link #step} moves on.
 *
 * <pre>{@code
 * name: features_equity_indicators
 * version: v1
 * features:
 *   - {name: sma_5, indicator: sma, group: trend, window: 5}
 *   - {name: macd, indicator: macd, group: trend}
 * }</pre>
 *
 * <p>A feature is called like its {@code name}; what {@code indicator} takes besides {@code group}
 * are its parameters. An indicator with several outputs has as many columns, called after it. Java
 * serialization keeps the text and reads it again.
 */
public final class FeatureSet implements Serializable {

    private static final long serialVersionUID = 1L;

    /** What a feature can be of; partitions of the lake are called like this. */
    public static final List<String> GROUPS = List.of("trend", "momentum", "volatility", "volume");

    /** Name of {@link #standard}. */
    public static final String STANDARD_NAME = "features_equity_indicators";

    private static final String STANDARD = "champion/features/equity_indicators.yaml";

    private final String label;
    private final String text;
    private final transient String name;
    private final transient String version;
    private final transient List<Feature> features;
    private final transient List<String> columns;
    private final transient FeatureLayout layout;
    private final transient Indicator[] indicators;
    private final transient int[] stateOffsets;
    private final transient int[] columnOffsets;

    FeatureSet(String label, String text, String name, String version, List<Feature> features) {
        this.label = label;
        this.text = text;
        this.name = name;
        this.version = version;
        this.features = List.copyOf(features);
        this.columns = features.stream().flatMap(feature -> feature.columns().stream()).toList();
        Map<String, Integer> lengths = new LinkedHashMap<>();
        indicators = new Indicator[features.size()];
        stateOffsets = new int[features.size()];
        columnOffsets = new int[features.size()];
        int stateOffset = 0;
        int columnOffset = 0;
        for (int i = 0; i < features.size(); i++) {
            Feature feature = features.get(i);
            indicators[i] = feature.indicator();
            stateOffsets[i] = stateOffset;
            columnOffsets[i] = columnOffset;
            stateOffset += feature.indicator().stateSize();
            columnOffset += feature.columns().size();
            lengths.put(feature.computation(), feature.indicator().stateSize());
        }
        this.layout = new FeatureLayout(lengths);
    }

    /**
     * {@code features_equity_indicators}: the features of the dataset features.equity_indicators.
     */
    public static FeatureSet standard() {
        try (InputStream in = FeatureSet.class.getClassLoader().getResourceAsStream(STANDARD)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), STANDARD_NAME);
        } catch (IOException e) {
            throw new UncheckedIOException("The standard feature set cannot be read.", e);
        }
    }

    /**
     * Reads a set from a file.
     *
     * @throws FeatureSetException with all that is wrong
     */
    public static FeatureSet read(Path file) {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new FeatureSetException(
                    List.of(
                            Files.exists(file)
                                    ? "The feature set " + file + " cannot be read: " + e + "."
                                    : "The feature set " + file + " does not exist."));
        }
    }

    /**
     * Reads a set from its text.
     *
     * @param label what messages call the text
     * @throws FeatureSetException with all that is wrong
     */
    public static FeatureSet parse(String text, String label) {
        return new FeatureSetText(text, label).read();
    }

    public String name() {
        return name;
    }

    /** Version of the computation, for example v1. */
    public String version() {
        return version;
    }

    /** The YAML it was read from. */
    public String text() {
        return text;
    }

    public List<Feature> features() {
        return features;
    }

    /** The columns of all features, in the order of {@link #step}'s values. */
    public List<String> columns() {
        return columns;
    }

    /** How a state is laid out. */
    public FeatureLayout layout() {
        return layout;
    }

    /** How many bars with all inputs known it takes until every column is known. */
    public int warmUp() {
        return features.stream().mapToInt(feature -> feature.indicator().warmUp()).max().orElse(0);
    }

    /** The state of an instrument that has seen no bar. */
    public double[] newState() {
        return new double[layout.stateSize()];
    }

    /**
     * Takes one bar of an instrument.
     *
     * @param state the instrument's, of this set's layout; moved on
     * @param values receives the columns; NaN where not known
     */
    public void step(Bar bar, double[] state, double[] values) {
        for (int i = 0; i < indicators.length; i++) {
            indicators[i].step(bar, state, stateOffsets[i], values, columnOffsets[i]);
        }
    }

    @Serial
    private Object readResolve() {
        return parse(text, label);
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
    }
}
