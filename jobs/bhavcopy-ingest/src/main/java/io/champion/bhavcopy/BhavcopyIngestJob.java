package io.champion.bhavcopy;

import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.record.IngestRun;
import io.champion.quality.Accounting;
import io.champion.quality.AccountingException;
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
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Ingests the exchanges' daily files into lake and warehouse: {@code --config FILE} and {@code
 * -Dkey=value}, see {@link BhavcopyIngestOptions} and {@link CommonOptions}.
 */
public final class BhavcopyIngestJob {
    private BhavcopyIngestJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(CommonOptions.class, TrackingOptions.class, BhavcopyIngestOptions.class);

    static final String NAME = "bhavcopy-ingest";
    private static final Duration POLL = Duration.ofMillis(500);

    /** Runs the job and prints its report. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config = JobConfig.fromArguments(OPTIONS, arguments, CommonOptions.WAREHOUSE_URL);
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.BOUNDED);
        IngestReport report = run(env, config, progress -> {});
        System.out.print(report.summary());
    }

    /**
     * Runs the job to its end and holds what the stores have against what was read. The report is
     * stored as {@code runs/<run id>/report.json} below the home, and as a row of {@code
     * ingest_runs}.
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
        ClickHouseConfig warehouse = CommonOptions.warehouse(config);
        IngestPlan plan = plan(config, home, start);
        // The tasks check the tables that they write; here so that bad news come before a cluster.
        checkTables(plan, warehouse);
        Map<String, Sink<SpecificRecordBase>> sinks = new LinkedHashMap<>();
        sinks.put(
                "lake",
                LakeSink.builder(new Path(home.lake()))
                        .parquet(CommonOptions.parquet(config))
                        .targetFileBytes(config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes())
                        .replacing(plan.partitions())
                        .build());
        sinks.put(
                "warehouse",
                WarehouseSink.builder(warehouse)
                        .uid(NAME)
                        .blocks(new Path(home.blocks()))
                        .replacing(plan.partitions())
                        .build());
        BhavcopyIngestTopology.build(
                env, plan.sessions(), new LakeEarlierRuns(home.lake()), start, sinks);

        JobClient job = env.executeAsync(NAME);
        Accounting books =
                await(job, plan, progress).getAccumulatorResult(SessionFunction.ACCOUNTING);
        IngestReport report = report(start, plan, books, home, warehouse);
        RunReports.store(home, report.runId(), RunReports.REPORT, report.toJson());
        record(report, warehouse);
        report.describe(run, new Path(home.lake()));
        if (report.problem() != null) {
            throw new AccountingException(report.problem());
        }
        return report;
    }

    private static IngestPlan plan(JobConfig config, Home home, Instant start) throws IOException {
        LocalDate from = config.getDate(BhavcopyIngestOptions.FROM);
        LocalDate to = config.getDate(BhavcopyIngestOptions.TO);
        if (config.get(BhavcopyIngestOptions.FROM_RAW)) {
            return IngestPlan.ofRaw(new Path(home.lake()), families(config), from, to);
        }
        List<String> input = config.get(BhavcopyIngestOptions.INPUT);
        if (input == null) {
            throw new ConfigException(
                    List.of(
                            "'"
                                    + BhavcopyIngestOptions.INPUT.key()
                                    + "' says what to ingest, and was not given."));
        }
        return IngestPlan.of(input, families(config), from, to, start);
    }

    private static void checkTables(IngestPlan plan, ClickHouseConfig config) {
        Set<String> datasets = new TreeSet<>();
        plan.partitions().forEach(partition -> datasets.add(partition.dataset()));
        datasets.add(Dataset.of(IngestRun.getClassSchema()).id());
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            TargetCheck.check(warehouse, datasets);
        }
    }

    private static Set<Family> families(JobConfig config) {
        List<Family> families = config.get(BhavcopyIngestOptions.FAMILIES);
        return families == null ? EnumSet.allOf(Family.class) : EnumSet.copyOf(families);
    }

    private static JobExecutionResult await(
            JobClient job, IngestPlan plan, Consumer<IngestProgress> progress) throws Exception {
        Future<JobExecutionResult> result = job.getJobExecutionResult();
        while (true) {
            try {
                return result.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                progress.accept(progress(job, plan));
            } catch (InterruptedException e) {
                job.cancel().get();
                throw e;
            }
        }
    }

    static IngestProgress progress(JobClient job, IngestPlan plan) throws InterruptedException {
        Map<String, Object> counts;
        try {
            counts = job.getAccumulators().get();
        } catch (ExecutionException | IllegalStateException e) {
            // The job has just ended, and its cluster with it where it has its own, or is not
            // running yet: its result says what there is to say.
            counts = Map.of();
        }
        long done = (long) counts.getOrDefault(SessionFunction.FILES_READ, 0L);
        long rows = (long) counts.getOrDefault(SessionFunction.ROWS_READ, 0L);
        return new IngestProgress(done, plan.files(), rows, done == plan.files());
    }

    private static IngestReport report(
            Instant start, IngestPlan plan, Accounting books, Home home, ClickHouseConfig config)
            throws IOException {
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            TableRetention retention = TableRetention.read(warehouse);
            String problem = problem(books, plan, home, warehouse, retention);
            return new IngestReport(
                    RunReports.id(start),
                    start,
                    Duration.between(start, Instant.now()),
                    plan,
                    books,
                    books.emittedByDataset(retention::hasExpired),
                    problem);
        }
    }

    /** What does not add up, or null. */
    private static String problem(
            Accounting books,
            IngestPlan plan,
            Home home,
            ClickHouse warehouse,
            TableRetention retention)
            throws IOException {
        try {
            if (books.files().size() != plan.files()) {
                throw new AccountingException(
                        plan.files()
                                + " files were to be read, but "
                                + books.files().size()
                                + " were.");
            }
            books.verify(Session.REJECTS);
            books.verifyStored("lake", StoreCheck.lake(home.lake(), plan.partitions()));
            books.verifyStored(
                    "warehouse",
                    StoreCheck.warehouse(warehouse, plan.partitions()),
                    retention::hasExpired);
            return null;
        } catch (AccountingException e) {
            return e.getMessage();
        }
    }

    private static void record(IngestReport report, ClickHouseConfig config)
            throws IOException, InterruptedException {
        try (ClickHouse warehouse = ClickHouse.connect(config)) {
            RecordInsert.once(warehouse, NAME + ":" + report.runId(), report.toRecord());
        }
    }
}
