package io.champion.cli.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Finds what is wrong with manifests without asking a cluster: fields and values against the
 * definitions of Kubernetes and of the Flink operator; settings against Flink's, options against
 * the jobs'; names that refer to nothing; secrets that are written out.
 */
public final class ManifestCheck {

    private static final Pattern SECRET =
            Pattern.compile("(?i).*(PASSWORD|SECRET|TOKEN|ACCESS_KEY).*");

    private static final Pattern CRON_FIELD = Pattern.compile("[0-9*/,-]+");

    private static final String OPTION_PREFIX = "CHAMPION_";

    private final Map<String, OptionSet> jobs;
    private final Map<String, JsonSchema> schemas = new HashMap<>();
    private final JsonSchema podTemplate;

    private ManifestCheck(Map<String, OptionSet> jobs, OperatorSchemas operator) {
        this.jobs = Map.copyOf(jobs);
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
        for (String kind : KubernetesSchemas.kinds()) {
            schemas.put(kind, factory.getSchema(KubernetesSchemas.ofKind(kind)));
        }
        for (String kind : operator.kinds()) {
            schemas.put(kind, factory.getSchema(operator.ofKind(kind)));
        }
        podTemplate = factory.getSchema(KubernetesSchemas.ofPart(V1PodTemplateSpec.class));
    }

    /**
     * @param jobs the options of each job, by its name
     */
    public static ManifestCheck of(Map<String, OptionSet> jobs) {
        return new ManifestCheck(jobs, OperatorSchemas.bundled());
    }

    static ManifestCheck of(Map<String, OptionSet> jobs, OperatorSchemas operator) {
        return new ManifestCheck(jobs, operator);
    }

    /** What is wrong with the fields of one manifest, a sentence each. */
    List<String> fields(Manifest manifest) {
        return fields(manifest, true);
    }

    /**
     * What is wrong with the fields of a manifest or of a part of one, as patches are.
     *
     * @param whole whether required fields have to be there
     */
    List<String> fields(Manifest manifest, boolean whole) {
        JsonSchema schema = schemas.get(manifest.kind());
        if (schema == null) {
            return List.of(
                    manifest.title()
                            + ": of the kind '"
                            + manifest.kind()
                            + "' there is no definition; there are "
                            + String.join(", ", new TreeSet<>(schemas.keySet()))
                            + ".");
        }
        List<String> problems = new ArrayList<>();
        if (manifest.name().isEmpty()) {
            problems.add(manifest.title() + ": metadata has no name.");
        }
        report(manifest.title(), schema, manifest.content(), whole, problems);
        // The operator's definition of pods has their fields, but not which of them have to be.
        for (String template : List.of("", "/jobManager", "/taskManager")) {
            JsonNode pod = manifest.content().at("/spec" + template + "/podTemplate");
            if (!pod.isMissingNode()) {
                report(
                        manifest.title() + ": spec" + template.replace('/', '.') + ".podTemplate",
                        podTemplate,
                        pod,
                        whole,
                        problems);
            }
        }
        return List.copyOf(new TreeSet<>(problems));
    }

    private static void report(
            String title,
            JsonSchema schema,
            JsonNode content,
            boolean whole,
            List<String> problems) {
        for (ValidationMessage message : schema.validate(content)) {
            if (!whole && message.getType().equals("required")) {
                continue;
            }
            String text = message.getMessage();
            problems.add(
                    title
                            + ": "
                            + (text.startsWith("$.") ? text.substring(2) : text)
                            + (text.endsWith(".") ? "" : "."));
        }
    }

    /** What is wrong with manifests that are applied together, a sentence each. */
    public List<String> problems(List<Manifest> manifests) {
        List<String> problems = new ArrayList<>();
        manifests.forEach(manifest -> problems.addAll(fields(manifest)));
        if (!problems.isEmpty()) {
            return problems;
        }
        Set<String> titles = new HashSet<>();
        for (Manifest manifest : manifests) {
            if (!titles.add(manifest.title())) {
                problems.add(manifest.title() + " is there twice.");
            }
        }
        Map<String, Map<String, String>> configMaps = new HashMap<>();
        for (Manifest manifest : manifests) {
            if (manifest.kind().equals("ConfigMap")) {
                configMaps.put(manifest.name(), texts(manifest.content().path("data")));
            }
        }
        for (Manifest manifest : manifests) {
            switch (manifest.kind()) {
                case "FlinkDeployment" -> {
                    JsonNode spec = manifest.content().path("spec");
                    Map<String, String> settings = texts(spec.path("flinkConfiguration"));
                    problems.addAll(FlinkSettings.problems(manifest.title(), settings));
                    checkState(manifest, settings, problems);
                    checkImage(manifest, spec.path("image").asText(), problems);
                    account(manifest, spec.path("serviceAccount"), titles, problems);
                    checkPod(
                            manifest,
                            spec.path("podTemplate").path("spec"),
                            spec.path("job").path("args"),
                            configMaps,
                            problems);
                }
                case "FlinkSessionJob" ->
                        checkSessionJob(manifest, manifests, configMaps, problems);
                case "CronJob" -> checkCronJob(manifest, titles, configMaps, problems);
                case "ConfigMap" -> checkConfigMap(manifest, problems);
                default -> {}
            }
        }
        return problems;
    }

    /** What the operator refuses, and what would be lost without a word. */
    private static void checkState(
            Manifest manifest, Map<String, String> settings, List<String> problems) {
        JsonNode spec = manifest.content().path("spec");
        boolean available =
                settings.getOrDefault("high-availability.type", "none").equals("kubernetes");
        if (spec.path("jobManager").path("replicas").asInt(1) > 1 && !available) {
            problems.add(
                    manifest.title()
                            + ": more than one job manager needs 'high-availability.type:"
                            + " kubernetes'.");
        }
        if (available && !settings.containsKey("high-availability.storageDir")) {
            problems.add(manifest.title() + ": 'high-availability.storageDir' is missing.");
        }
        String mode = spec.path("job").path("upgradeMode").asText("stateless");
        if (mode.equals("stateless")) {
            return;
        }
        for (String folder :
                List.of("execution.checkpointing.dir", "execution.checkpointing.savepoint-dir")) {
            if (!settings.getOrDefault(folder, "").contains("://")) {
                problems.add(
                        manifest.title()
                                + ": upgradeMode "
                                + mode
                                + " needs '"
                                + folder
                                + "', a URI that all its pods reach.");
            }
        }
        if (mode.equals("last-state") && !available) {
            problems.add(
                    manifest.title()
                            + ": upgradeMode last-state needs 'high-availability.type:"
                            + " kubernetes'.");
        }
    }

    private static void checkImage(Manifest manifest, String image, List<String> problems) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        if (!name.contains(":") && !name.contains("@")) {
            problems.add(
                    manifest.title()
                            + ": the image '"
                            + image
                            + "' has no tag; name it under 'images' of the overlay.");
        }
    }

    private static void account(
            Manifest manifest, JsonNode account, Set<String> titles, List<String> problems) {
        if (!titles.contains("ServiceAccount/" + account.asText())
                && titles.stream().anyMatch(title -> title.startsWith("ServiceAccount/"))) {
            problems.add(
                    manifest.title() + ": there is no service account '" + account.asText() + "'.");
        }
    }

    private void checkSessionJob(
            Manifest manifest,
            List<Manifest> manifests,
            Map<String, Map<String, String>> configMaps,
            List<String> problems) {
        JsonNode spec = manifest.content().path("spec");
        problems.addAll(
                FlinkSettings.problems(manifest.title(), texts(spec.path("flinkConfiguration"))));
        String session = spec.path("deploymentName").asText();
        manifests.stream()
                .filter(other -> other.title().equals("FlinkDeployment/" + session))
                .findFirst()
                .ifPresentOrElse(
                        deployment ->
                                checkPod(
                                        manifest,
                                        deployment.content().at("/spec/podTemplate/spec"),
                                        spec.path("job").path("args"),
                                        configMaps,
                                        problems),
                        () ->
                                problems.add(
                                        manifest.title()
                                                + ": there is no FlinkDeployment '"
                                                + session
                                                + "' to run on."));
    }

    private void checkCronJob(
            Manifest manifest,
            Set<String> titles,
            Map<String, Map<String, String>> configMaps,
            List<String> problems) {
        JsonNode spec = manifest.content().path("spec");
        String zone = spec.path("timeZone").asText();
        try {
            ZoneId.of(zone);
        } catch (DateTimeException e) {
            problems.add(manifest.title() + ": there is no time zone '" + zone + "'.");
        }
        String schedule = spec.path("schedule").asText();
        String[] fields = schedule.split(" ");
        if (fields.length != 5
                || !List.of(fields).stream().allMatch(CRON_FIELD.asMatchPredicate())) {
            problems.add(
                    manifest.title()
                            + ": '"
                            + schedule
                            + "' is no schedule; write minute, hour, day, month and day of the"
                            + " week, as '30 18 * * 1-5'.");
        }
        JsonNode pod = spec.at("/jobTemplate/spec/template/spec");
        account(manifest, pod.path("serviceAccountName"), titles, problems);
        JsonNode container = pod.path("containers").path(0);
        checkImage(manifest, container.path("image").asText(), problems);
        checkPod(manifest, pod, jobArguments(container.path("args")), configMaps, problems);
    }

    /** What follows the jar in a command line of Flink. */
    private static JsonNode jobArguments(JsonNode arguments) {
        ArrayNode job = Manifest.YAML.createArrayNode();
        boolean after = false;
        for (JsonNode argument : arguments) {
            if (after) {
                job.add(argument);
            }
            after |= argument.asText().endsWith(".jar");
        }
        return job;
    }

    private void checkPod(
            Manifest manifest,
            JsonNode pod,
            JsonNode arguments,
            Map<String, Map<String, String>> configMaps,
            List<String> problems) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (JsonNode container : pod.path("containers")) {
            for (JsonNode source : container.path("envFrom")) {
                String name = source.path("configMapRef").path("name").asText();
                if (!name.isEmpty() && !configMaps.containsKey(name)) {
                    problems.add(manifest.title() + ": there is no config map '" + name + "'.");
                }
                environment.putAll(configMaps.getOrDefault(name, Map.of()));
            }
            for (JsonNode variable : container.path("env")) {
                String name = variable.path("name").asText();
                if (variable.has("value")) {
                    environment.put(name, variable.path("value").asText());
                    if (SECRET.matcher(name).matches() && !name.endsWith("_FILE")) {
                        problems.add(
                                manifest.title()
                                        + ": '"
                                        + name
                                        + "' is written out; take it from a Secret, with"
                                        + " valueFrom.");
                    }
                }
            }
        }
        if (!manifest.job().isEmpty()
                && (manifest.content().at("/spec/job").isObject()
                        || manifest.kind().equals("CronJob"))) {
            checkOptions(manifest, environment, arguments, problems);
        }
    }

    /** Reads the job's options as the job will. */
    private void checkOptions(
            Manifest manifest,
            Map<String, String> environment,
            JsonNode arguments,
            List<String> problems) {
        List<String> overrides = new ArrayList<>();
        for (JsonNode argument : arguments) {
            if (!argument.asText().startsWith("-D")) {
                problems.add(
                        manifest.title()
                                + ": the job's argument '"
                                + argument.asText()
                                + "' is no -Dkey=value.");
                continue;
            }
            overrides.add(argument.asText().substring(2));
        }
        OptionSet options = jobs.getOrDefault(manifest.job(), OptionSet.of(CommonOptions.class));
        try {
            JobConfig.of(options)
                    .environment(environment)
                    .arguments(overrides)
                    .require(CommonOptions.HOME, CommonOptions.WAREHOUSE_URL)
                    .load();
        } catch (ConfigException e) {
            e.problems().forEach(problem -> problems.add(manifest.title() + ": " + problem));
        }
    }

    private void checkConfigMap(Manifest manifest, List<String> problems) {
        Map<String, String> data = texts(manifest.content().path("data"));
        Set<String> known = new HashSet<>();
        jobs.values().forEach(options -> known.addAll(options.environmentVariables()));
        data.forEach(
                (key, value) -> {
                    if (SECRET.matcher(key).matches() && !key.endsWith("_FILE")) {
                        problems.add(
                                manifest.title()
                                        + ": '"
                                        + key
                                        + "' is a secret; keep it in a Secret.");
                    } else if (key.startsWith(OPTION_PREFIX) && !known.contains(key)) {
                        problems.add(
                                manifest.title()
                                        + ": no job has the option '"
                                        + key
                                        + "'; they are listed in docs/options.md.");
                    } else if (key.equals("FLINK_PROPERTIES")) {
                        problems.addAll(
                                FlinkSettings.problems(
                                        manifest.title() + ": " + key, properties(value)));
                    }
                });
    }

    private static Map<String, String> properties(String yaml) {
        try {
            return texts(Manifest.YAML.readTree(yaml));
        } catch (JsonProcessingException e) {
            throw new ManifestException(List.of("FLINK_PROPERTIES: " + e.getOriginalMessage()));
        }
    }

    private static Map<String, String> texts(JsonNode mapping) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (mapping instanceof ObjectNode object) {
            object.fields()
                    .forEachRemaining(
                            field -> texts.put(field.getKey(), field.getValue().asText()));
        }
        return texts;
    }
}
