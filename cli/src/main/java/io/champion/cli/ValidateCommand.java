package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.BhavcopyIngestOptions;
import io.champion.bhavcopy.IngestPlan;
import io.champion.bhavcopy.InputSample;
import io.champion.quality.Violation;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.InputException;
import io.champion.runtime.JobConfig;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseException;
import io.champion.warehouse.migration.Difference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says everything that is wrong with a job's configuration, without running the job. */
@Command(
        name = "validate",
        description = {
            "Check a bhavcopy-ingest configuration without running it, and report all problems.",
            "static: keys and values. connect: also that lake and blocks can be written and that"
                    + " the warehouse answers and has its tables. sample: also that every input is of a"
                    + " known format, is not damaged, and that the first "
                    + ValidateCommand.SAMPLED_ROWS
                    + " rows of each file decode."
        },
        footer = {
            "  champion validate job.yaml",
            "  champion validate job.yaml --level connect",
            "  champion validate job.yaml --level sample"
        })
final class ValidateCommand implements Callable<Integer> {

    /** How much is checked; each level includes those before it. */
    enum Level {
        STATIC,
        CONNECT,
        SAMPLE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final int SAMPLED_ROWS = 100;

    private static final int SHOWN_VALUE = 60;

    private final Context context;
    private final List<String> problems = new ArrayList<>();
    private int exitCode = ExitCode.OK;

    @Parameters(paramLabel = "CONFIG", description = "The configuration file.")
    private java.nio.file.Path file;

    @Option(
            names = "--level",
            defaultValue = "static",
            description = "static, connect or sample; default ${DEFAULT-VALUE}.")
    private Level level;

    @Mixin private WarehouseMixin warehouse;

    ValidateCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        JobConfig config =
                context.config(
                        BhavcopyIngestJob.OPTIONS,
                        file,
                        warehouse.overrides(),
                        BhavcopyIngestOptions.INPUT);
        checkValues(config);
        if (level != Level.STATIC) {
            Home home = Home.of(config);
            checkWritable("lake", home.lake());
            checkWritable("blocks", home.blocks());
            checkWarehouse(config);
        }
        if (level == Level.SAMPLE && exitCode != ExitCode.USAGE) {
            checkInput(config);
        }
        problems.forEach(problem -> context.console().err().println("champion: " + problem));
        if (problems.isEmpty()) {
            context.console().println(file + " is valid (" + level + ").");
        }
        return exitCode;
    }

    /**
     * The first kind of problem decides the exit code: what is found first has to be mended first.
     */
    private void problem(int code, String sentence) {
        problems.add(sentence);
        if (exitCode == ExitCode.OK) {
            exitCode = code;
        }
    }

    private void checkValues(JobConfig config) {
        check(() -> CommonOptions.parquet(config));
        check(() -> CommonOptions.migrations(config, ClickHouseConfig.of("http://localhost:8123")));
        if (config.getOptional(CommonOptions.WAREHOUSE_URL).isPresent()) {
            check(() -> CommonOptions.warehouse(config));
        }
        check(() -> config.getDate(BhavcopyIngestOptions.FROM));
        check(() -> config.getDate(BhavcopyIngestOptions.TO));
    }

    private void check(Callable<?> reading) {
        try {
            reading.call();
        } catch (ConfigException e) {
            e.problems().forEach(problem -> problem(ExitCode.USAGE, problem));
        } catch (Exception e) {
            problem(ExitCode.USAGE, Failures.explain(e));
        }
    }

    /** Only writing shows whether a place can be written. */
    private void checkWritable(String what, String location) {
        Path probe = new Path(location, ".probe-" + UUID.randomUUID());
        try {
            FileSystem fileSystem = probe.getFileSystem();
            fileSystem.mkdirs(probe.getParent());
            fileSystem.create(probe, FileSystem.WriteMode.NO_OVERWRITE).close();
            fileSystem.delete(probe, false);
        } catch (IOException e) {
            problem(
                    ExitCode.UNAVAILABLE,
                    "The "
                            + what
                            + " at "
                            + location
                            + " cannot be written: "
                            + e.getMessage()
                            + ".");
        }
    }

    private void checkWarehouse(JobConfig config) {
        try (Warehouse open = Warehouse.open(config)) {
            List<Difference> differences =
                    CommonOptions.migrations(config, open.clickHouse().config()).verify();
            if (open.isEmbedded()) {
                // A run makes what is missing there by itself.
                return;
            }
            differences.forEach(difference -> problem(ExitCode.UNAVAILABLE, difference.toString()));
            if (!differences.isEmpty()) {
                problem(
                        ExitCode.UNAVAILABLE,
                        "Run 'champion ddl apply --warehouse " + open.url() + "' to mend that.");
            }
        } catch (WarehouseException | UserException e) {
            problem(ExitCode.UNAVAILABLE, Failures.plain(e.getMessage()));
        }
    }

    private void checkInput(JobConfig config) {
        try {
            InputSample sample =
                    InputSample.take(
                            config.get(BhavcopyIngestOptions.INPUT),
                            config.getDate(BhavcopyIngestOptions.FROM),
                            config.getDate(BhavcopyIngestOptions.TO),
                            SAMPLED_ROWS);
            IngestPlan plan = sample.plan();
            context.console()
                    .println(
                            "The input has "
                                    + Text.count(plan.files(), "file")
                                    + " of "
                                    + Text.count(plan.sessions().size(), "session")
                                    + "; "
                                    + Text.count(sample.rows(), "row")
                                    + " of them decoded.");
            plan.skipped()
                    .forEach(file -> context.console().println("Left alone: " + file.reason()));
            sample.failures().forEach(failure -> problem(ExitCode.INPUT, failure));
            sample.refusals().forEach(refusal -> problem(ExitCode.INPUT, describe(refusal)));
        } catch (InputException e) {
            problem(ExitCode.INPUT, e.getMessage());
        } catch (IOException e) {
            problem(ExitCode.INPUT, "The input cannot be read: " + e.getMessage() + ".");
        }
    }

    private static String describe(InputSample.Refusal refusal) {
        Violation violation = refusal.violation();
        String value = violation.value();
        String shown =
                value != null && value.length() > SHOWN_VALUE
                        ? value.substring(0, SHOWN_VALUE) + "..."
                        : value;
        String sentence =
                refusal.file()
                        + ", line "
                        + refusal.line()
                        + (violation.field() == null
                                ? ""
                                : ", " + violation.field() + " '" + shown + "'")
                        + " ("
                        + violation.reason()
                        + "): "
                        + violation.message()
                        + (refusal.rows() == 1
                                ? ""
                                : " The same in "
                                        + Text.count(refusal.rows() - 1L, "more sampled row")
                                        + ".");
        // A file must not be able to steer the terminal.
        return sentence.replaceAll("\\p{Cntrl}", "?");
    }
}
