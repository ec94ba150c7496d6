package io.champion.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.adjust.AdjustPricesJob;
import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.features.FeatureComputeJob;
import io.champion.flatfile.FlatFileIngestJob;
import io.champion.jdbc.JdbcExportJob;
import io.champion.rebuild.RebuildWarehouseJob;
import io.champion.runtime.OptionSet;
import io.champion.ticks.TickStreamJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ManifestCheckTest {

    private static final Path MANIFESTS = Path.of("..", "deploy", "k8s");

    private static final Map<String, OptionSet> JOBS =
            Map.of(
                    "bhavcopy-ingest", BhavcopyIngestJob.OPTIONS,
                    "flatfile-ingest", FlatFileIngestJob.OPTIONS,
                    "adjust-prices", AdjustPricesJob.OPTIONS,
                    "tick-stream", TickStreamJob.OPTIONS,
                    "feature-compute", FeatureComputeJob.OPTIONS,
                    "rebuild-warehouse", RebuildWarehouseJob.OPTIONS,
                    "jdbc-export", JdbcExportJob.OPTIONS);

    private static final ManifestCheck CHECK = ManifestCheck.of(JOBS);

    /** What a kustomization of ours may have; kustomize itself knows more. */
    private static final List<String> KUSTOMIZATION =
            List.of(
                    "apiVersion",
                    "kind",
                    "resources",
                    "components",
                    "namespace",
                    "labels",
                    "images",
                    "configMapGenerator",
                    "configurations",
                    "patches");

    private static List<Manifest> rendered(String overlay) throws IOException {
        Path file = MANIFESTS.resolve("rendered").resolve(overlay + ".yaml");
        return Manifest.read(file.toString(), Files.readString(file));
    }

    private static Manifest find(List<Manifest> manifests, String title) {
        return manifests.stream()
                .filter(manifest -> manifest.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + title + "."));
    }

    private static List<String> overlays() throws IOException {
        try (Stream<Path> folders = Files.list(MANIFESTS.resolve("overlays"))) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "prod", "session", "backfill"})
    void everyRenderedOverlayIsRight(String overlay) throws IOException {
        assertThat(overlays()).contains(overlay).hasSize(4);
        assertThat(CHECK.problems(rendered(overlay))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "prod", "session", "backfill"})
    void whatIsPrintedIsWhatWasRead(String overlay) throws IOException {
        List<Manifest> manifests = rendered(overlay);
        assertThat(Manifest.read(overlay, Manifest.print(manifests))).isEqualTo(manifests);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "prod", "session", "backfill"})
    void everyOverlayIsRightByTheDefinitionsOfTheOperatorInUse(String overlay) throws IOException {
        Path definitions =
                Path.of(
                                Optional.ofNullable(System.getenv("CHAMPION_REAL_DATA"))
                                        .orElse("../../shared/data"))
                        .resolve("flink-operator-crds");
        assumeTrue(Files.isDirectory(definitions), "There are no definitions in " + definitions);
        assertThat(
                        ManifestCheck.of(JOBS, OperatorSchemas.of(definitions))
                                .problems(rendered(overlay)))
                .isEmpty();
    }

    @Test
    void everyOverlayIsRenderedAsItIs() throws Exception {
        Optional<Kustomize> kustomize = Kustomize.find(System.getenv());
        if (System.getenv("CI") == null) {
            assumeTrue(kustomize.isPresent(), "Neither kubectl nor kustomize is on the PATH.");
        }
        assertThat(kustomize).as("kubectl or kustomize on the PATH").isPresent();
        for (String overlay : overlays()) {
            String now = kustomize.get().render(MANIFESTS.resolve("overlays").resolve(overlay));
            assertThat(byTitle(Manifest.read(overlay, now)))
                    .as(
                            "what kustomize makes of %s; deploy/k8s/render brings it up to date",
                            overlay)
                    .isEqualTo(byTitle(rendered(overlay)));
        }
    }

    private static Map<String, JsonNode> byTitle(List<Manifest> manifests) {
        return manifests.stream()
                .collect(
                        Collectors.toMap(
                                Manifest::title, Manifest::content, (a, b) -> a, TreeMap::new));
    }

    /** Files by themselves are parts: what a patch does not say, the file has, and the reverse. */
    @Test
    void everyFileIsRight() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(MANIFESTS)) {
            files = all.filter(file -> file.toString().endsWith(".yaml")).toList();
        }
        List<String> problems = new ArrayList<>();
        int resources = 0;
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (name.equals("kustomize-config.yaml") || name.equals("batch.yaml")) {
                continue;
            }
            for (Manifest manifest : Manifest.read(file.toString(), Files.readString(file))) {
                if (name.equals("kustomization.yaml")) {
                    manifest.content()
                            .fieldNames()
                            .forEachRemaining(
                                    key -> {
                                        if (!KUSTOMIZATION.contains(key)) {
                                            problems.add(file + ": " + key);
                                        }
                                    });
                } else {
                    resources++;
                    dropNulls(manifest.content());
                    problems.addAll(CHECK.fields(manifest, false));
                }
            }
        }
        assertThat(problems).isEmpty();
        assertThat(resources).isGreaterThan(100);
    }

    /** In a patch, null takes a field away. */
    private static void dropNulls(ObjectNode node) {
        node.elements()
                .forEachRemaining(
                        child -> {
                            if (child instanceof ObjectNode object) {
                                dropNulls(object);
                            }
                        });
        List<String> nulls = new ArrayList<>();
        node.fields()
                .forEachRemaining(
                        field -> {
                            if (field.getValue().isNull()) {
                                nulls.add(field.getKey());
                            }
                        });
        nulls.forEach(node::remove);
    }

    @Test
    void theExchangesFilesAreTakenAtHalfPastEightInIndia() throws IOException {
        JsonNode spec = find(rendered("prod"), "CronJob/bhavcopy-ingest").content().path("spec");
        assertThat(spec.path("schedule").asText()).isEqualTo("30 20 * * 1-5");
        ZoneId zone = ZoneId.of(spec.path("timeZone").asText());
        assertThat(LocalDateTime.of(2025, 6, 18, 20, 30).atZone(zone).toInstant())
                .isEqualTo(LocalDateTime.of(2025, 6, 18, 15, 0).toInstant(ZoneOffset.UTC));
    }

    @Test
    void theTimeZoneIsStatedOnce() throws IOException {
        List<Path> stating;
        try (Stream<Path> all = Files.walk(MANIFESTS)) {
            stating =
                    all.filter(Files::isRegularFile)
                            .filter(file -> !file.toString().contains("rendered"))
                            .filter(ManifestCheckTest::statesTheZone)
                            .toList();
        }
        assertThat(stating).containsExactly(MANIFESTS.resolve("base/batch/cron-job.yaml"));
        for (String overlay : List.of("dev", "prod")) {
            assertThat(rendered(overlay))
                    .filteredOn(manifest -> manifest.kind().equals("CronJob"))
                    .hasSize(4)
                    .allMatch(
                            job ->
                                    job.content()
                                            .at("/spec/timeZone")
                                            .asText()
                                            .equals("Asia/Kolkata"));
        }
    }

    private static boolean statesTheZone(Path file) {
        try {
            return Files.readString(file).contains("Asia/Kolkata");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Nobody gets what the job managers need, and nobody reads secrets through the API. */
    @Test
    void rightsAreTheLeast() throws IOException {
        List<Manifest> manifests = rendered("prod");
        assertThat(manifests)
                .filteredOn(manifest -> manifest.kind().equals("Role"))
                .allSatisfy(
                        role ->
                                assertThat(role.content().path("rules").toString())
                                        .doesNotContain("*")
                                        .doesNotContain("secrets"));
        assertThat(manifests).noneMatch(manifest -> manifest.kind().equals("Secret"));
        assertThat(
                        find(manifests, "ServiceAccount/batch")
                                .content()
                                .path("automountServiceAccountToken")
                                .asBoolean(true))
                .isFalse();
    }

    /** Each takes one field of a right manifest and makes it wrong. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "FlinkDeployment/tick-stream | /spec/job | paralelism | 4 | spec.job: property 'paralelism' is not defined",
                "FlinkDeployment/tick-stream | /spec/job | parallelism | \"4\" | spec.job.parallelism: string found, integer expected",
                "FlinkDeployment/tick-stream | /spec/job | upgradeMode | \"last_state\" | spec.job.upgradeMode: does not have a value in the enumeration",
                "FlinkDeployment/tick-stream | /spec/job | jarURI | | spec.job: required property 'jarURI' not found",
                "FlinkDeployment/tick-stream | /spec | flinkVersion | \"v2_9\" | spec.flinkVersion: does not have a value in the enumeration",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | taskmanager.numberOfTaskSlots | 2 | integer found, string expected",
                "FlinkDeployment/tick-stream | /spec/podTemplate/spec | volume | [] | spec.podTemplate",
                "FlinkDeployment/tick-stream | /spec/podTemplate/spec/containers/0 | name | | required property 'name' not found",
                "FlinkDeployment/tick-stream | /spec/podTemplate/spec/containers/0/ports/0 | containerPort | \"9249\" | containerPort: string found, integer expected",
                "FlinkDeployment/tick-stream | /metadata | labls | {} | metadata: property 'labls' is not defined",
                "FlinkDeployment/tick-stream | | apiVersion | \"flink.apache.org/v1\" | apiVersion",
                "CronJob/bhavcopy-ingest | /spec | timezone | \"Asia/Kolkata\" | spec: property 'timezone' is not defined",
                "CronJob/bhavcopy-ingest | /spec | schedule | | spec: required property 'schedule' not found",
                "CronJob/bhavcopy-ingest | /spec | concurrencyPolicy | \"Never\" | spec.concurrencyPolicy: does not have a value in the enumeration",
                "CronJob/bhavcopy-ingest | /spec/jobTemplate/spec | backoffLimit | \"3\" | backoffLimit: string found, integer expected",
                "CronJob/bhavcopy-ingest | /spec/jobTemplate/spec/template/spec | restartPolicy | \"never\" | restartPolicy: does not have a value in the enumeration",
                "NetworkPolicy/deny-all | /spec | policyTypes | [\"Engress\"] | policyTypes[0]: does not have a value in the enumeration",
                "NetworkPolicy/stores | /spec/egress/0/ports/0 | prot | 443 | property 'prot' is not defined",
                "PodDisruptionBudget/tick-stream-jobmanager | /spec | minAvailable | true | minAvailable: boolean found",
                "Role/flink-jobmanager | /rules/0 | verbs | | required property 'verbs' not found",
                "RoleBinding/flink-jobmanager | /subjects/0 | kind | \"Serviceaccount\" | does not have a value in the enumeration",
                "Namespace/champion-prod | | kind | \"NameSpace\" | there is no definition",
            })
    void aWrongFieldIsFound(String title, String at, String field, String value, String problem)
            throws IOException {
        List<Manifest> manifests = rendered("prod");
        Manifest manifest = find(manifests, title);
        set(manifest.content().at(at == null ? "" : at), field, value);
        assertThat(CHECK.problems(manifests)).anyMatch(sentence -> sentence.contains(problem));
    }

    private static void set(JsonNode parent, String field, String value) throws IOException {
        if (value == null) {
            assertThat(((ObjectNode) parent).remove(field)).isNotNull();
        } else {
            ((ObjectNode) parent).set(field, Manifest.YAML.readTree(value));
        }
    }

    /** Each is right by the definitions, and wrong all the same. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | high-availability.storageDri | \"s3://x/y\" | did you mean 'high-availability.storageDir'?",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | state.checkpoints.dir | \"s3://x/y\" | did you mean 'execution.checkpointing.dir'?",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | job.autoscaler.enable | \"true\" | did you mean 'job.autoscaler.enabled'?",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | kubernetes.operator.periodic.savepoint.interval | \"often\" | cannot be 'often'",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | s3.secret-key | \"abc\" | is a secret",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | high-availability.storageDir | | 'high-availability.storageDir' is missing",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | high-availability.type | | more than one job manager",
                "FlinkDeployment/tick-stream | /spec/flinkConfiguration | execution.checkpointing.savepoint-dir | | upgradeMode savepoint needs 'execution.checkpointing.savepoint-dir'",
                "FlinkDeployment/tick-stream | /spec | image | \"champion/tick-stream\" | has no tag",
                "FlinkDeployment/tick-stream | /spec | serviceAccount | \"flink\" | there is no service account 'flink'",
                "FlinkDeployment/tick-stream | /spec/job | args | [\"-Dticks.topik=x\"] | did you mean 'ticks.topic'?",
                "FlinkDeployment/tick-stream | /spec/job | args | [\"-Dticks.idleness=soon\"] | which is no duration",
                "FlinkDeployment/tick-stream | /spec/job | args | [\"--topic\"] | is no -Dkey=value",
                "FlinkDeployment/tick-stream | /spec/podTemplate/spec/containers/0/envFrom/0/configMapRef | name | \"other\" | there is no config map 'other'",
                "FlinkDeployment/tick-stream | /spec/podTemplate/spec/containers/0/env/0 | name | | required property 'name'",
                "CronJob/bhavcopy-ingest | /spec | timeZone | \"Asia/Bombay\" | there is no time zone 'Asia/Bombay'",
                "CronJob/bhavcopy-ingest | /spec | schedule | \"18:30\" | is no schedule",
                "CronJob/bhavcopy-ingest | /spec/jobTemplate/spec/template/spec | serviceAccountName | \"default\" | there is no service account 'default'",
            })
    void whatCannotWorkIsFound(String title, String at, String field, String value, String problem)
            throws IOException {
        aWrongFieldIsFound(title, at, field, value, problem);
    }

    @Test
    void aSecretThatIsWrittenOutIsFound() throws IOException {
        List<Manifest> manifests = rendered("prod");
        JsonNode variables =
                find(manifests, "FlinkDeployment/tick-stream")
                        .content()
                        .at("/spec/podTemplate/spec/containers/0/env");
        ObjectNode password = (ObjectNode) variables.get(3);
        assertThat(password.path("name").asText()).isEqualTo("KAFKA_PASSWORD");
        password.remove("valueFrom");
        password.put("value", "abc");
        assertThat(CHECK.problems(manifests))
                .containsExactly(
                        "FlinkDeployment/tick-stream: 'KAFKA_PASSWORD' is written out; take it from"
                                + " a Secret, with valueFrom.");
    }

    @Test
    void anOptionThatNoJobHasIsFound() throws IOException {
        List<Manifest> manifests = rendered("dev");
        manifests.stream()
                .filter(manifest -> manifest.name().startsWith("champion-environment"))
                .forEach(
                        map ->
                                ((ObjectNode) map.content().path("data"))
                                        .put("CHAMPION_WAREHOUSE_URI", "http://x:1"));
        assertThat(CHECK.problems(manifests))
                .singleElement()
                .asString()
                .contains("no job has the option 'CHAMPION_WAREHOUSE_URI'");
    }

    @Test
    void aFieldThatIsThereTwiceIsNoYaml() {
        assertThatThrownBy(() -> Manifest.read("x.yaml", "kind: A\nkind: B\n"))
                .isInstanceOf(ManifestException.class)
                .hasMessageContaining("x.yaml, line 2: Duplicate field 'kind'");
    }
}
