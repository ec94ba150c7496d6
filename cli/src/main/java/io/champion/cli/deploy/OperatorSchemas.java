package io.champion.cli.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * JSON schemas of the Flink operator's kinds, made of its resource definitions. As the API server
 * would with strict validation, a field that is not defined is refused.
 */
final class OperatorSchemas {

    private static final List<String> BUNDLED =
            List.of("flinkdeployments", "flinksessionjobs", "flinkstatesnapshots");

    /**
     * What operators since the one whose definitions are bundled take besides. Flink 2.2 needs such
     * an operator; nothing else is used that the bundled definitions do not have.
     */
    private static final List<String> LATER_FLINK_VERSIONS = List.of("v2_0", "v2_1", "v2_2");

    /** Without these the operator refuses what its definitions let pass. */
    private static final Map<String, List<String>> REQUIRED =
            Map.of(
                    "/FlinkDeployment/spec",
                    List.of("image", "flinkVersion", "serviceAccount", "jobManager", "taskManager"),
                    "/FlinkDeployment/spec/job",
                    List.of("jarURI", "parallelism", "upgradeMode"),
                    "/FlinkDeployment/spec/jobManager",
                    List.of("resource"),
                    "/FlinkDeployment/spec/jobManager/resource",
                    List.of("memory"),
                    "/FlinkDeployment/spec/taskManager",
                    List.of("resource"),
                    "/FlinkDeployment/spec/taskManager/resource",
                    List.of("memory"),
                    "/FlinkSessionJob/spec",
                    List.of("deploymentName", "job"),
                    "/FlinkSessionJob/spec/job",
                    List.of("jarURI", "parallelism", "upgradeMode"),
                    "/FlinkStateSnapshot/spec",
                    List.of("jobReference"),
                    "/FlinkStateSnapshot/spec/jobReference",
                    List.of("kind", "name"));

    private final Map<String, ObjectNode> byKind = new HashMap<>();

    private OperatorSchemas(List<JsonNode> definitions) {
        definitions.forEach(this::add);
    }

    /** The definitions that the command comes with. */
    static OperatorSchemas bundled() {
        List<JsonNode> definitions = new ArrayList<>();
        for (String name : BUNDLED) {
            String file = "/META-INF/fabric8/" + name + ".flink.apache.org-v1.yml";
            try (InputStream stream = OperatorSchemas.class.getResourceAsStream(file)) {
                definitions.add(Manifest.YAML.readTree(stream));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new OperatorSchemas(definitions);
    }

    /** The definitions in the files of a folder. */
    static OperatorSchemas of(Path folder) throws IOException {
        List<JsonNode> definitions = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith("ml")).toList()) {
                Manifest.read(file.toString(), Files.readString(file))
                        .forEach(manifest -> definitions.add(manifest.content()));
            }
        }
        return new OperatorSchemas(definitions);
    }

    Set<String> kinds() {
        return byKind.keySet();
    }

    /** The schema of a kind's manifests. */
    ObjectNode ofKind(String kind) {
        return byKind.get(kind);
    }

    private void add(JsonNode definition) {
        JsonNode spec = definition.path("spec");
        String kind = spec.path("names").path("kind").asText();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("storage").asBoolean()) {
                ObjectNode schema = version.path("schema").path("openAPIV3Schema").deepCopy();
                ObjectNode properties = (ObjectNode) schema.get("properties");
                properties.remove("status");
                close(schema, "/" + kind);
                addLaterVersions(properties.path("spec").path("properties"));
                ObjectNode metadata = KubernetesSchemas.ofPart(V1ObjectMeta.class);
                schema.set("$defs", metadata.remove("$defs"));
                properties.set("metadata", metadata);
                schema.withArray("required").add("spec");
                KubernetesSchemas.pin(
                        schema,
                        spec.path("group").asText() + "/" + version.path("name").asText(),
                        kind);
                byKind.put(kind, schema);
            }
        }
    }

    private static void addLaterVersions(JsonNode properties) {
        if (properties.path("flinkVersion").has("enum")) {
            ObjectNode version = (ObjectNode) properties.get("flinkVersion");
            for (String later : LATER_FLINK_VERSIONS) {
                if (!version.get("enum").toString().contains('"' + later + '"')) {
                    version.withArray("enum").add(later);
                }
            }
        }
    }

    /** Refuses what is not defined; the API server would drop it. */
    private static void close(JsonNode schema, String path) {
        if (!(schema instanceof ObjectNode node)) {
            return;
        }
        if (node.path("type").asText().equals("object")
                && !node.has("additionalProperties")
                && !node.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            node.put("additionalProperties", false);
        }
        // Kubernetes' own keywords are no JSON schema's.
        node.remove(List.of("x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"));
        for (String field : REQUIRED.getOrDefault(path, List.of())) {
            node.withArray("required").add(field);
        }
        node.path("properties")
                .fields()
                .forEachRemaining(field -> close(field.getValue(), path + "/" + field.getKey()));
        close(node.path("items"), path + "/items");
        close(node.path("additionalProperties"), path + "/values");
    }
}
