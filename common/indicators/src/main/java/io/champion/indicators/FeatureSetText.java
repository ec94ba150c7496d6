package io.champion.indicators;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a feature set, and collects what is wrong with it. */
final class FeatureSetText {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

    private final String text;
    private final String label;
    private final List<String> problems = new ArrayList<>();
    private final List<Feature> features = new ArrayList<>();

    /** Who has a column or a computation already. */
    private final Map<String, String> owners = new HashMap<>();

    FeatureSetText(String text, String label) {
        this.text = text;
        this.label = label;
    }

    FeatureSet read() {
        String name = "";
        String version = "";
        Map<String, Node> root = mapping(compose(), "a feature set");
        for (Map.Entry<String, Node> entry : root.entrySet()) {
            Node value = entry.getValue();
            switch (entry.getKey()) {
                case "name" -> name = word("name", value, NAME, "small letters, digits and _");
                case "version" -> version = word("version", value, VERSION, "a word such as v1");
                case "features" -> features(value);
                default ->
                        problem(
                                value,
                                "'"
                                        + entry.getKey()
                                        + "' is not known; a feature set has name, version and"
                                        + " features");
            }
        }
        if (problems.isEmpty()) {
            for (String key : List.of("name", "version", "features")) {
                if (!root.containsKey(key)) {
                    problems.add(label + ": '" + key + "' is missing; add it.");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new FeatureSetException(problems);
        }
        return new FeatureSet(label, text, name, version, features);
    }

    private Node compose() {
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(label).build();
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isPresent()) {
                return root.get();
            }
            throw new FeatureSetException(List.of(label + ": the feature set is empty."));
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark().map(m -> ", line " + (m.getLine() + 1)).orElse("");
            throw new FeatureSetException(
                    List.of(label + line + ": this is no YAML: " + e.getProblem() + "."));
        } catch (YamlEngineException e) {
            throw new FeatureSetException(
                    List.of(label + ": this is no YAML: " + e.getMessage() + "."));
        }
    }

    private void features(Node node) {
        if (!(node instanceof SequenceNode list) || list.getValue().isEmpty()) {
            problem(node, "'features' takes a list of features, one '- name: ...' each");
            return;
        }
        list.getValue().forEach(this::feature);
    }

    private void feature(Node node) {
        Map<String, Node> entries = mapping(node, "a feature");
        if (entries.isEmpty()) {
            return;
        }
        int problemsBefore = problems.size();
        Map<String, String> parameters = new LinkedHashMap<>();
        String name = null;
        String group = null;
        String indicator = null;
        for (Map.Entry<String, Node> entry : entries.entrySet()) {
            Node value = entry.getValue();
            switch (entry.getKey()) {
                case "name" -> name = word("name", value, NAME, "small letters, digits and _");
                case "group" -> group = known("group", value, FeatureSet.GROUPS);
                case "indicator" ->
                        indicator =
                                known("indicator", value, List.copyOf(Indicators.all().keySet()));
                default -> parameters.put(entry.getKey(), scalar(entry.getKey(), value));
            }
        }
        for (String key : List.of("name", "indicator", "group")) {
            if (!entries.containsKey(key)) {
                problem(node, "a feature needs a '" + key + "'; add it");
            }
        }
        if (indicator == null || problems.size() > problemsBefore) {
            return;
        }
        Indicators.Definition definition = Indicators.all().get(indicator);
        Parameters asked = new Parameters(parameters);
        Indicator built = definition.constructor().apply(asked);
        String owner = name;
        asked.problems().forEach(problem -> problem(node, owner + ": " + problem));
        if (problems.size() == problemsBefore) {
            add(node, definition, asked, built, name, group);
        }
    }

    private void add(
            Node node,
            Indicators.Definition definition,
            Parameters parameters,
            Indicator indicator,
            String name,
            String group) {
        List<String> columns =
                indicator.outputs().stream()
                        .map(output -> output.isEmpty() ? name : name + "_" + output)
                        .toList();
        String computation =
                definition.name()
                        + (definition.revision() == 1 ? "" : "." + definition.revision())
                        + parameters.canonical();
        for (String column : columns) {
            String other = owners.putIfAbsent(column, name);
            if (other != null) {
                problem(
                        node,
                        "the column '" + column + "' is there already, of '" + other + "'; rename");
                return;
            }
        }
        String other = owners.putIfAbsent(computation, name);
        if (other != null) {
            problem(
                    node,
                    "'" + name + "' is " + computation + " like '" + other + "'; keep one of them");
            return;
        }
        features.add(new Feature(name, group, computation, indicator, columns));
    }

    private Map<String, Node> mapping(Node node, String what) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            problem(node, "expected the 'key: value' pairs of " + what);
            return entries;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problem(tuple.getKeyNode(), "a key has to be a plain name");
            } else if (entries.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
                problem(key, "'" + key.getValue() + "' is given twice; keep one of the two");
            }
        }
        return entries;
    }

    private String scalar(String key, Node node) {
        if (node instanceof ScalarNode scalar && !node.getTag().equals(Tag.NULL)) {
            return scalar.getValue();
        }
        problem(node, "'" + key + "' takes one plain value");
        return "";
    }

    private String word(String key, Node node, Pattern pattern, String takes) {
        String value = scalar(key, node);
        if (!value.isEmpty() && !pattern.matcher(value).matches()) {
            problem(node, "'" + key + "' is '" + value + "', but takes " + takes);
        }
        return value;
    }

    private String known(String key, Node node, List<String> known) {
        String value = scalar(key, node);
        if (known.contains(value)) {
            return value;
        }
        if (!value.isEmpty()) {
            String guess = Parameters.didYouMean(value, known.stream());
            problem(
                    node,
                    "there is no "
                            + key
                            + " '"
                            + value
                            + "'"
                            + (guess.isEmpty()
                                    ? "; there are " + String.join(", ", known)
                                    : guess));
        }
        return null;
    }

    private void problem(Node node, String problem) {
        String line = node.getStartMark().map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
        problems.add(label + line + ": " + problem + (problem.endsWith("?") ? "" : "."));
    }
}
