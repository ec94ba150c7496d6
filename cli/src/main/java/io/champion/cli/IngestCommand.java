package io.champion.cli;

import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.BhavcopyIngestOptions;
import io.champion.bhavcopy.Family;
import io.champion.bhavcopy.IngestReport;
import io.champion.flatfile.FlatFileIngestJob;
import io.champion.flatfile.FlatFileIngestOptions;
import io.champion.runtime.JobConfig;
import io.champion.ticks.TickStreamJob;
import io.champion.ticks.TickStreamOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs ingest jobs on a Flink cluster inside this process. */
@Command(
        name = "ingest",
        description = "Ingest files or live ticks into lake and warehouse.",
        footer = {
            "  champion ingest bhavcopy --input ~/Downloads/bhavcopy",
            "      Run it again and nothing changes; a republished file replaces its day.",
            "  champion ingest flatfiles --input ~/Downloads/us_stocks_sip",
            "      Trades, quotes and bars of US equities; what was ingested before is left out.",
            "  champion ingest ticks",
            "      Takes what 'champion produce ticks' sends, until Ctrl-C; goes on where it ended."
        })
final class IngestCommand implements Runnable {

    private final Context context;

    @Spec private CommandSpec spec;

    IngestCommand(Context context) {
        this.context = context;
    }

    @Override
    public void run() {
        spec.commandLine().usage(context.console().out());
    }

    /** Options of every job that runs in this process. */
    static final class JobMixin {

        @Option(
                names = "--config",
                paramLabel = "FILE",
                description = "The job's configuration file; see 'champion options'.")
        private Path file;

        @Option(
                names = "-D",
                paramLabel = "KEY=VALUE",
                mapFallbackValue = "",
                description = "Any option of the job, winning over file and environment.")
        private Map<String, String> values = Map.of();

        /** Null for none. */
        Path file() {
            return file;
        }

        List<String> overrides() {
            return values.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
        }
    }

    @Command(
            description = {
                "Ingest daily files of NSE and BSE.",
                "UDiFF, sec_bhavdata_full, the legacy formats, indices (pd) and EQUITY_L, plain,"
                        + " .gz or .zip, are recognized by what is in them."
            },
            footer = {
                "  champion ingest bhavcopy --input ~/Downloads/bhavcopy",
                "  champion ingest bhavcopy --input 'data/*.zip' --from 2025-06-01 --to 2025-06-30",
                "  champion ingest bhavcopy --config job.yaml -Dlake.parquet.codec=zstd"
            })
    int bhavcopy(@Mixin InputMixin input, @Mixin JobMixin job, @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(input.overrides());
        overrides.addAll(warehouse.overrides());
        JobConfig config =
                context.config(
                        BhavcopyIngestJob.OPTIONS,
                        job.file,
                        overrides,
                        BhavcopyIngestOptions.INPUT);
        try (LocalRun run = LocalRun.start(context, config)) {
            IngestReport report = run.bhavcopy(job.file, overrides);
            context.console().out().print(report.summary());
            return ExitCode.OK;
        }
    }

    @Command(
            description = {
                "Ingest corporate actions.",
                "The exchange's files (bc of the daily bundle) and lists of your own, plain, .gz or"
                        + " .zip, are recognized by what is in them; other files are left alone."
                        + " 'champion adjust' then adjusts prices for them."
            },
            footer = {
                "  champion ingest actions ~/Downloads/PR171225.zip",
                "  champion ingest actions my-actions.csv",
                "      exchange,symbol,series,action_type,ex_date,ratio_new,ratio_old,amount,"
                        + "subscription_price,purpose",
                "      NSE,RELIANCE,,BONUS,2024-10-28,1,1,,,"
            })
    int actions(
            @Parameters(
                            paramLabel = "PATH",
                            arity = "1..*",
                            description =
                                    "Files, folders (with all below them) and globs; relative ones"
                                            + " to the working directory.")
                    List<String> paths,
            @Mixin JobMixin job,
            @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.add(InputMixin.override(BhavcopyIngestOptions.INPUT, paths));
        overrides.add(BhavcopyIngestOptions.FAMILIES.key() + "=" + Family.CORPORATE_ACTIONS);
        overrides.addAll(warehouse.overrides());
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, job.file, overrides);
        try (LocalRun run = LocalRun.start(context, config)) {
            IngestReport report = run.bhavcopy(job.file, overrides);
            context.console().out().print(report.summary());
            return ExitCode.OK;
        }
    }

    @Command(
            description = {
                "Ingest flat files of US equities: trades, quotes, minute and day bars.",
                "CSV, plain or .gz, one file per day or per ticker and day; the kind is recognized"
                        + " by the header. Files that were ingested before and have not changed are"
                        + " left out. A file that cannot be read is named at the end, and the"
                        + " command fails; all others are ingested."
            },
            footer = {
                "  champion ingest flatfiles --input ~/Downloads/us_stocks_sip",
                "  champion ingest flatfiles --input"
                        + " s3://flatfiles/us_stocks_sip/trades_v1/2025/06",
                "  champion ingest flatfiles --input trades --again '-Dflatfiles.checks.max-gap=10"
                        + " min'"
            })
    int flatfiles(
            @Mixin InputMixin input,
            @Option(names = "--again", description = "Also files that were ingested before.")
                    boolean again,
            @Option(
                            names = "--lake-only",
                            description = "Into the lake alone, without the warehouse.")
                    boolean lakeOnly,
            @Mixin JobMixin job,
            @Mixin WarehouseMixin warehouse)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(
                input.overrides(
                        FlatFileIngestOptions.INPUT,
                        FlatFileIngestOptions.FROM,
                        FlatFileIngestOptions.TO));
        if (again) {
            overrides.add(FlatFileIngestOptions.AGAIN.key() + "=true");
        }
        if (lakeOnly) {
            overrides.add(FlatFileIngestOptions.WAREHOUSE.key() + "=false");
        }
        overrides.addAll(warehouse.overrides());
        JobConfig config =
                context.config(
                        FlatFileIngestJob.OPTIONS,
                        job.file,
                        overrides,
                        FlatFileIngestOptions.INPUT);
        try (LocalRun run =
                config.get(FlatFileIngestOptions.WAREHOUSE)
                        ? LocalRun.start(context, config)
                        : LocalRun.startWithoutWarehouse(context, config)) {
            io.champion.flatfile.IngestReport report = run.flatFiles(job.file, overrides);
            context.console().out().print(report.summary());
            return report.isWhole() ? ExitCode.OK : ExitCode.INPUT;
        }
    }

    @Command(
            description = {
                "Take ticks from Kafka, and make bars of them, until Ctrl-C.",
                "Runs the job tick-stream on this machine. It stops with a savepoint and continues"
                        + " from there the next time, or from its last checkpoint where it was"
                        + " killed; each tick is written once however often it is run."
            },
            footer = {
                "  champion ingest ticks",
                "  champion ingest ticks --until-end",
                "  champion ingest ticks --brokers kafka:9092 '-Dbars.intervals=1 s;1 min;1 h'"
            })
    int ticks(
            @Option(
                            names = "--until-end",
                            description = "End when all is taken that is on the topic now.")
                    boolean untilEnd,
            @Mixin JobMixin job,
            @Mixin WarehouseMixin warehouse,
            @Mixin BrokersMixin brokers)
            throws Exception {
        List<String> overrides = new ArrayList<>(job.overrides());
        overrides.addAll(warehouse.overrides());
        overrides.addAll(brokers.overrides());
        JobConfig config = context.config(TickStreamJob.OPTIONS, job.file, overrides);
        Console console = context.console();
        try (StopSignal stop = new StopSignal();
                LocalRun run = LocalRun.start(context, config);
                Broker broker = KafkaMixin.broker(config);
                TickRun ticks = run.ticks(job.file, overrides, broker)) {
            console.endProgress();
            console.println(
                    (ticks.isContinued() ? "Continues" : "Begins")
                            + " with the topic '"
                            + config.get(TickStreamOptions.TOPIC)
                            + "' at "
                            + broker.servers()
                            + (untilEnd ? "." : "; Ctrl-C stops it."));
            console.println("Flink's web page: " + ticks.page());
            console.flush();
            if (untilEnd) {
                ticks.awaitEnd(stop);
            } else {
                ticks.await(stop::isAsked);
            }
            ticks.stop(false).print(console.out());
            return ExitCode.OK;
        }
    }
}
