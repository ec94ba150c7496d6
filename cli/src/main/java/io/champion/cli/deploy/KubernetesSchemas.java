package io.champion.cli.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.annotations.SerializedName;
import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * JSON schemas of Kubernetes' own kinds, made of the classes that Kubernetes generates from its
 * OpenAPI definition: fields, types, and which are required. Stricter than the API server, a field
 * that is not defined is refused, and so is a status.
 */
final class KubernetesSchemas {

    /** The kinds that manifests may have, with the version of each. */
    private static final Map<String, Map.Entry<String, Class<?>>> KINDS =
            Map.of(
                    "Namespace", Map.entry("v1", V1Namespace.class),
                    "ConfigMap", Map.entry("v1", V1ConfigMap.class),
                    "ServiceAccount", Map.entry("v1", V1ServiceAccount.class),
                    "Role", Map.entry("rbac.authorization.k8s.io/v1", V1Role.class),
                    "RoleBinding", Map.entry("rbac.authorization.k8s.io/v1", V1RoleBinding.class),
                    "NetworkPolicy", Map.entry("networking.k8s.io/v1", V1NetworkPolicy.class),
                    "PodDisruptionBudget", Map.entry("policy/v1", V1PodDisruptionBudget.class),
                    "CronJob", Map.entry("batch/v1", V1CronJob.class));

    /** Closed sets of values, which the definition has in the text of its descriptions alone. */
    private static final Map<String, List<String>> VALUES =
            Map.of(
                    "V1Container.imagePullPolicy", List.of("Always", "IfNotPresent", "Never"),
                    "V1ContainerPort.protocol", List.of("TCP", "UDP", "SCTP"),
                    "V1CronJobSpec.concurrencyPolicy", List.of("Allow", "Forbid", "Replace"),
                    "V1NetworkPolicyPort.protocol", List.of("TCP", "UDP", "SCTP"),
                    "V1NetworkPolicySpec.policyTypes", List.of("Ingress", "Egress"),
                    "V1PodSpec.dnsPolicy",
                            List.of("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
                    "V1PodSpec.restartPolicy", List.of("Always", "OnFailure", "Never"),
                    "V1SeccompProfile.type", List.of("Localhost", "RuntimeDefault", "Unconfined"),
                    "RbacV1Subject.kind", List.of("Group", "ServiceAccount", "User"));

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final ObjectNode definitions = NODES.objectNode();

    private KubernetesSchemas() {}

    /** All kinds that there are schemas of. */
    static Collection<String> kinds() {
        return KINDS.keySet();
    }

    /** The schema of a kind's manifests. */
    static ObjectNode ofKind(String kind) {
        Map.Entry<String, Class<?>> known = KINDS.get(kind);
        KubernetesSchemas schemas = new KubernetesSchemas();
        ObjectNode root = schemas.object(known.getValue());
        ((ObjectNode) root.get("properties")).remove("status");
        pin(root, known.getKey(), kind);
        root.set("$defs", schemas.definitions);
        return root;
    }

    /** The schema of a part of a manifest. */
    static ObjectNode ofPart(Class<?> model) {
        KubernetesSchemas schemas = new KubernetesSchemas();
        ObjectNode root = schemas.object(model);
        root.set("$defs", schemas.definitions);
        return root;
    }

    /** Demands of a manifest that it says what it is. */
    static void pin(ObjectNode root, String version, String kind) {
        ObjectNode properties = (ObjectNode) root.get("properties");
        properties.set("apiVersion", NODES.objectNode().put("const", version));
        properties.set("kind", NODES.objectNode().put("const", kind));
        ArrayNode required = root.withArray("required");
        List.of("apiVersion", "kind", "metadata").forEach(required::add);
    }

    private ObjectNode object(Class<?> model) {
        ObjectNode schema = NODES.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        for (Field field : model.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (name != null) {
                ObjectNode property = type(field.getGenericType());
                List<String> values = VALUES.get(model.getSimpleName() + "." + name.value());
                if (values != null) {
                    ObjectNode restricted =
                            property.has("items") ? (ObjectNode) property.get("items") : property;
                    values.forEach(restricted.withArray("enum")::add);
                }
                properties.set(name.value(), property);
            }
        }
        ArrayNode required = schema.putArray("required");
        requiredFields(model).forEach(required::add);
        return schema.put("additionalProperties", false);
    }

    private static Collection<String> requiredFields(Class<?> model) {
        try {
            @SuppressWarnings("unchecked")
            Collection<String> required =
                    (Collection<String>) model.getField("openapiRequiredFields").get(null);
            return required;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(model + " is no model of Kubernetes.", e);
        }
    }

    private ObjectNode type(Type type) {
        ObjectNode schema = NODES.objectNode();
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            if (generic.getRawType() == Map.class) {
                schema.put("type", "object").set("additionalProperties", type(arguments[1]));
            } else {
                schema.put("type", "array").set("items", type(arguments[0]));
            }
        } else if (type == String.class || type == OffsetDateTime.class || type == byte[].class) {
            schema.put("type", "string");
        } else if (type == Integer.class || type == Long.class) {
            schema.put("type", "integer");
        } else if (type == Double.class) {
            schema.put("type", "number");
        } else if (type == Boolean.class) {
            schema.put("type", "boolean");
        } else if (type == IntOrString.class) {
            schema.putArray("type").add("integer").add("string");
        } else if (type == Quantity.class) {
            schema.putArray("type").add("number").add("string");
        } else if (type != Object.class) {
            Class<?> model = (Class<?>) type;
            String name = model.getSimpleName();
            if (!definitions.has(name)) {
                // Before its fields: some refer to themselves.
                definitions.putObject(name);
                definitions.set(name, object(model));
            }
            schema.put("$ref", "#/$defs/" + name);
        }
        return schema;
    }
}
