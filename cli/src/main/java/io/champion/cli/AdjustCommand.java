package io.champion.cli;

import io.champion.adjust.AdjustException;
import io.champion.adjust.AdjustPricesJob;
import io.champion.adjust.AdjustPricesOptions;
import io.champion.adjust.AdjustReport;
import io.champion.runtime.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs adjust-prices on a Flink cluster inside this process. */
@Command(
        name = "adjust",
        description = {
            "Adjust daily prices for corporate actions.",
            "Computes normalized/equity_adjusted anew from the prices and actions of the lake, and"
                    + " switches readers to what differs, all at once. Run it again and nothing changes;"
                    + " a new action rewrites the history of its share."
        },
        footer = {
            "  champion ingest actions my-actions.csv",
            "  champion adjust",
            "  champion query \"SELECT trade_date, close, volume FROM equity_adjusted"
                    + " WHERE symbol = 'RELIANCE' ORDER BY trade_date\""
        })
final class AdjustCommand implements Callable<Integer> {

    /** How a report looks. */
    enum Format {
        TEXT,
        JSON
    }

    private final Context context;

    @Option(names = "--dividends", description = "Adjust prices for dividends too.")
    private boolean dividends;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text or json; default ${DEFAULT-VALUE}.")
    private Format format;

    @Mixin private IngestCommand.JobMixin job;
    @Mixin private WarehouseMixin warehouse;

    AdjustCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(warehouse.overrides());
        if (dividends) {
            overrides.add(AdjustPricesOptions.DIVIDENDS.key() + "=true");
        }
        JobConfig config = context.config(AdjustPricesJob.OPTIONS, job.file(), overrides);
        try (LocalRun run = LocalRun.start(context, config)) {
            context.console().progress("Adjusting ...");
            AdjustReport report = run.adjust(job.file(), overrides);
            context.console().endProgress();
            context.console()
                    .out()
                    .print(format == Format.JSON ? report.toJson() + "\n" : report.summary());
            return ExitCode.OK;
        } catch (AdjustException e) {
            throw new UserException(ExitCode.FAILED, e.getMessage(), e);
        }
    }
}
