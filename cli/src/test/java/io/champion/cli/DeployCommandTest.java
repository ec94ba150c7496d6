package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.champion.cli.deploy.Kustomize;
import io.champion.cli.deploy.Manifest;
import io.champion.cli.deploy.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the command renders is the real kustomize's; the cluster that it is applied to is not there,
 * so what kubectl is asked is written down instead.
 */
final class DeployCommandTest {

    private static final Path MANIFESTS = Path.of("..", "deploy", "k8s").toAbsolutePath();

    @TempDir Path bin;

    @BeforeEach
    void needKustomize() {
        if (System.getenv("CI") == null) {
            assumeTrue(
                    Kustomize.find(System.getenv()).isPresent(),
                    "Neither kubectl nor kustomize is on the PATH.");
        }
    }

    private static Run deploy(Map<String, String> environment, String... arguments) {
        return Run.of(
                environment,
                Stream.concat(
                                Stream.of("deploy", "--manifests", MANIFESTS.toString()),
                                Stream.of(arguments))
                        .toArray(String[]::new));
    }

    private static Run dryRun(String... arguments) {
        return deploy(
                System.getenv(),
                Stream.concat(Stream.of("--dry-run"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** A kubectl that renders as the real one, and writes down what else it is asked. */
    private Map<String, String> recording(String diff) throws IOException {
        boolean kubectl = Tool.find("kubectl", System.getenv()).isPresent();
        Path real =
                Tool.find(kubectl ? "kubectl" : "kustomize", System.getenv())
                        .orElseThrow()
                        .program();
        Files.writeString(
                bin.resolve("kubectl"),
                """
                #!/bin/sh
                if [ "$1" = kustomize ]; then
                  exec %1$s "$2"
                fi
                echo "$@" >> %2$s/asked
                case "$*" in
                  *namespace*) cat %2$s/namespaces 2>/dev/null; exit 0 ;;
                  *diff*) cat > %2$s/diffed; printf '%%s' '%3$s'; [ -z '%3$s' ]; exit $? ;;
                  *apply*) cat > %2$s/applied; echo applied ;;
                esac
                """
                        .formatted(real + (kubectl ? " kustomize" : " build"), bin, diff));
        Files.setPosixFilePermissions(
                bin.resolve("kubectl"), PosixFilePermissions.fromString("rwxr-xr-x"));
        return Map.of("PATH", bin.toString());
    }

    @Test
    void dryRunPrintsTheJobAndWhatItNeeds() {
        Run run = dryRun("tick-stream", "--env", "prod");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        List<String> titles =
                Manifest.read("out", run.out()).stream().map(Manifest::title).toList();
        assertThat(titles)
                .contains(
                        "Namespace/champion-prod",
                        "ServiceAccount/flink-jobmanager",
                        "NetworkPolicy/deny-all",
                        "FlinkDeployment/tick-stream",
                        "PodDisruptionBudget/tick-stream-taskmanager")
                .doesNotContain("FlinkDeployment/feature-compute", "CronJob/bhavcopy-ingest")
                .anyMatch(title -> title.startsWith("ConfigMap/champion-environment-"));
        assertThat(run.out()).contains("\"9249\"").contains("image: champion/tick-stream:0.1.0");
    }

    @Test
    void aSessionJobComesWithItsSession() {
        Run run = dryRun("tick-stream", "--env", "session");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(Manifest.read("out", run.out()).stream().map(Manifest::title))
                .contains("FlinkDeployment/session", "FlinkSessionJob/tick-stream")
                .doesNotContain("FlinkSessionJob/feature-compute");
    }

    @Test
    void aSavepointIsWhereTheJobStartsAgain() {
        String savepoint = "s3://champion-prod/flink/savepoints/savepoint-1a2b";
        Run run = dryRun("tick-stream", "--env", "prod", "--from-savepoint", savepoint);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        Manifest job =
                Manifest.read("out", run.out()).stream()
                        .filter(manifest -> manifest.kind().equals("FlinkDeployment"))
                        .findFirst()
                        .orElseThrow();
        assertThat(job.content().at("/spec/job/initialSavepointPath").asText())
                .isEqualTo(savepoint);
        assertThat(job.content().at("/spec/job/savepointRedeployNonce").asLong()).isPositive();
    }

    @Test
    void onlyJobsThatHaveSavepointsStartFromOne() {
        Run bounded = dryRun("bhavcopy-ingest", "--env", "prod", "--from-savepoint", "s3://a/b");
        assertThat(bounded.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(bounded.err()).contains("bhavcopy-ingest is a job that ends");
        Run path = dryRun("tick-stream", "--env", "prod", "--from-savepoint", "/tmp/s");
        assertThat(path.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(path.err()).contains("'/tmp/s' is none.");
    }

    @Test
    void whatIsNotThereIsSaid() {
        Run environment = dryRun("tick-stream", "--env", "moon");
        assertThat(environment.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(environment.err())
                .contains("no environment 'moon'", "backfill, dev, prod, session");
        assertThat(dryRun("tick-stream", "--env", "../base").exitCode()).isEqualTo(ExitCode.USAGE);
        Run job = dryRun("tick-steam", "--env", "prod");
        assertThat(job.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(job.err())
                .contains(
                        "no job 'tick-steam'",
                        "adjust-prices, bhavcopy-ingest, feature-compute, flatfile-ingest,"
                                + " tick-stream");
    }

    @Test
    void withoutKubectlNothingIsDone() {
        Run run = deploy(Map.of("PATH", bin.toString()), "tick-stream", "--env", "prod");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("Neither kubectl nor kustomize is on the PATH.");
    }

    @Test
    void whatIsWrongIsNotApplied(@TempDir Path other) throws IOException {
        Path overlay = Files.createDirectories(other.resolve("overlays/mine"));
        Files.writeString(
                overlay.resolve("kustomization.yaml"), "resources: [job.yaml, account.yaml]\n");
        Files.writeString(
                overlay.resolve("account.yaml"),
                "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\nsecret: x\n");
        Files.writeString(
                overlay.resolve("job.yaml"),
                """
                apiVersion: flink.apache.org/v1beta1
                kind: FlinkDeployment
                metadata: {name: tick-stream, labels: {app.kubernetes.io/name: tick-stream}}
                spec: {flinkVersion: v2_2, job: {paralelism: 4}}
                """);
        Run run =
                Run.of(
                        recording(""),
                        "deploy",
                        "tick-stream",
                        "--env",
                        "mine",
                        "--manifests",
                        other.toString());
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err())
                .contains(
                        "FlinkDeployment/tick-stream: spec.job: property 'paralelism' is not"
                                + " defined",
                        "FlinkDeployment/tick-stream: spec: required property 'image' not found",
                        "ServiceAccount/a: ",
                        "nothing was done.");
        assertThat(bin.resolve("asked")).doesNotExist();
    }

    @Test
    void whatDiffersIsShownAndApplied() throws IOException {
        Map<String, String> environment = recording("-  parallelism: 2\n+  parallelism: 4\n");
        Files.writeString(bin.resolve("namespaces"), "namespace/champion-prod\n");
        Run run = deploy(environment, "tick-stream", "--env", "prod", "--kube-context", "mumbai");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out()).contains("+  parallelism: 4").endsWith("applied\n");
        assertThat(Files.readAllLines(bin.resolve("asked")))
                .containsExactly(
                        "--context mumbai get namespace champion-prod --ignore-not-found -o name",
                        "--context mumbai diff -f -",
                        "--context mumbai apply -f -");
        String applied = Files.readString(bin.resolve("applied"));
        assertThat(applied).isEqualTo(Files.readString(bin.resolve("diffed")));
        assertThat(Manifest.read("applied", applied))
                .isEqualTo(Manifest.read("dry", dryRun("tick-stream", "--env", "prod").out()));
    }

    @Test
    void theFirstInstallationHasNothingToDifferFrom() throws IOException {
        Run run = deploy(recording(""), "bhavcopy-ingest", "--env", "dev");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        assertThat(run.out())
                .contains("There is no namespace champion-dev yet", "  CronJob/bhavcopy-ingest");
        assertThat(Files.readAllLines(bin.resolve("asked"))).hasSize(2);
    }
}
