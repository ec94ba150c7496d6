package io.champion.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.cli.deploy.Kustomize;
import io.champion.cli.deploy.Manifest;
import io.champion.cli.deploy.ManifestCheck;
import io.champion.cli.deploy.ManifestException;
import io.champion.cli.deploy.Tool;
import io.champion.local.ProjectFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Brings a job to Kubernetes. */
@Command(
        name = "deploy",
        description = {
            "Render a job's manifests of an environment, check them, show what would change, and"
                    + " apply them with kubectl.",
            "What all jobs share (namespace, service accounts, network policies, options) is"
                    + " applied with each. docs/kubernetes.md has the rest."
        },
        footer = {
            "  champion deploy tick-stream --env prod --dry-run",
            "      Prints the manifests; asks no cluster.",
            "  champion deploy tick-stream --env prod",
            "  champion deploy tick-stream --env prod"
                    + " --from-savepoint s3://champion-prod/flink/savepoints/savepoint-1a2b"
        })
final class DeployCommand implements Callable<Integer> {

    private static final Set<String> FLINK_JOBS = Set.of("FlinkDeployment", "FlinkSessionJob");

    private final Context context;

    @Parameters(paramLabel = "JOB", description = "The job, as tick-stream.")
    private String job;

    @Option(
            names = "--env",
            required = true,
            paramLabel = "NAME",
            description = "The overlay: dev, prod, session, backfill or one of yours.")
    private String environment;

    @Option(
            names = "--from-savepoint",
            paramLabel = "URI",
            description =
                    "Start the job again from this savepoint, whatever state it has now; of a job"
                            + " that does not end.")
    private String savepoint;

    @Option(
            names = "--dry-run",
            description = "Print the manifests instead of applying them; asks no cluster.")
    private boolean dryRun;

    @Option(
            names = "--kube-context",
            paramLabel = "NAME",
            description = "The cluster, as kubectl knows it; default kubectl's current one.")
    private String cluster;

    @Option(
            names = "--manifests",
            paramLabel = "DIR",
            description = "The folder with overlays/; default the project's deploy/k8s.")
    private Path folder;

    DeployCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        Path overlay = overlay();
        Kustomize kustomize =
                Kustomize.find(context.environment())
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                ExitCode.UNAVAILABLE,
                                                "Neither kubectl nor kustomize is on the PATH."
                                                        + " Install kubectl, which renders and"
                                                        + " applies manifests."));
        List<Manifest> manifests;
        try {
            manifests = Manifest.read(overlay.toString(), kustomize.render(overlay));
            List<String> problems = ManifestCheck.of(Jobs.options()).problems(manifests);
            if (!problems.isEmpty()) {
                throw new ManifestException(problems);
            }
        } catch (ManifestException e) {
            e.problems()
                    .forEach(problem -> context.console().err().println("champion: " + problem));
            throw new UserException(
                    ExitCode.USAGE, "These manifests cannot be applied; nothing was done.", e);
        }
        List<Manifest> chosen = choose(manifests);
        if (savepoint != null) {
            startFrom(chosen);
        }
        if (dryRun) {
            context.console().out().print(Manifest.print(chosen));
            return ExitCode.OK;
        }
        return apply(chosen);
    }

    private Path overlay() throws IOException {
        Path root = folder;
        if (root == null) {
            root =
                    ProjectFiles.find(Path.of("deploy/k8s/overlays"))
                            .map(Path::getParent)
                            .orElseThrow(
                                    () ->
                                            new UserException(
                                                    ExitCode.USAGE,
                                                    "There is no deploy/k8s here; name it with"
                                                            + " --manifests."));
        }
        Path overlays = root.resolve("overlays");
        Path overlay = overlays.resolve(environment);
        // A name, not a path to wherever.
        boolean known =
                environment.matches("[A-Za-z0-9_-]+")
                        && Files.exists(overlay.resolve("kustomization.yaml"));
        if (!known) {
            throw new UserException(
                    ExitCode.USAGE,
                    "There is no environment '"
                            + environment
                            + "' in "
                            + overlays
                            + "; there are "
                            + String.join(", ", names(overlays))
                            + ".");
        }
        return overlay;
    }

    private static Set<String> names(Path overlays) throws IOException {
        if (!Files.isDirectory(overlays)) {
            return Set.of("none");
        }
        try (Stream<Path> folders = Files.list(overlays)) {
            return folders.filter(path -> Files.exists(path.resolve("kustomization.yaml")))
                    .map(path -> path.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The job's own manifests, what it runs on, and what all share. */
    private List<Manifest> choose(List<Manifest> manifests) {
        Set<String> jobs =
                manifests.stream()
                        .filter(
                                manifest ->
                                        FLINK_JOBS.contains(manifest.kind())
                                                        && manifest.content()
                                                                .at("/spec/job")
                                                                .isObject()
                                                || manifest.kind().equals("CronJob"))
                        .map(Manifest::job)
                        .collect(Collectors.toCollection(TreeSet::new));
        if (!jobs.contains(job)) {
            throw new UserException(
                    ExitCode.USAGE,
                    "The environment '"
                            + environment
                            + "' has no job '"
                            + job
                            + "'; it has "
                            + String.join(", ", jobs)
                            + ".");
        }
        return manifests.stream()
                .filter(manifest -> manifest.job().equals(job) || !jobs.contains(manifest.job()))
                .toList();
    }

    private void startFrom(List<Manifest> manifests) {
        if (!savepoint.contains("://")) {
            throw new UserException(
                    ExitCode.USAGE,
                    "A savepoint is a URI that all processes of the job reach, as"
                            + " s3://market/savepoints/savepoint-1a2b; '"
                            + savepoint
                            + "' is none.");
        }
        List<Manifest> jobs =
                manifests.stream()
                        .filter(
                                manifest ->
                                        FLINK_JOBS.contains(manifest.kind())
                                                && manifest.job().equals(job)
                                                && !manifest.content()
                                                        .at("/spec/job/upgradeMode")
                                                        .asText()
                                                        .equals("stateless"))
                        .toList();
        if (jobs.isEmpty()) {
            throw new UserException(
                    ExitCode.USAGE,
                    "In '"
                            + environment
                            + "', "
                            + job
                            + " is a job that ends; it has no savepoints to start from.");
        }
        for (Manifest manifest : jobs) {
            ObjectNode spec = (ObjectNode) manifest.content().at("/spec/job");
            spec.put("initialSavepointPath", savepoint);
            // The operator starts a job again when this is another number than before.
            spec.put("savepointRedeployNonce", Instant.now().getEpochSecond());
        }
    }

    private int apply(List<Manifest> manifests) throws IOException, InterruptedException {
        Tool kubectl =
                Tool.find("kubectl", context.environment())
                        .orElseThrow(
                                () ->
                                        new UserException(
                                                ExitCode.UNAVAILABLE,
                                                "kubectl is not on the PATH, so nothing can be"
                                                        + " applied. --dry-run prints what would"
                                                        + " be."));
        if (cluster != null) {
            kubectl = kubectl.with("--context", cluster);
        }
        String yaml = Manifest.print(manifests);
        show(kubectl, manifests, yaml);
        Tool.Result applied = require(kubectl.with("apply", "-f", "-").run(yaml), 0);
        context.console().out().print(applied.out());
        return ExitCode.OK;
    }

    private void show(Tool kubectl, List<Manifest> manifests, String yaml)
            throws IOException, InterruptedException {
        Console console = context.console();
        String namespace =
                manifests.stream()
                        .filter(manifest -> manifest.kind().equals("Namespace"))
                        .map(Manifest::name)
                        .findFirst()
                        .orElse(null);
        if (namespace != null) {
            Tool.Result there =
                    require(
                            kubectl.with(
                                            "get",
                                            "namespace",
                                            namespace,
                                            "--ignore-not-found",
                                            "-o",
                                            "name")
                                    .run(""),
                            0);
            if (there.out().isBlank()) {
                console.println(
                        "There is no namespace " + namespace + " yet, so all of this is new:");
                manifests.forEach(manifest -> console.println("  " + manifest.title()));
                return;
            }
        }
        // It ends with 1 where there is a difference.
        Tool.Result diff = require(kubectl.with("diff", "-f", "-").run(yaml), 1);
        console.out()
                .print(diff.out().isEmpty() ? "Nothing differs from what is there.\n" : diff.out());
    }

    private static Tool.Result require(Tool.Result result, int highest) {
        if (result.exitCode() > highest) {
            throw new UserException(
                    ExitCode.UNAVAILABLE, "kubectl could not do it: " + result.err().strip());
        }
        return result;
    }
}
