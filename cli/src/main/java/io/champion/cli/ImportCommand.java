package io.champion.cli;

import io.champion.jdbc.ImportReport;
import io.champion.jdbc.JdbcImportJob;
import io.champion.jdbc.JdbcImportOptions;
import io.champion.jdbc.PostgresException;
import io.champion.jdbc.PostgresOptions;
import io.champion.runtime.JobConfig;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the import of reference data on a Flink cluster inside this process. */
@Command(
        name = "import",
        description = "Import reference data from PostgreSQL; docs/postgres.md has the whole.",
        footer = {
            "  champion import postgres normalized.symbol_master --url"
                    + " postgresql://localhost/market"
        })
final class ImportCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    ImportCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    @Command(
            description = {
                "Import the symbol master or corporate actions from a table or view.",
                "Its columns are named as the contract's fields ('champion describe"
                        + " normalized.symbol_master'). The rows of the import's source are"
                        + " replaced; those of others stay."
            },
            footer = {
                "  champion import postgres normalized.symbol_master",
                "  champion import postgres normalized.corporate_actions --table my_actions"
            })
    int postgres(
            @Parameters(
                            paramLabel = "DATASET",
                            description =
                                    "normalized.symbol_master or normalized.corporate_actions.")
                    String dataset,
            @Option(
                            names = "--table",
                            paramLabel = "NAME",
                            description = "[schema.]table; default the dataset's name.")
                    String table,
            @Mixin PostgresMixin postgres,
            @Mixin IngestCommand.JobMixin job,
            @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(postgres.overrides());
        overrides.addAll(warehouse.overrides());
        overrides.add(JdbcImportOptions.DATASET.key() + "=" + Datasets.find(dataset).id());
        if (table != null) {
            overrides.add(JdbcImportOptions.TABLE.key() + "=" + table);
        }
        JobConfig config =
                context.config(JdbcImportJob.OPTIONS, job.file(), overrides, PostgresOptions.URL);
        try (LocalRun run = LocalRun.start(context, config)) {
            context.console().progress("Importing ...");
            ImportReport report = run.importReference(job.file(), overrides);
            context.console().endProgress();
            context.console().out().print(report.summary());
            return report.rejected() == 0 ? ExitCode.OK : ExitCode.INPUT;
        } catch (PostgresException e) {
            throw new UserException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
    }
}
