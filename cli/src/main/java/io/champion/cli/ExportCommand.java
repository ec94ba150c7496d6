package io.champion.cli;

import io.champion.jdbc.ExportRecovery;
import io.champion.jdbc.ExportReport;
import io.champion.jdbc.JdbcExportJob;
import io.champion.jdbc.JdbcExportOptions;
import io.champion.jdbc.PostgresException;
import io.champion.jdbc.PostgresOptions;
import io.champion.runtime.JobConfig;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs jdbc-export on a Flink cluster inside this process. */
@Command(
        name = "export",
        description =
                "Export datasets and query results to PostgreSQL; docs/postgres.md has the whole.",
        footer = {
            "  champion export postgres normalized.equity_ohlc --create-table"
                    + " --url postgresql://localhost/market",
            "  champion export recover --url postgresql://localhost/market"
        })
final class ExportCommand implements Runnable {

    /** What to do with a prepared transaction. */
    enum Decision {
        LIST,
        ROLLBACK,
        COMMIT
    }

    private final Context context;

    @Spec private CommandSpec spec;

    ExportCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    private static void add(List<String> overrides, ConfigOption<?> option, Object value) {
        if (value != null) {
            overrides.add(option.key() + "=" + value);
        }
    }

    private static String list(List<String> values) {
        return values == null ? null : String.join(";", values);
    }

    @Command(
            description = {
                "Export a dataset, or the answer of a query, into a table of PostgreSQL.",
                "Each row is inserted exactly once, or, with --mode upsert, updates the row of its"
                        + " key. Inserts need max_prepared_transactions of the server."
            },
            footer = {
                "  champion export postgres normalized.equity_ohlc --from 2025-06-01"
                        + " --create-table",
                "  champion export postgres normalized.equity_adjusted --mode upsert",
                "  champion export postgres --query \"SELECT symbol, max(high) AS high FROM"
                        + " normalized_equity_ohlc GROUP BY symbol\" --table highs --key symbol",
                "  champion export postgres raw.equity_trade --lookup symbol_master"
            })
    int postgres(
            @Parameters(
                            paramLabel = "DATASET",
                            arity = "0..1",
                            description = "As normalized.equity_ohlc; or --query.")
                    String dataset,
            @Option(
                            names = "--query",
                            paramLabel = "SQL",
                            description = "A query of the warehouse instead of a dataset.")
                    String query,
            @Option(names = "--source", description = "Where a dataset is read: lake or warehouse.")
                    JdbcExportOptions.Source source,
            @Option(
                            names = "--table",
                            paramLabel = "NAME",
                            description = "[schema.]table; default the dataset's table.")
                    String table,
            @Option(names = "--create-table", description = "Make the table if there is none.")
                    boolean create,
            @Option(names = "--mode", description = "insert or upsert; default insert.")
                    JdbcExportOptions.Mode mode,
            @Option(
                            names = "--key",
                            split = ",",
                            paramLabel = "COLUMN",
                            description = "What tells rows apart; default event_id of a dataset.")
                    List<String> key,
            @Option(names = "--from", paramLabel = "DATE", description = "First day.")
                    LocalDate from,
            @Option(names = "--to", paramLabel = "DATE", description = "Last day.") LocalDate to,
            @Option(
                            names = "--lookup",
                            paramLabel = "TABLE",
                            description =
                                    "A table of the same database of which columns are added.")
                    String lookup,
            @Option(
                            names = "--lookup-columns",
                            split = ",",
                            paramLabel = "COLUMN",
                            description = "Which; default isin,sector.")
                    List<String> lookupColumns,
            @Mixin PostgresMixin postgres,
            @Mixin IngestCommand.JobMixin job,
            @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(postgres.overrides());
        overrides.addAll(warehouse.overrides());
        add(
                overrides,
                JdbcExportOptions.DATASET,
                dataset == null ? null : Datasets.find(dataset).id());
        add(overrides, JdbcExportOptions.QUERY, query);
        add(overrides, JdbcExportOptions.SOURCE, source);
        add(overrides, JdbcExportOptions.TABLE, table);
        add(overrides, JdbcExportOptions.CREATE_TABLE, create ? true : null);
        add(overrides, JdbcExportOptions.MODE, mode);
        add(overrides, JdbcExportOptions.KEY, list(key));
        add(overrides, JdbcExportOptions.FROM, from);
        add(overrides, JdbcExportOptions.TO, to);
        add(overrides, JdbcExportOptions.LOOKUP_TABLE, lookup);
        add(overrides, JdbcExportOptions.LOOKUP_COLUMNS, list(lookupColumns));
        JobConfig config =
                context.config(JdbcExportJob.OPTIONS, job.file(), overrides, PostgresOptions.URL);
        boolean asksWarehouse =
                config.get(JdbcExportOptions.QUERY) != null
                        || config.get(JdbcExportOptions.SOURCE)
                                == JdbcExportOptions.Source.WAREHOUSE;
        try (LocalRun run =
                asksWarehouse
                        ? LocalRun.start(context, config)
                        : LocalRun.startWithoutWarehouse(context, config)) {
            context.console().progress("Exporting ...");
            ExportReport report = run.export(job.file(), overrides);
            context.console().endProgress();
            context.console().out().print(report.summary());
            return report.rejected().isEmpty() ? ExitCode.OK : ExitCode.INPUT;
        } catch (PostgresException e) {
            throw new UserException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
    }

    @Command(
            description = {
                "Show the prepared transactions that exports left which died, and decide them.",
                "A run that is restored from its checkpoint decides its own, as does one that is"
                        + " connected, which is left alone. Roll back before a run is repeated from"
                        + " its beginning."
            },
            footer = {
                "  champion export recover --url postgresql://localhost/market",
                "  champion export recover --url postgresql://localhost/market --decide rollback"
            })
    int recover(
            @Option(
                            names = "--decide",
                            defaultValue = "list",
                            description = "list, rollback or commit; default ${DEFAULT-VALUE}.")
                    Decision decision,
            @Option(
                            names = "--table",
                            paramLabel = "NAME",
                            description = "Only those that wrote to this [schema.]table.")
                    String table,
            @Option(
                            names = "--older-than",
                            paramLabel = "MINUTES",
                            defaultValue = "10",
                            description =
                                    "Only those prepared so long ago: a run that is being restarted"
                                            + " is not connected. Default ${DEFAULT-VALUE}.")
                    int minutes,
            @Mixin PostgresMixin postgres,
            @Mixin IngestCommand.JobMixin job) {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(postgres.overrides());
        JobConfig config =
                context.config(JdbcExportJob.OPTIONS, job.file(), overrides, PostgresOptions.URL);
        try (ExportRecovery recovery = ExportRecovery.open(config)) {
            List<ExportRecovery.Waiting> all = recovery.find(table, Duration.ofMinutes(minutes));
            for (ExportRecovery.Waiting one : all) {
                boolean dead = one.sessions().isEmpty();
                String done =
                        !dead
                                ? "left to its run, which is connected (processes "
                                        + one.sessions()
                                        + " of the server)"
                                : switch (decision) {
                                    case LIST -> "waits";
                                    case ROLLBACK -> "rolled back";
                                    case COMMIT -> "committed";
                                };
                if (dead && decision != Decision.LIST) {
                    recovery.decide(one, decision == Decision.COMMIT);
                }
                context.console()
                        .println(
                                "%s: of job %s, prepared %d minutes ago, wrote to %s"
                                        .formatted(
                                                done,
                                                one.job(),
                                                one.age().toMinutes(),
                                                one.tables().isEmpty()
                                                        ? "no table"
                                                        : String.join(", ", one.tables())));
            }
            context.console()
                    .println(
                            Text.count(all.size(), "prepared transaction")
                                    + (decision == Decision.LIST && !all.isEmpty()
                                            ? "; decide them with --decide rollback or commit."
                                            : "."));
            return ExitCode.OK;
        } catch (PostgresException e) {
            throw new UserException(ExitCode.UNAVAILABLE, e.getMessage(), e);
        }
    }
}
