package io.champion.cli;

import io.champion.cli.FlinkCluster.Checkpoint;
import io.champion.cli.FlinkCluster.Job;
import io.champion.cli.FlinkCluster.Program;
import io.champion.runtime.CommonOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the jobs of a Flink cluster. */
@Command(
        name = "job",
        description = {
            "Submit, list, stop, save, restore and rescale the jobs of a Flink cluster.",
            "JOB is a job's id, or its name where one job that runs has it."
        },
        footer = {
            "  champion job list --cluster http://jobmanager:8081",
            "  champion job submit tick-stream-job.jar -p 4 -- --config ticks.yaml",
            "  champion job stop tick-stream --to s3://market/savepoints",
            "  champion job restore tick-stream-job.jar --from s3://market/savepoints/savepoint-1a2b"
                    + " -p 8 -- --config ticks.yaml",
            "  champion job rescale tick-stream -p 8"
        })
final class JobCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    JobCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** Where the jobs are. */
    static final class Target {

        @Option(
                names = "--cluster",
                paramLabel = "URL",
                description =
                        "The cluster's REST endpoint; default CHAMPION_FLINK_URL, else"
                                + " http://localhost:8081.")
        private String url;

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "120",
                description =
                        "How long to wait until all tasks run; default ${DEFAULT-VALUE} s. A"
                                + " savepoint is waited for until the cluster gives it up.")
        private int seconds;

        private Duration patience() {
            return Duration.ofSeconds(seconds);
        }
    }

    /** The program that a job is made of. */
    static final class Submission {

        @Option(
                names = {"-p", "--parallelism"},
                paramLabel = "N",
                required = true,
                description = "Parallelism, where the job sets no other.")
        private int parallelism;

        @Option(
                names = "--class",
                paramLabel = "NAME",
                description = "The main class, where the jar's manifest names none.")
        private String mainClass;

        @Option(
                names = "--allow-non-restored-state",
                description =
                        "Drop state of operators that the jar no longer has, instead of refusing.")
        private boolean dropState;

        private Program program(Path jar, List<String> arguments, String savepoint) {
            return new Program(
                    jar,
                    mainClass,
                    arguments == null ? List.of() : arguments,
                    parallelism,
                    savepoint,
                    dropState);
        }
    }

    /** What is done with a cluster. */
    private interface Action {
        void on(FlinkCluster cluster) throws InterruptedException;
    }

    private int with(Target target, Action action) throws Exception {
        List<String> overrides =
                target.url == null
                        ? List.of()
                        : List.of(CommonOptions.FLINK_URL.key() + "=" + target.url);
        String url = context.config(overrides).get(CommonOptions.FLINK_URL);
        try (FlinkCluster cluster = FlinkCluster.at(url)) {
            action.on(cluster);
        }
        return ExitCode.OK;
    }

    @Command(
            description = "List the jobs that the cluster remembers, the latest first.",
            footer = "  champion job list")
    int list(@Mixin Target target) throws Exception {
        return with(
                target,
                cluster -> {
                    TablePrinter table =
                            new TablePrinter(
                                    context.console(),
                                    new String[] {
                                        "job",
                                        "id",
                                        "state",
                                        "up",
                                        "parallelism",
                                        "checkpoint",
                                        "ago",
                                        "took",
                                        "size"
                                    },
                                    new String[] {
                                        "String", "String", "String", "String", "Int32", "Int64",
                                        "String", "String", "String"
                                    });
                    for (Job job : cluster.jobs()) {
                        Checkpoint last = job.checkpoint();
                        table.add(
                                job.name(),
                                job.id().toHexString(),
                                job.status().name().toLowerCase(Locale.ROOT),
                                words(job.uptime()),
                                Text.number(job.parallelism()),
                                last == null ? "none" : Long.toString(last.id()),
                                last == null
                                        ? ""
                                        : words(Duration.between(last.at(), Instant.now())),
                                last == null ? "" : Text.seconds(last.took().toNanos()),
                                last == null ? "" : Text.bytes(last.bytes()));
                    }
                    table.end();
                });
    }

    private static String words(Duration duration) {
        Duration positive = duration.isNegative() ? Duration.ZERO : duration;
        return positive.truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .substring(2)
                .toLowerCase(Locale.ROOT);
    }

    @Command(
            description = "Submit a job to begin with no state, and wait until its tasks run.",
            footer = "  champion job submit tick-stream-job.jar -p 4 -- --config ticks.yaml")
    int submit(
            @Mixin Target target,
            @Mixin Submission submission,
            @Parameters(index = "0", paramLabel = "JAR", description = "The job's jar.") Path jar,
            @Parameters(
                            index = "1..*",
                            arity = "0..*",
                            paramLabel = "ARGUMENT",
                            description = "For the job's main, after --.")
                    List<String> arguments)
            throws Exception {
        return with(
                target,
                cluster ->
                        report(
                                cluster.submit(
                                        submission.program(jar, arguments, null),
                                        target.patience())));
    }

    @Command(
            description =
                    "Submit a job that goes on from a savepoint, and wait until its tasks run.",
            footer =
                    "  champion job restore tick-stream-job.jar --from file:///data/savepoint-1a2b"
                            + " -p 8 -- --config ticks.yaml")
    int restore(
            @Mixin Target target,
            @Mixin Submission submission,
            @Option(
                            names = "--from",
                            paramLabel = "SAVEPOINT",
                            required = true,
                            description =
                                    "The savepoint, or the folder of a checkpoint that was kept.")
                    String savepoint,
            @Parameters(index = "0", paramLabel = "JAR", description = "The job's jar.") Path jar,
            @Parameters(
                            index = "1..*",
                            arity = "0..*",
                            paramLabel = "ARGUMENT",
                            description = "For the job's main, after --.")
                    List<String> arguments)
            throws Exception {
        return with(
                target,
                cluster ->
                        report(
                                cluster.submit(
                                        submission.program(jar, arguments, savepoint),
                                        target.patience())));
    }

    private void report(Job job) {
        context.console()
                .println(
                        "%s runs with parallelism %d as job %s."
                                .formatted(job.name(), job.parallelism(), job.id()));
    }

    @Command(
            description = "Take a savepoint; the job goes on.",
            footer = "  champion job savepoint tick-stream --to s3://market/savepoints")
    int savepoint(
            @Mixin Target target,
            @Option(
                            names = "--to",
                            paramLabel = "FOLDER",
                            description =
                                    "Where to; default the folder that the cluster is set to.")
                    String folder,
            @Parameters(paramLabel = "JOB", description = "Id or name.") String job)
            throws Exception {
        return with(
                target,
                cluster -> context.console().println(cluster.savepoint(cluster.find(job), folder)));
    }

    @Command(
            description = "End a job with a savepoint, and print where that is.",
            footer = "  champion job stop tick-stream --to s3://market/savepoints")
    int stop(
            @Mixin Target target,
            @Option(
                            names = "--to",
                            paramLabel = "FOLDER",
                            description =
                                    "Where to; default the folder that the cluster is set to.")
                    String folder,
            @Option(
                            names = "--drain",
                            description =
                                    "Emit all open windows first, for a job that is not to go on.")
                    boolean drain,
            @Parameters(paramLabel = "JOB", description = "Id or name.") String job)
            throws Exception {
        return with(
                target,
                cluster ->
                        context.console().println(cluster.stop(cluster.find(job), drain, folder)));
    }

    @Command(
            description = "End a job without a savepoint.",
            footer = "  champion job cancel tick-stream")
    int cancel(
            @Mixin Target target,
            @Parameters(paramLabel = "JOB", description = "Id or name.") String job)
            throws Exception {
        return with(
                target,
                cluster -> {
                    Job found = cluster.find(job);
                    cluster.cancel(found);
                    context.console().println(found.name() + " is cancelled.");
                });
    }

    @Command(
            description = {
                "Change the parallelism of a job that runs.",
                "In place where the cluster's scheduler is adaptive. Elsewhere the job is stopped with"
                        + " a savepoint and restored from it, which takes its jar and arguments."
            },
            footer = {
                "  champion job rescale tick-stream -p 8",
                "  champion job rescale tick-stream -p 8 --jar tick-stream-job.jar -- --config"
                        + " ticks.yaml"
            })
    int rescale(
            @Mixin Target target,
            @Mixin Submission submission,
            @Option(
                            names = "--to",
                            paramLabel = "FOLDER",
                            description =
                                    "Where the savepoint goes; default the folder that the cluster"
                                            + " is set to.")
                    String folder,
            @Option(names = "--jar", paramLabel = "JAR", description = "The job's jar.") Path jar,
            @Parameters(index = "0", paramLabel = "JOB", description = "Id or name.") String job,
            @Parameters(
                            index = "1..*",
                            arity = "0..*",
                            paramLabel = "ARGUMENT",
                            description = "For the job's main, after --.")
                    List<String> arguments)
            throws Exception {
        return with(
                target,
                cluster -> {
                    Job found = cluster.find(job);
                    if (cluster.rescalesInPlace()) {
                        report(cluster.rescale(found, submission.parallelism, target.patience()));
                        return;
                    }
                    if (jar == null) {
                        throw new UserException(
                                ExitCode.USAGE,
                                "The cluster's scheduler cannot rescale a job that runs"
                                        + " ('jobmanager.scheduler: adaptive' could), so the job has to"
                                        + " be stopped and restored: give its jar with --jar, and its"
                                        + " arguments after --.");
                    }
                    report(
                            cluster.restart(
                                    found,
                                    submission.program(jar, arguments, null),
                                    folder,
                                    target.patience(),
                                    savepoint ->
                                            context.console()
                                                    .println(
                                                            "Stopped with savepoint "
                                                                    + savepoint)));
                });
    }
}
