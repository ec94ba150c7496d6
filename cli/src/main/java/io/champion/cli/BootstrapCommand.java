package io.champion.cli;

import io.champion.features.FeatureBootstrap;
import io.champion.features.FeatureComputeJob;
import io.champion.features.FeatureComputeOptions;
import io.champion.features.FeatureInputException;
import io.champion.local.LocalFlink;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Savepoints made of the lake, with which jobs begin. */
@Command(
        name = "bootstrap",
        description = "Make savepoints of the lake, so that jobs begin with their state full.",
        footer = {
            "  champion bootstrap features --until 2025-06-18 --to /data/savepoints/features",
            "  champion job restore feature-compute-job.jar --from /data/savepoints/features -p 4 --"
                    + " --config features.yaml",
        })
final class BootstrapCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    BootstrapCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    @Command(
            description = {
                "Make a savepoint of feature-compute, as if it had read the lake's bars from Kafka.",
                "Every window is full when the job begins with it. Give it the interval, the feature"
                        + " set and the horizon of the job; with features.start=date and"
                        + " features.start-date the job begins to read where the lake ends."
            },
            footer = {
                "  champion bootstrap features --until 2025-06-18 --to /data/savepoints/features",
                "  champion bootstrap features --until 2025-06-18 --to s3://market/savepoints/f"
                        + " -Dfeatures.interval=1d"
            })
    int features(
            @Option(
                            names = "--until",
                            required = true,
                            paramLabel = "DATE",
                            description = "Last session of the lake to take.")
                    LocalDate until,
            @Option(
                            names = "--to",
                            required = true,
                            paramLabel = "PATH",
                            description = "The savepoint: a path or URI that does not exist.")
                    String target,
            @Option(
                            names = "--raw",
                            description = "From prices as they were, not adjusted for actions.")
                    boolean raw,
            @Mixin IngestCommand.JobMixin job)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        if (raw) {
            overrides.add(FeatureComputeOptions.PRICES.key() + "=raw");
        }
        JobConfig config = context.config(FeatureComputeJob.OPTIONS, job.file(), overrides);
        context.console().progress("Making the savepoint ...");
        try (LocalFlink flink = LocalFlink.start(Context.localHome(config), new Configuration())) {
            StreamExecutionEnvironment env = flink.environment();
            JobEnvironment.configure(env, config, Boundedness.BOUNDED);
            FeatureBootstrap.Result made = FeatureBootstrap.run(env, config, until, target);
            context.console().endProgress();
            context.console()
                    .println(
                            Text.count(made.bars(), "bar")
                                    + " up to "
                                    + made.until()
                                    + " are in the savepoint "
                                    + made.savepoint()
                                    + ".");
            return ExitCode.OK;
        } catch (FeatureInputException e) {
            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
        }
    }
}
