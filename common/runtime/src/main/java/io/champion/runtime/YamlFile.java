package io.champion.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/**
 * A configuration file: YAML whose keys may be nested, dotted or both. Values are kept as they are
 * written; what they mean is for the options to say.
 */
final class YamlFile {

    /**
     * A value and where it stands.
     *
     * @param text as Flink's Configuration reads it
     * @param where file and line, for messages
     */
    record Value(String text, String where) {}

    private final Path file;
    private final List<String> problems;
    private final Map<String, Value> values = new LinkedHashMap<>();

    private YamlFile(Path file, List<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** Reads a file; what is wrong with it is added to the problems. */
    static Map<String, Value> read(Path file, List<String> problems) {
        YamlFile yaml = new YamlFile(file, problems);
        try {
            LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
            Optional<Node> root = new Compose(settings).composeString(Files.readString(file));
            root.ifPresent(yaml::root);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark().map(m -> ", line " + (m.getLine() + 1)).orElse("");
            problems.add(file + line + ": this is no YAML: " + e.getProblem() + ".");
        } catch (YamlEngineException e) {
            problems.add(file + ": this is no YAML: " + e.getMessage() + ".");
        } catch (IOException e) {
            problems.add(
                    Files.exists(file)
                            ? "The configuration file " + file + " cannot be read: " + e + "."
                            : "The configuration file " + file + " does not exist.");
        }
        return yaml.values;
    }

    private void root(Node root) {
        if (root instanceof MappingNode mapping) {
            flatten("", mapping);
        } else if (!root.getTag().equals(Tag.NULL)) {
            problems.add(where(root) + ": expected 'key: value' lines.");
        }
    }

    private void flatten(String prefix, MappingNode mapping) {
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                problems.add(where(tuple.getKeyNode()) + ": a key has to be a plain name.");
                continue;
            }
            String key = prefix + name.getValue();
            Node value = tuple.getValueNode();
            if (value instanceof MappingNode nested) {
                flatten(key + ".", nested);
            } else if (value.getTag().equals(Tag.NULL)) {
                problems.add(
                        where(value)
                                + ": '"
                                + key
                                + "' has no value; give one or remove the line.");
            } else {
                put(key, new Value(text(key, value), where(name)));
            }
        }
    }

    private void put(String key, Value value) {
        Value other = values.putIfAbsent(key, value);
        if (other != null) {
            problems.add(
                    value.where()
                            + ": '"
                            + key
                            + "' was given before ("
                            + other.where()
                            + "); keep one of the two.");
        }
    }

    private String text(String key, Node value) {
        if (value instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        List<String> quoted = new ArrayList<>();
        for (Node element : ((SequenceNode) value).getValue()) {
            if (element instanceof ScalarNode scalar) {
                quoted.add("'" + scalar.getValue().replace("'", "''") + "'");
            } else {
                problems.add(where(element) + ": '" + key + "' takes a list of plain values.");
            }
        }
        return "[" + String.join(", ", quoted) + "]";
    }

    private String where(Node node) {
        return file + node.getStartMark().map(mark -> ", line " + (mark.getLine() + 1)).orElse("");
    }
}
