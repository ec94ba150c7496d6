package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.champion.cli.deploy.Tool;
import io.champion.runtime.OptionSet;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** docker-compose.yml and the definitions of images. */
final class StackTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> END_BY_THEMSELVES = Set.of("tables", "buckets", "champion");
    private static final Pattern VARIABLE = Pattern.compile("(?<!\\$)\\$\\{(\\w+)");

    private static String text;
    private static Map<String, Object> file;
    private static Map<String, Map<String, Object>> services;

    @TempDir Path home;

    @BeforeAll
    static void read() throws IOException {
        text = Files.readString(ROOT.resolve("docker-compose.yml"));
        file = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
        services = map(file.get("services"));
    }

    @SuppressWarnings("unchecked")
    private static <V> Map<String, V> map(Object node) {
        return node == null ? Map.of() : (Map<String, V>) node;
    }

    @SuppressWarnings("unchecked")
    private static List<String> list(Object node) {
        return node == null ? List.of() : (List<String>) node;
    }

    /** By the tool itself; in continuous integration it is there. */
    @Test
    void theComposeToolAcceptsIt() throws Exception {
        Map<String, String> environment = System.getenv();
        boolean found =
                Tool.find("docker-compose", environment).isPresent()
                        || Tool.find("docker", environment)
                                .map(docker -> works(docker.with("compose", "version")))
                                .orElse(false);
        if (System.getenv("CI") == null) {
            assumeTrue(found, "There is no compose tool on the PATH.");
        }
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Context context = new Context(new Console(nowhere, nowhere, false), environment);
        context.home(home.toString());
        Compose compose = Compose.find(context);
        assertThat(compose.run(List.of("--profile", "tools", "config", "--quiet"))).isZero();
    }

    private static boolean works(Tool tool) {
        try {
            return tool.run("").exitCode() == 0;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyImageIsPinnedOrMadeHere() {
        services.forEach(
                (name, service) -> {
                    String image = (String) service.get("image");
                    assertThat(image)
                            .as(name)
                            .matches("[\\w./-]+:[\\w.-]+")
                            .doesNotEndWith(":latest");
                    if (image.startsWith("champion/")) {
                        assertThat(image).endsWith(":local");
                        assertThat(
                                        services.values().stream()
                                                .filter(s -> image.equals(s.get("image")))
                                                .map(s -> s.get("build")))
                                .as("somebody builds " + image)
                                .anyMatch(build -> build != null);
                    } else {
                        assertThat(image).containsPattern(":.*\\d+\\.\\d+|:RELEASE\\.");
                    }
                    Map<String, Object> build = map(service.get("build"));
                    if (!build.isEmpty()) {
                        assertThat(ROOT.resolve((String) build.get("dockerfile"))).exists();
                    }
                });
    }

    /** Where the address names none, SQLAlchemy looks for one that the image does not have. */
    @Test
    void mlflowHasTheDriverThatItsStoreIsNamedWith() throws IOException {
        String store =
                (String)
                        map(services.get("mlflow").get("environment"))
                                .get("MLFLOW_BACKEND_STORE_URI");
        Matcher driver = Pattern.compile("postgresql\\+(\\w+)://.*").matcher(store);
        assertThat(driver.matches()).as(store).isTrue();
        assertThat(ROOT.resolve("deploy/images/mlflow/Dockerfile"))
                .content()
                .contains(" " + driver.group(1));
    }

    @Test
    void everyServerHasAHealthCheckAndLimits() {
        services.forEach(
                (name, service) -> {
                    assertThat(service).as(name).containsKeys("mem_limit", "cpus");
                    Map<String, Object> health = map(service.get("healthcheck"));
                    if (END_BY_THEMSELVES.contains(name)) {
                        assertThat(health).as(name).containsEntry("disable", true);
                    } else {
                        assertThat(health).as(name).containsKeys("test", "interval", "retries");
                        assertThat(service).as(name).containsEntry("restart", "unless-stopped");
                    }
                });
    }

    @Test
    void portsAreOnLoopbackAndEachAnotherOne() {
        List<String> ports =
                services.values().stream().flatMap(s -> list(s.get("ports")).stream()).toList();
        assertThat(ports).isNotEmpty().allMatch(port -> port.matches("127\\.0\\.0\\.1:\\d+:\\d+"));
        assertThat(ports.stream().map(port -> port.split(":")[1])).doesNotHaveDuplicates();
    }

    @Test
    void dataAreInNamedVolumesAndFilesAreThere() {
        Set<String> declared = map(file.get("volumes")).keySet();
        Set<String> used = new HashSet<>();
        services.forEach(
                (name, service) -> {
                    for (String volume : list(service.get("volumes"))) {
                        String source = volume.split(":")[0];
                        if (source.startsWith(".")) {
                            assertThat(ROOT.resolve(source)).as(name).exists();
                            assertThat(volume).endsWith(":ro");
                        } else {
                            used.add(source);
                        }
                    }
                });
        assertThat(used).isEqualTo(declared);
    }

    @Test
    void noPasswordIsWrittenOut() {
        services.forEach(
                (name, service) ->
                        map(service.get("environment"))
                                .forEach(
                                        (variable, value) -> {
                                            if (variable.matches(".*(PASSWORD|SECRET|TOKEN).*")) {
                                                assertThat(value.toString())
                                                        .as(name + " " + variable)
                                                        .matches(
                                                                "/run/secrets/[a-z0-9-]+|\\$\\{[A-Z_0-9]+:\\?[^}]+}");
                                            }
                                        }));
        Set<String> named =
                VARIABLE.matcher(text)
                        .results()
                        .map(result -> result.group(1))
                        .collect(Collectors.toSet());
        Map<String, Map<String, String>> secrets = map(file.get("secrets"));
        secrets.values().forEach(secret -> named.add(secret.get("environment")));
        assertThat(named).containsExactlyInAnyOrderElementsOf(StackSecrets.NAMES);
        services.forEach(
                (name, service) -> {
                    assertThat(secrets.keySet()).containsAll(list(service.get("secrets")));
                    Matcher path =
                            Pattern.compile("/run/secrets/([a-z0-9-]+)")
                                    .matcher(service.toString());
                    while (path.find()) {
                        assertThat(list(service.get("secrets"))).as(name).contains(path.group(1));
                    }
                });
    }

    @Test
    void whatClientsAreToldAreOptions() {
        Set<String> options =
                OptionSet.of(Jobs.optionClasses().values().toArray(Class<?>[]::new))
                        .environmentVariables();
        services.values()
                .forEach(
                        service ->
                                assertThat(options)
                                        .containsAll(
                                                map(service.get("environment")).keySet().stream()
                                                        .filter(key -> key.startsWith("CHAMPION_"))
                                                        .toList()));
    }

    /** Names as Kubernetes' manifests have them. */
    @Test
    void everyImageOfTheManifestsCanBeMade() throws IOException {
        Set<String> made = new TreeSet<>(Jobs.options().keySet());
        made.add("session");
        Set<String> wanted = new TreeSet<>();
        try (Stream<Path> rendered = Files.list(ROOT.resolve("deploy/k8s/rendered"))) {
            for (Path manifests : rendered.toList()) {
                Pattern.compile("image: champion/([\\w-]+):")
                        .matcher(Files.readString(manifests))
                        .results()
                        .forEach(result -> wanted.add(result.group(1)));
            }
        }
        assertThat(wanted).isNotEmpty().isSubsetOf(made);
        String script = Files.readString(ROOT.resolve("deploy/images/build"));
        String ignored = Files.readString(ROOT.resolve(".dockerignore"));
        for (String job : Jobs.options().keySet()) {
            assertThat(script).containsPattern("\njobs=\\(.*\\b" + job + "\\b.*\\)");
            assertThat(ignored).contains("!jobs/" + job + "/target/*-job.jar\n");
        }
    }
}
