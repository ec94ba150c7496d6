package io.champion.flatfile;

import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.model.ColumnBatch;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.IngestRun;
import io.champion.quality.Accounting;
import io.champion.quality.AccountingException;
import io.champion.quality.FileReport;
import io.champion.quality.StoreCheck;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.InputException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import io.champion.runtime.RunReports;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingOptions;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.RecordInsert;
import io.champion.warehouse.TableRetention;
import io.champion.warehouse.TargetCheck;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.ExceptionUtils;

/**
 * Ingests flat files of US equities into lake and warehouse: {@code --config FILE} and {@code
 * -Dkey=value}, see {@link FlatFileIngestOptions} and {@link CommonOptions}.
 */
public final class FlatFileIngestJob {
    private FlatFileIngestJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(CommonOptions.class, TrackingOptions.class, FlatFileIngestOptions.class);

    static final String NAME = "flatfile-ingest";
    private static final Duration POLL = Duration.ofMillis(500);

    /** Runs the job and prints its report. Fails if a file could not be read. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config = JobConfig.fromArguments(OPTIONS, arguments, FlatFileIngestOptions.INPUT);
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.BOUNDED);
        IngestReport report = run(env, config, progress -> {});
        System.out.print(report.summary());
        if (!report.isWhole()) {
            throw new InputException(report.brokenSentence());
        }
    }

    /**
     * Runs the job to its end and holds what the stores have against what was read. The report is
     * stored as {@code runs/<run id>/report.json} below the home, and as a row of {@code
     * ingest_runs}. Files that cannot be read are in the report; all others are ingested.
     *
     * @param progress is told now and then how far the run is, by the calling thread
     * @throws InputException if an input cannot be used; nothing has been written then
     * @throws ConfigException if an option has a value that makes no sense
     * @throws AccountingException if the sums do not hold; the report has been stored
     */
    public static IngestReport run(
            StreamExecutionEnvironment env, JobConfig config, Consumer<IngestProgress> progress)
            throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return Tracker.job(
                config,
                Experiments.INGESTION,
                NAME,
                RunReports.id(start),
                start,
                run -> ingest(env, config, start, progress, run));
    }

    private static IngestReport ingest(
            StreamExecutionEnvironment env,
            JobConfig config,
            Instant start,
            Consumer<IngestProgress> progress,
            TrackedRun.Builder run)
            throws Exception {
        Home home = Home.of(config);
        ClickHouseConfig warehouse = warehouse(config);
        Checks checks = checks(config);
        IngestPlan plan =
                IngestPlan.of(
                        config.get(FlatFileIngestOptions.INPUT),
                        config.getDate(FlatFileIngestOptions.FROM),
                        config.getDate(FlatFileIngestOptions.TO));
        Ledger ledger = new Ledger(home.root());
        if (warehouse != null) {
            checkTables(warehouse);
        }
        if (!config.get(FlatFileIngestOptions.AGAIN)) {
            plan.leaveOutUnchanged(ledger, checks.toString(), stores(plan, home, warehouse));
        }
        Work.Task task = new Work.Task(checks, start, false);
        Accounting books = ingest(env, config, plan, task, progress);

        IngestReport report = report(start, plan, books, home, warehouse);
        RunReports.store(home, report.runId(), RunReports.REPORT, report.toJson());
        if (warehouse != null) {
            record(report, warehouse);
        }
        report.describe(run, new Path(home.lake()));
        if (report.problem() != null) {
            throw new AccountingException(report.problem());
        }
        note(plan, ledger, books, checks);
        return report;
    }

    /** The lake alone where the run leaves the warehouse out. */
    private static IngestPlan.Stores stores(IngestPlan plan, Home home, ClickHouseConfig config)
            throws IOException {
        LakeReader lake = new LakeReader(new Path(home.lake()));
        if (config == null || plan.days().isEmpty()) {
            return (partition, rows) -> lake.rows(partition) == rows;
        }
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            Map<PartitionKey, Long> stored =
                    StoreCheck.warehouse(
                            warehouse,
                            plan.days().stream().map(day -> day.partitions().get(0)).toList());
            TableRetention retention = TableRetention.read(warehouse);
            return (partition, rows) ->
                    lake.rows(partition) == rows
                            && (stored.get(partition) == rows || retention.hasExpired(partition));
        }
    }

    /** The warehouse, or null where the run leaves it out. */
    private static ClickHouseConfig warehouse(JobConfig config) {
        return config.get(FlatFileIngestOptions.WAREHOUSE) ? CommonOptions.warehouse(config) : null;
    }

    /** Tries until no file is left that cannot be read; nothing is published before. */
    private static Accounting ingest(
            StreamExecutionEnvironment env,
            JobConfig config,
            IngestPlan plan,
            Work.Task task,
            Consumer<IngestProgress> progress)
            throws Exception {
        Home home = Home.of(config);
        boolean checked = false;
        while (!plan.days().isEmpty()) {
            List<Work> work = plan.work(home.lake());
            FlatFileIngestTopology.build(env, work, task, sinks(config, home, plan));
            try {
                return await(env.executeAsync(NAME), work.size(), progress);
            } catch (Exception e) {
                FlatFileException failure = failure(e);
                if (failure == null) {
                    throw e;
                }
                if (failure.isOfSplitting()) {
                    plan.readWhole(failure.path());
                    continue;
                }
                plan.leaveOut(failure.path(), failure.getMessage());
                if (!checked && !plan.days().isEmpty()) {
                    checked = true;
                    findBroken(env, plan, task);
                }
            }
        }
        return new Accounting();
    }

    private static FlatFileException failure(Exception e) {
        Optional<FlatFileException> failure =
                ExceptionUtils.findSerializedThrowable(
                        e, FlatFileException.class, FlatFileIngestJob.class.getClassLoader());
        return failure.orElse(null);
    }

    /** Leaves out all files that cannot be read to their end. */
    private static void findBroken(StreamExecutionEnvironment env, IngestPlan plan, Work.Task task)
            throws Exception {
        List<Work> work = plan.checks();
        FlatFileIngestTopology.build(env, work, task, Map.of("nothing", new DiscardingSink<>()));
        Accounting found = await(env.executeAsync(NAME + " check"), work.size(), none -> {});
        for (FileReport broken : found.files()) {
            plan.leaveOut(
                    broken.file(),
                    broken.file()
                            + " cannot be read to its end: "
                            + broken.warnings().keySet().iterator().next()
                            + ".");
        }
    }

    private static Map<String, Sink<ColumnBatch>> sinks(
            JobConfig config, Home home, IngestPlan plan) {
        Map<String, Sink<ColumnBatch>> sinks = new LinkedHashMap<>();
        sinks.put(
                "lake",
                LakeSink.builder(new Path(home.lake()))
                        .parquet(CommonOptions.parquet(config))
                        .targetFileBytes(config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes())
                        .replacing(plan.partitions())
                        .buildBatches());
        ClickHouseConfig warehouse = warehouse(config);
        if (warehouse != null) {
            sinks.put(
                    "warehouse",
                    WarehouseSink.builder(warehouse)
                            .uid(NAME)
                            .blocks(new Path(home.blocks()))
                            .replacing(plan.partitions())
                            .buildBatches());
        }
        return sinks;
    }

    /** The tasks check the tables that they write; here so that bad news come before a cluster. */
    private static void checkTables(ClickHouseConfig config) {
        Set<String> datasets = new TreeSet<>();
        for (FlatFileKind kind : FlatFileKind.values()) {
            datasets.add(kind.dataset().id());
        }
        datasets.add(FileIngest.REJECTS.id());
        datasets.add(FileIngest.VALIDATION.id());
        datasets.add(Dataset.of(IngestRun.getClassSchema()).id());
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            TargetCheck.check(warehouse, datasets);
        }
    }

    private static Checks checks(JobConfig config) {
        List<Pattern> tickers = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String pattern : config.get(FlatFileIngestOptions.TEST_TICKERS)) {
            try {
                tickers.add(Pattern.compile(pattern));
            } catch (PatternSyntaxException e) {
                problems.add(
                        "'"
                                + FlatFileIngestOptions.TEST_TICKERS.key()
                                + "' has '"
                                + pattern
                                + "', which is no regular expression: "
                                + e.getDescription()
                                + ".");
            }
        }
        double deviations = config.get(FlatFileIngestOptions.DEVIATIONS);
        if (!(deviations > 0)) {
            problems.add(
                    "'"
                            + FlatFileIngestOptions.DEVIATIONS.key()
                            + "' is "
                            + deviations
                            + "; give more than 0.");
        }
        Duration gap = config.get(FlatFileIngestOptions.MAX_GAP);
        if (gap.isNegative()) {
            problems.add("'" + FlatFileIngestOptions.MAX_GAP.key() + "' is " + gap + ", before 0.");
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Checks(
                gap.toNanos(), deviations, config.get(FlatFileIngestOptions.MIN_TRADES), tickers);
    }

    private static Accounting await(JobClient job, int pieces, Consumer<IngestProgress> progress)
            throws Exception {
        Future<JobExecutionResult> result = job.getJobExecutionResult();
        while (true) {
            try {
                return result.get(POLL.toMillis(), TimeUnit.MILLISECONDS)
                        .getAccumulatorResult(IngestFunction.ACCOUNTING);
            } catch (TimeoutException e) {
                progress.accept(progress(job, pieces));
            } catch (InterruptedException e) {
                job.cancel().get();
                throw e;
            }
        }
    }

    private static IngestProgress progress(JobClient job, int pieces) throws InterruptedException {
        Map<String, Object> counts;
        try {
            counts = job.getAccumulators().get();
        } catch (ExecutionException | IllegalStateException e) {
            // The job has just ended, or is not running yet: its result says what there is to say.
            counts = Map.of();
        }
        long done = (long) counts.getOrDefault(IngestFunction.PIECES_DONE, 0L);
        long rows = (long) counts.getOrDefault(IngestFunction.ROWS_WRITTEN, 0L);
        return new IngestProgress(done, pieces, rows, done == pieces);
    }

    private static IngestReport report(
            Instant start, IngestPlan plan, Accounting books, Home home, ClickHouseConfig config)
            throws IOException {
        Map<String, Long> olderThanKept = Map.of();
        String problem = problem(books, plan, home);
        if (config != null) {
            try (ClickHouse warehouse = ClickHouse.connect(config)) {
                TableRetention retention = TableRetention.read(warehouse);
                olderThanKept = books.emittedByDataset(retention::hasExpired);
                if (problem == null) {
                    problem = problem(books, plan, warehouse, retention);
                }
            }
        }
        return new IngestReport(
                RunReports.id(start),
                start,
                Duration.between(start, Instant.now()),
                plan,
                files(books),
                books,
                olderThanKept,
                problem);
    }

    /** The books of whole files, whose parts were read apart. */
    private static List<FileReport> files(Accounting books) {
        Map<String, FileReport> files = new TreeMap<>();
        for (FileReport part : books.files()) {
            files.computeIfAbsent(
                            part.file(),
                            file -> new FileReport(file, part.source(), part.session()))
                    .add(part);
        }
        return List.copyOf(files.values());
    }

    /** What does not add up in books and lake, or null. */
    private static String problem(Accounting books, IngestPlan plan, Home home) throws IOException {
        int read = files(books).size();
        if (read != plan.files().size()) {
            return plan.files().size() + " files were to be read, but " + read + " were.";
        }
        try {
            if (read > 0) {
                books.verify(FileIngest.REJECTS.id());
                books.verifyStored("lake", StoreCheck.lake(home.lake(), plan.partitions()));
            }
            return null;
        } catch (AccountingException e) {
            return e.getMessage();
        }
    }

    /** What does not add up in the warehouse, or null. */
    private static String problem(
            Accounting books, IngestPlan plan, ClickHouse warehouse, TableRetention retention) {
        List<PartitionKey> partitions = plan.partitions();
        try {
            if (!partitions.isEmpty()) {
                books.verifyStored(
                        "warehouse",
                        StoreCheck.warehouse(warehouse, partitions),
                        retention::hasExpired);
            }
            return null;
        } catch (AccountingException e) {
            return e.getMessage();
        }
    }

    /** Notes what the days were made of, once all sums hold. */
    private static void note(IngestPlan plan, Ledger ledger, Accounting books, Checks checks)
            throws IOException {
        for (IngestPlan.Day day : plan.days()) {
            Map<String, String> files = new TreeMap<>();
            if (day.isOfTickers()) {
                Ledger.Entry before = ledger.read(day.kind(), day.day());
                if (before != null) {
                    files.putAll(before.files());
                }
            }
            day.files().forEach(file -> files.put(file.name(), file.fingerprint()));
            long rows = books.emitted().getOrDefault(day.partitions().get(0), 0L);
            ledger.write(day.kind(), day.day(), new Ledger.Entry(rows, checks.toString(), files));
        }
    }

    private static void record(IngestReport report, ClickHouseConfig config)
            throws IOException, InterruptedException {
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            RecordInsert.once(warehouse, NAME + ":" + report.runId(), report.toRecord());
        }
    }
}
