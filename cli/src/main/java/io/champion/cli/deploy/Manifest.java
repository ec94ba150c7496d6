package io.champion.cli.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One resource of Kubernetes, as a file states it.
 *
 * @param content all of it
 */
public record Manifest(ObjectNode content) {

    /** The label with the job that a resource belongs to. */
    public static final String NAME_LABEL = "app.kubernetes.io/name";

    static final YAMLMapper YAML =
            new YAMLMapper(
                    YAMLFactory.builder()
                            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                            .disable(YAMLGenerator.Feature.SPLIT_LINES)
                            .build());

    /**
     * The resources of a YAML text.
     *
     * @param origin what to call the text in messages
     * @throws ManifestException if it is no YAML, or has something else than resources
     */
    public static List<Manifest> read(String origin, String yaml) {
        List<Manifest> manifests = new ArrayList<>();
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            while (documents.hasNextValue()) {
                JsonNode document = documents.nextValue();
                if (document.isNull() || document.isMissingNode()) {
                    continue;
                }
                if (!(document instanceof ObjectNode content)) {
                    throw new ManifestException(
                            List.of(origin + ": a resource is a mapping, not " + document + "."));
                }
                manifests.add(new Manifest(content));
            }
        } catch (JsonProcessingException e) {
            throw new ManifestException(
                    List.of(
                            origin
                                    + (e.getLocation() == null
                                            ? ""
                                            : ", line " + e.getLocation().getLineNr())
                                    + ": "
                                    + e.getOriginalMessage()
                                    + "."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return manifests;
    }

    /** Resources as YAML, one document each. */
    public static String print(List<Manifest> manifests) {
        StringBuilder yaml = new StringBuilder();
        try {
            for (Manifest manifest : manifests) {
                yaml.append(YAML.writeValueAsString(manifest.content));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What was read cannot be written.", e);
        }
        return yaml.toString();
    }

    /** Its kind; empty if it says none. */
    public String kind() {
        return content.path("kind").asText();
    }

    /** Its name, or what its name begins with; empty if it says none. */
    public String name() {
        JsonNode metadata = content.path("metadata");
        return metadata.path("name").asText(metadata.path("generateName").asText());
    }

    /** Kind and name, as kubectl writes them. */
    public String title() {
        return kind() + "/" + name();
    }

    /** The job that it belongs to; empty if to none or to all. */
    public String job() {
        String name = content.path("metadata").path("labels").path(NAME_LABEL).asText();
        return name.equals("champion") ? "" : name;
    }
}
