package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.BhavcopyIngestOptions;
import io.champion.bhavcopy.IngestReport;
import io.champion.rebuild.RebuildException;
import io.champion.rebuild.RebuildReport;
import io.champion.rebuild.RebuildWarehouseJob;
import io.champion.rebuild.RebuildWarehouseOptions;
import io.champion.runtime.JobConfig;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes what was lost again of what is left. */
@Command(
        name = "rebuild",
        description =
                "Make the warehouse again of the lake, or the lake's normalized layer of its raw"
                        + " one, after it was lost. docs/runbook.md has the whole way.",
        footer = {
            "  champion rebuild warehouse",
            "  champion rebuild normalized --from 2025-06-01 --to 2025-06-30"
        })
final class RebuildCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    RebuildCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** Which days. */
    static final class Days {

        @Option(
                names = "--from",
                paramLabel = "DATE",
                description = "First day; default the lake's first.")
        private LocalDate from;

        @Option(
                names = "--to",
                paramLabel = "DATE",
                description = "Last day; default the lake's last.")
        private LocalDate to;

        private void addTo(
                List<String> overrides, ConfigOption<String> first, ConfigOption<String> last) {
            if (from != null) {
                overrides.add(first.key() + "=" + from);
            }
            if (to != null) {
                overrides.add(last.key() + "=" + to);
            }
        }
    }

    @Command(
            description = {
                "Fill the warehouse's tables from the lake.",
                "Each complete partition of the lake replaces its rows in the warehouse; rows of"
                        + " other days stay. No job may add to these tables meanwhile."
            },
            footer = {
                "  champion ddl apply",
                "  champion rebuild warehouse",
                "  champion rebuild warehouse --dataset normalized.equity_ohlc --from 2025-06-01"
            })
    int warehouse(
            @Option(
                            names = "--dataset",
                            paramLabel = "ID",
                            description = "What to fill; default all that the lake has.")
                    List<String> datasets,
            @Mixin Days days,
            @Mixin IngestCommand.JobMixin job,
            @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(warehouse.overrides());
        days.addTo(overrides, RebuildWarehouseOptions.FROM, RebuildWarehouseOptions.TO);
        if (datasets != null) {
            overrides.add(
                    RebuildWarehouseOptions.DATASETS.key()
                            + "="
                            + String.join(
                                    ";",
                                    datasets.stream()
                                            .map(name -> Datasets.find(name).id())
                                            .toList()));
        }
        JobConfig config = context.config(RebuildWarehouseJob.OPTIONS, job.file(), overrides);
        try (LocalRun run = LocalRun.start(context, config)) {
            context.console().progress("Filling ...");
            RebuildReport report = run.rebuild(job.file(), overrides);
            context.console().endProgress();
            context.console().out().print(report.summary());
            return ExitCode.OK;
        } catch (RebuildException e) {
            throw new UserException(ExitCode.FAILED, e.getMessage(), e);
        }
    }

    @Command(
            description = {
                "Make the daily prices of the lake's normalized layer again of its raw layer.",
                "Runs bhavcopy-ingest without files; the warehouse gets the same rows. Adjusted"
                        + " prices and features are made of these: 'champion adjust', 'champion"
                        + " features update'."
            },
            footer = {
                "  champion rebuild normalized",
                "  champion adjust",
                "  champion features update"
            })
    int normalized(
            @Mixin Days days, @Mixin IngestCommand.JobMixin job, @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(warehouse.overrides());
        days.addTo(overrides, BhavcopyIngestOptions.FROM, BhavcopyIngestOptions.TO);
        overrides.add(BhavcopyIngestOptions.FROM_RAW.key() + "=true");
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, job.file(), overrides);
        try (LocalRun run = LocalRun.start(context, config)) {
            IngestReport report = run.bhavcopy(job.file(), overrides);
            context.console().out().print(report.summary());
            return ExitCode.OK;
        }
    }
}
