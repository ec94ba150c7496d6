package io.champion.cli;

import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.warehouse.migration.AppliedStep;
import io.champion.warehouse.migration.Difference;
import io.champion.warehouse.migration.MigrationState;
import io.champion.warehouse.migration.MigrationStatus;
import io.champion.warehouse.migration.Migrations;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Brings a warehouse to the tables of this release, and compares the two. */
@Command(
        name = "ddl",
        description = "Make, migrate and check the warehouse's tables and views.",
        footer = {
            "  champion ddl apply --warehouse http://clickhouse:8123",
            "      Safe to repeat, and when two run at once; goes on where an earlier one stopped.",
            "  champion ddl apply --retention raw=5y,normalized=3y",
            "  champion ddl status",
            "  champion ddl verify"
        })
final class DdlCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    DdlCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** Where the tables are. */
    static final class Target {

        @Mixin private WarehouseMixin warehouse;

        @Option(
                names = "--cluster",
                paramLabel = "NAME",
                description = "Make replicated tables on this ClickHouse cluster.")
        private String cluster;

        @Option(
                names = "--retention",
                paramLabel = "SPEC",
                description =
                        "How long rows are kept: forever (the default), standard, or per layer such"
                                + " as raw=5y,normalized=18m,quarantine=90d.")
        private String retention;

        private List<String> overrides() {
            List<String> overrides = new ArrayList<>(warehouse.overrides());
            if (cluster != null) {
                overrides.add(CommonOptions.WAREHOUSE_CLUSTER.key() + "=" + cluster);
            }
            if (retention != null) {
                overrides.add(CommonOptions.WAREHOUSE_RETENTION.key() + "=" + retention);
            }
            return overrides;
        }
    }

    /** What is done once the warehouse is open. */
    private interface Action {
        int on(Migrations migrations) throws InterruptedException;
    }

    private int with(Target target, Action action) throws InterruptedException {
        JobConfig config = context.config(target.overrides());
        try (Warehouse open = Warehouse.open(config)) {
            return action.on(CommonOptions.migrations(config, open.clickHouse().config()));
        }
    }

    @Command(
            description = "Apply what is not applied yet.",
            footer = "  champion ddl apply --warehouse http://clickhouse:8123")
    int apply(@Mixin Target target) throws InterruptedException {
        return with(
                target,
                migrations -> {
                    List<AppliedStep> steps = migrations.apply();
                    for (AppliedStep step : steps) {
                        context.console()
                                .println(
                                        "%04d %s: %s"
                                                .formatted(
                                                        step.version(),
                                                        step.name(),
                                                        words(step.what())));
                    }
                    context.console()
                            .err()
                            .println(
                                    steps.isEmpty()
                                            ? "The warehouse is up to date."
                                            : Text.count(steps.size(), "migration") + " applied.");
                    return ExitCode.OK;
                });
    }

    @Command(
            description =
                    "List the migrations and how far each is; exit code 4 unless all are applied.",
            footer = "  champion ddl status")
    int status(@Mixin Target target) throws InterruptedException {
        return with(
                target,
                migrations -> {
                    MigrationStatus status = migrations.status();
                    TablePrinter table =
                            new TablePrinter(
                                    context.console(),
                                    new String[] {"version", "name", "state", "at"},
                                    new String[] {"Int32", "String", "String", "String"});
                    for (MigrationState state : status.migrations()) {
                        table.add(
                                Integer.toString(state.version()),
                                state.name(),
                                state.progress() == MigrationState.Progress.STARTED
                                        ? "started, "
                                                + state.done()
                                                + " of "
                                                + Text.count(state.statements(), "statement")
                                        : words(state.progress()),
                                state.at() == null ? "" : state.at().toString());
                    }
                    table.end();
                    status.problems().forEach(context.console().err()::println);
                    return status.isUpToDate() ? ExitCode.OK : ExitCode.UNAVAILABLE;
                });
    }

    @Command(
            description =
                    "Compare every table and view with this release; exit code 4 if any differs.",
            footer = "  champion ddl verify")
    int verify(@Mixin Target target) throws InterruptedException {
        return with(
                target,
                migrations -> {
                    List<Difference> differences = migrations.verify();
                    differences.forEach(d -> context.console().println(d.toString()));
                    if (differences.isEmpty()) {
                        context.console()
                                .err()
                                .println("Every table and view is as this release has it.");
                        return ExitCode.OK;
                    }
                    return ExitCode.UNAVAILABLE;
                });
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
