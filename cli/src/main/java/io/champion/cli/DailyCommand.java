package io.champion.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.champion.adjust.AdjustPricesJob;
import io.champion.adjust.AdjustPricesOptions;
import io.champion.adjust.AdjustReport;
import io.champion.bhavcopy.BhavcopyIngestJob;
import io.champion.bhavcopy.BhavcopyIngestOptions;
import io.champion.bhavcopy.Family;
import io.champion.bhavcopy.IngestReport;
import io.champion.features.FeatureComputeJob;
import io.champion.features.FeatureComputeOptions;
import io.champion.features.FeatureInputException;
import io.champion.features.FeatureReport;
import io.champion.fetch.Bhavcopies;
import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.IndexOhlc;
import io.champion.model.record.SymbolMaster;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.InputException;
import io.champion.runtime.Inputs;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import io.champion.runtime.RunReports;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs all that a day needs, on a Flink cluster inside this process. */
@Command(
        name = "daily",
        description = {
            "Run a day of the exchanges: ingest its files, adjust prices, compute features.",
            "Run it again, and it does what is missing: what failed, and what has other input than"
                    + " before. It is one run of the experiment daily-market-pipeline, its steps"
                    + " are runs below it; see 'champion runs list'."
        },
        footer = {
            "  champion daily --fetch",
            "      Today, with files from the exchanges.",
            "  champion daily --date 2025-06-18 --input ~/Downloads/bhavcopy",
            "  champion daily --date 2025-06-18 --actions my-actions.csv --benchmark 'NIFTY 50'"
        })
final class DailyCommand implements Callable<Integer> {
    private static final String NAME = "daily";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<Dataset> PRICES =
            List.of(
                    Dataset.of(EquityOhlc.getClassSchema()),
                    Dataset.of(CorporateAction.getClassSchema()),
                    Dataset.of(SymbolMaster.getClassSchema()));
    private static final Dataset ADJUSTED = Dataset.of(EquityAdjusted.getClassSchema());
    private static final Dataset INDICES = Dataset.of(IndexOhlc.getClassSchema());

    private final Context context;

    @Option(
            names = "--date",
            paramLabel = "DATE",
            description = "The session, as 2025-06-18; default today in India.")
    private LocalDate date;

    @Option(
            names = "--input",
            paramLabel = "PATH",
            arity = "1..*",
            description =
                    "Files, folders and globs with the day's files, others are left alone; default"
                            + " the raw tier of the home.")
    private List<String> inputs;

    @Option(
            names = "--actions",
            paramLabel = "PATH",
            arity = "1..*",
            description = "Lists of corporate actions of your own, all of which are ingested.")
    private List<String> actions;

    @Option(names = "--fetch", description = "First fetch the day's files from the exchanges.")
    private boolean fetch;

    @Option(
            names = "--nse",
            paramLabel = "URL",
            description = "Where to fetch files of NSE; see 'champion fetch bhavcopy'.")
    private String nse;

    @Option(names = "--bse", paramLabel = "URL", description = "Where to fetch files of BSE.")
    private String bse;

    @Option(names = "--dividends", description = "Adjust prices for dividends too.")
    private boolean dividends;

    @Option(
            names = "--set",
            paramLabel = "FILE",
            description = "The feature set; see 'champion features'.")
    private Path set;

    @Option(
            names = "--benchmark",
            paramLabel = "INDEX",
            description = "Index that beta compares with, such as 'NIFTY 50'.")
    private String benchmark;

    @Option(names = "--again", description = "Run all steps, also those that have nothing new.")
    private boolean again;

    @Option(
            names = "-D",
            paramLabel = "KEY=VALUE",
            mapFallbackValue = "",
            description = "Any option of the jobs; each job is told those that it has.")
    private Map<String, String> values = Map.of();

    @Mixin private WarehouseMixin warehouse;

    DailyCommand(Context context) {
        this.context = context;
    }

    @Override
    public Integer call() throws Exception {
        LocalDate day = date == null ? Bhavcopies.today(Clock.systemUTC()) : date;
        for (String key : values.keySet()) {
            boolean isKnown = false;
            for (OptionSet job :
                    List.of(
                            BhavcopyIngestJob.OPTIONS,
                            AdjustPricesJob.OPTIONS,
                            FeatureComputeJob.OPTIONS)) {
                isKnown |= job.has(key);
            }
            if (!isKnown) {
                throw new ConfigException(
                        List.of("Argument -D" + key + ": no job of the day has this option."));
            }
        }
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String id = day + " " + RunReports.id(start);
        JobConfig config = context.config(BhavcopyIngestJob.OPTIONS, null, ingestOptions(null));
        Context.localHome(config);
        return Tracker.job(
                config,
                Experiments.DAILY,
                NAME,
                id,
                start,
                run -> new Day(day, NAME + " " + id, config, start).execute(run));
    }

    /** What a job is told: what it knows of what was given. */
    private List<String> options(OptionSet job, String partOf) {
        List<String> options = new ArrayList<>();
        values.forEach(
                (key, value) -> {
                    if (job.has(key)) {
                        options.add(key + "=" + value);
                    }
                });
        options.addAll(warehouse.overrides());
        if (partOf != null) {
            options.add(TrackingOptions.PART_OF.key() + "=" + partOf);
        }
        return options;
    }

    private List<String> ingestOptions(String partOf) {
        return options(BhavcopyIngestJob.OPTIONS, partOf);
    }

    private List<String> adjustOptions(String partOf) {
        List<String> options = options(AdjustPricesJob.OPTIONS, partOf);
        if (dividends) {
            options.add(AdjustPricesOptions.DIVIDENDS.key() + "=true");
        }
        return options;
    }

    private List<String> featureOptions(String partOf) {
        List<String> options = options(FeatureComputeJob.OPTIONS, partOf);
        if (set != null) {
            options.add(FeatureComputeOptions.SET.key() + "=" + set);
        }
        if (benchmark != null) {
            options.add(FeatureComputeOptions.BENCHMARK.key() + "=" + benchmark);
        }
        return options;
    }

    /** What became of a step. */
    private record Outcome(String step, String status, Duration took, String result) {}

    /** Does a step and tells in a few words what it did. */
    private interface Step {
        String run(LocalRun run) throws Exception;
    }

    /** One run of the pipeline. */
    private final class Day {
        private final LocalDate day;
        private final String name;
        private final Path home;
        private final Path raw;
        private final JobConfig config;
        private final LakeReader lake;
        private final DailyLedger ledger;
        private final Instant start;
        private final List<Outcome> outcomes = new ArrayList<>();
        private LocalRun local;

        Day(LocalDate day, String name, JobConfig config, Instant start) throws IOException {
            this.day = day;
            this.name = name;
            this.config = config;
            this.start = start;
            this.home = Context.localHome(config);
            this.raw = home.resolve("raw").resolve(Bhavcopies.TIER);
            this.lake = new LakeReader(new org.apache.flink.core.fs.Path(Home.of(config).lake()));
            this.ledger = new DailyLedger(home.resolve(NAME));
        }

        int execute(TrackedRun.Builder run) throws Exception {
            run.param("date", day);
            try {
                if (fetch) {
                    always("fetch", this::fetch);
                }
                ingest();
                if (actions != null) {
                    ownActions();
                }
                adjust();
                features();
                return ExitCode.OK;
            } finally {
                if (local != null) {
                    local.close();
                }
                describe(run);
                print();
            }
        }

        private String fetch(LocalRun none) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    "--home",
                                    home.toString(),
                                    "fetch",
                                    "bhavcopy",
                                    "--from",
                                    day.toString(),
                                    "--to",
                                    day.toString()));
            if (nse != null) {
                command.addAll(List.of("--nse", nse));
            }
            if (bse != null) {
                command.addAll(List.of("--bse", bse));
            }
            String[] arguments = command.toArray(String[]::new);
            int exitCode =
                    Champion.commandLine(context.console(), context.environment(), arguments)
                            .execute(arguments);
            if (exitCode != ExitCode.OK) {
                throw new UserException(
                        exitCode, "Not all files of " + day + " could be fetched; see above.");
            }
            return "all that is published";
        }

        private void ingest() throws Exception {
            List<String> from = inputs == null ? List.of(raw.toString()) : inputs;
            SortedMap<String, String> input = files("ingest", from);
            List<String> options = ingestOptions(name);
            options.add(InputMixin.override(BhavcopyIngestOptions.INPUT, from));
            options.add(BhavcopyIngestOptions.FROM.key() + "=" + day);
            options.add(BhavcopyIngestOptions.TO.key() + "=" + day);
            input.put("options", ingestOptions(null).toString());
            step("ingest", "ingest-" + day, input, run -> told(run.bhavcopy(null, options)));
        }

        private void ownActions() throws Exception {
            SortedMap<String, String> input = files("actions", actions);
            List<String> options = ingestOptions(name);
            options.add(InputMixin.override(BhavcopyIngestOptions.INPUT, actions));
            options.add(BhavcopyIngestOptions.FAMILIES.key() + "=" + Family.CORPORATE_ACTIONS);
            step("actions", "actions", input, run -> told(run.bhavcopy(null, options)));
        }

        private String told(IngestReport report) {
            return "%s read, %s rejected"
                    .formatted(
                            Text.count(report.accounting().rowsRead(), "row"),
                            Text.number(report.accounting().rowsRejected()));
        }

        private void adjust() throws Exception {
            SortedMap<String, String> input = partitions(PRICES);
            input.put("options", adjustOptions(null).toString());
            List<String> options = adjustOptions(name);
            step(
                    "adjust",
                    "adjust",
                    input,
                    run -> {
                        AdjustReport report = run.adjust(null, options);
                        return "%s, %s replaced"
                                .formatted(
                                        Text.count(report.rows(), "row"),
                                        Text.count(report.daysReplaced(), "day"));
                    });
        }

        /** From the first day on whose prices are others than when features were made of them. */
        private void features() throws Exception {
            SortedMap<String, String> days = partitions(List.of(ADJUSTED));
            SortedMap<String, String> input = new TreeMap<>(days);
            input.put("options", featureOptions(null).toString());
            if (benchmark != null) {
                input.putAll(partitions(List.of(INDICES)));
            }
            Map<String, String> before = ledger.done("features");
            List<String> options = new ArrayList<>();
            boolean isOnlyNewer =
                    benchmark == null
                            && !again
                            && input.get("options").equals(before.get("options"));
            if (isOnlyNewer) {
                lake.partitions(ADJUSTED).stream()
                        .filter(key -> !days.get(key.location()).equals(before.get(key.location())))
                        .map(PartitionKey::date)
                        .min(LocalDate::compareTo)
                        .ifPresent(
                                first ->
                                        options.add(
                                                FeatureComputeOptions.FROM.key() + "=" + first));
            }
            options.addAll(featureOptions(name));
            step(
                    "features",
                    "features",
                    input,
                    run -> {
                        try {
                            FeatureReport report = run.features(null, options);
                            return "%s of %s to %s"
                                    .formatted(
                                            Text.count(report.rows(), "row"),
                                            report.from(),
                                            report.to());
                        } catch (FeatureInputException e) {
                            throw new UserException(ExitCode.INPUT, e.getMessage(), e);
                        }
                    });
        }

        private SortedMap<String, String> files(String step, List<String> paths)
                throws IOException {
            SortedMap<String, String> files = new TreeMap<>();
            try {
                for (Inputs.Found found : Inputs.find(paths)) {
                    files.put(
                            found.status().getPath().toString(),
                            found.status().getLen() + "@" + found.status().getModificationTime());
                }
            } catch (InputException e) {
                outcomes.add(new Outcome(step, "failed", Duration.ZERO, "no files"));
                throw new UserException(
                        ExitCode.INPUT,
                        e.getMessage()
                                + (step.equals("ingest") && inputs == null
                                        ? " Fetch the day's files with --fetch, or name them with"
                                                + " --input."
                                        : ""),
                        e);
            }
            return files;
        }

        private SortedMap<String, String> partitions(List<Dataset> datasets) throws IOException {
            SortedMap<String, String> fingerprints = new TreeMap<>();
            for (Dataset dataset : datasets) {
                for (PartitionKey partition : lake.partitions(dataset)) {
                    fingerprints.put(partition.location(), lake.inventory(partition).fingerprint());
                }
            }
            return fingerprints;
        }

        /**
         * Does a step, if its input is not that with which it was done before.
         *
         * @param entry of the ledger
         */
        private void step(String name, String entry, SortedMap<String, String> input, Step step)
                throws Exception {
            if (!again && ledger.done(entry).equals(input)) {
                outcomes.add(new Outcome(name, "skipped", Duration.ZERO, "nothing new"));
                return;
            }
            always(
                    name,
                    none -> {
                        if (local == null) {
                            local = LocalRun.start(context, config);
                        }
                        context.console().progress(name + " ...");
                        try {
                            return step.run(local);
                        } finally {
                            context.console().endProgress();
                        }
                    });
            ledger.note(entry, input);
        }

        private void always(String name, Step step) throws Exception {
            long began = System.nanoTime();
            try {
                String result = step.run(local);
                outcomes.add(new Outcome(name, "done", since(began), result));
            } catch (Exception e) {
                outcomes.add(new Outcome(name, "failed", since(began), Failures.explain(e)));
                throw e;
            }
        }

        private static Duration since(long nanos) {
            return Duration.ofNanos(System.nanoTime() - nanos);
        }

        private void describe(TrackedRun.Builder run) throws JsonProcessingException {
            ArrayNode steps = JSON.createArrayNode();
            Map<String, Integer> counts = new LinkedHashMap<>();
            for (String status : List.of("done", "skipped", "failed")) {
                counts.put(status, 0);
            }
            for (Outcome outcome : outcomes) {
                counts.merge(outcome.status, 1, Integer::sum);
                steps.addObject()
                        .put("step", outcome.step)
                        .put("status", outcome.status)
                        .put("seconds", outcome.took.toMillis() / 1000.0)
                        .put("result", outcome.result);
            }
            run.metrics("steps", counts)
                    .metric("seconds", Duration.between(start, Instant.now()).toMillis() / 1000.0)
                    .artifact(
                            "pipeline.json",
                            JSON.writerWithDefaultPrettyPrinter().writeValueAsString(steps));
        }

        private void print() {
            String text = "String";
            TablePrinter table =
                    new TablePrinter(
                            context.console(),
                            new String[] {"step", "status", "took", "result"},
                            new String[] {text, text, "Float64", text});
            for (Outcome outcome : outcomes) {
                table.add(
                        outcome.step,
                        outcome.status,
                        outcome.took.isZero() ? "" : Text.seconds(outcome.took.toNanos()),
                        Text.printable(outcome.result));
            }
            table.end();
        }
    }
}
