package io.champion.ticks;

import io.champion.kafka.KafkaConfig;
import io.champion.kafka.KafkaOptions;
import io.champion.kafka.WireSchemas;
import io.champion.lake.LakeGeneration;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import io.champion.runtime.RunReports;
import io.champion.ticks.ReprocessReport.State;
import io.champion.tracking.Experiments;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingOptions;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.TargetCheck;
import io.champion.warehouse.WarehouseGeneration;
import io.champion.warehouse.WarehouseLock;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;

/**
 * Computes days of ticks and bars again, into a generation that readers do not see; applies it, so
 * that they see all of it, or throws it away. What holds meanwhile is in {@code
 * docs/reprocessing.md}.
 */
public final class Reprocessing {

    /** All options of the job and of what is done with its generations. */
    public static final OptionSet OPTIONS =
            OptionSet.of(
                    CommonOptions.class,
                    TrackingOptions.class,
                    KafkaOptions.class,
                    TickStreamOptions.class,
                    ReprocessOptions.class);

    static final String NAME = "tick-reprocess";

    private static final Dataset TICKS = Dataset.of(EquityTrade.getClassSchema());
    private static final Dataset BARS = Dataset.of(Bar.getClassSchema());

    private static final Duration NOTHING_IS_LATE = Duration.ofDays(365_000);

    /** Longer than the lease of a holder that died elsewhere. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(2);

    private final JobConfig config;
    private final Home home;
    private final Path lake;
    private final WarehouseGeneration.Listener listener;

    /**
     * @param config with {@link #OPTIONS}
     */
    public Reprocessing(JobConfig config) {
        this(config, WarehouseGeneration.Listener.NONE);
    }

    Reprocessing(JobConfig config, WarehouseGeneration.Listener listener) {
        this.config = config;
        this.home = Home.of(config);
        this.lake = new Path(home.lake());
        this.listener = listener;
    }

    /** Those that are known of the lake, the latest last. */
    public List<ReprocessReport> list() throws IOException {
        List<ReprocessReport> reports = new ArrayList<>();
        for (String id : LakeGeneration.ids(lake)) {
            var record = new LakeGeneration(lake, id).readRecord();
            if (record.isPresent()) {
                ReprocessReport.parse(record.get()).ifPresent(reports::add);
            }
        }
        return reports;
    }

    /**
     * One generation.
     *
     * @throws ReprocessException if there is none of that id
     */
    public ReprocessReport find(String id) throws IOException {
        return list().stream()
                .filter(report -> report.id().equals(id))
                .findFirst()
                .orElseThrow(
                        () ->
                                new ReprocessException(
                                        "The lake "
                                                + lake
                                                + " has no generation '"
                                                + id
                                                + "'; 'champion reprocess list' shows those that"
                                                + " it has."));
    }

    /**
     * Runs the job, and compares what came of it. Changes nothing that readers see.
     *
     * @param env of a bounded job
     * @throws ReprocessException if these days cannot be computed again
     * @throws ConfigException if an option has a value that makes no sense
     */
    public ReprocessReport stage(StreamExecutionEnvironment env) throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String id = RunReports.id(start);
        return Tracker.job(
                config,
                Experiments.INGESTION,
                NAME,
                id,
                start,
                run -> {
                    ReprocessReport report = stage(env, id, start);
                    report.describe(run);
                    return report;
                });
    }

    private ReprocessReport stage(StreamExecutionEnvironment env, String id, Instant start)
            throws Exception {
        DayRange days = days();
        ReprocessOptions.Source source = config.get(ReprocessOptions.SOURCE);
        List<Dataset> datasets =
                source == ReprocessOptions.Source.KAFKA ? List.of(TICKS, BARS) : List.of(BARS);
        try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config))) {
            TargetCheck.check(clickHouse, List.of(TICKS.id(), BARS.id()));
            requireClosed(clickHouse, withWindows(days));
            WarehouseGeneration warehouse = new WarehouseGeneration(clickHouse, id, datasets);
            ReprocessReport report =
                    new ReprocessReport(
                            id,
                            NAME,
                            State.STAGING,
                            source.name().toLowerCase(Locale.ROOT),
                            days.from().toString(),
                            days.to().toString(),
                            datasets.stream().map(Dataset::id).toList(),
                            barVersion(clickHouse, days),
                            start.toString(),
                            0,
                            start.toString(),
                            0,
                            Map.of(),
                            0,
                            Map.of(),
                            List.of(),
                            List.of(),
                            fingerprint(clickHouse, withWindows(days)),
                            null);
            // Made before the record, so that a wrong option leaves no trace.
            Run run = new Run(env, days, source, start, report);
            store(report);
            try {
                warehouse.create();
                report = run.execute(clickHouse, warehouse, datasets);
                store(report);
                return report;
            } catch (Throwable t) {
                try {
                    discard(clickHouse, report, t.getMessage());
                } catch (IOException | RuntimeException left) {
                    t.addSuppressed(left);
                }
                throw t;
            }
        }
    }

    private DayRange days() {
        LocalDate from = config.getDate(ReprocessOptions.FROM);
        if (from == null) {
            throw new ConfigException(
                    List.of(
                            "'"
                                    + ReprocessOptions.FROM.key()
                                    + "' is required and was not given."));
        }
        LocalDate to = config.getDate(ReprocessOptions.TO);
        try {
            return new DayRange(from, to == null ? from : to);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of("'reprocess.to': " + e.getMessage()));
        }
    }

    /**
     * What is read: a window that reaches past the days is made of all its ticks, or not at all.
     */
    private DayRange withWindows(DayRange days) throws IOException {
        return days.withWindows(TickStreamJob.settings(config).books().intervals());
    }

    /** Refuses days to which a job may still have something to add. */
    private void requireClosed(ClickHouse clickHouse, DayRange days) throws IOException {
        if (!days.to().isBefore(LocalDate.now(ZoneOffset.UTC))) {
            throw new ReprocessException(
                    "The day " + days.to() + " is not over, by UTC, and is in what is read.");
        }
        LakeReader reader = new LakeReader(lake);
        for (Dataset dataset : List.of(TICKS, BARS)) {
            for (PartitionKey partition : days.partitions(dataset)) {
                List<String> unread = reader.inventory(partition).unread();
                if (!unread.isEmpty()) {
                    throw new ReprocessException(
                            "The lake's partition "
                                    + partition
                                    + " has "
                                    + unread.get(0)
                                    + ", which no reader sees yet: a job is still to complete the"
                                    + " partition. Let it go on until its watermark is past it."
                                    + (unread.get(0).startsWith(".")
                                            ? " If that job will never be restored, delete the"
                                                    + " file."
                                            : ""));
                }
            }
        }
        WarehouseGeneration.Writes writes =
                WarehouseGeneration.writes(clickHouse, List.of(TICKS, BARS), days.days());
        if (writes.inDoubt() > 0) {
            throw new ReprocessException(
                    "The ledger has "
                            + writes.inDoubt()
                            + " blocks of "
                            + days
                            + " that a job has begun to insert and not finished. Restore the job,"
                            + " so that it does.");
        }
        Duration quiet = config.get(ReprocessOptions.QUIET);
        if (writes.last() != null && writes.last().isAfter(Instant.now().minus(quiet))) {
            throw new ReprocessException(
                    "A job wrote to "
                            + days
                            + " at "
                            + writes.last()
                            + ", less than "
                            + quiet.toSeconds()
                            + " s ago ('reprocess.quiet'). Days are computed again when no job"
                            + " adds to them any more.");
        }
    }

    private int barVersion(ClickHouse clickHouse, DayRange days) {
        return 1
                + Math.toIntExact(
                        clickHouse.queryLong(
                                "SELECT toInt64(max(version)) FROM "
                                        + clickHouse.table(BARS.table())
                                        + " WHERE toDate(event_time) BETWEEN "
                                        + ClickHouse.literal(days.from().toString())
                                        + " AND "
                                        + ClickHouse.literal(days.to().toString())));
    }

    /** Of ticks and bars, whichever are replaced: bars that follow from other ticks are stale. */
    private Map<String, String> fingerprint(ClickHouse clickHouse, DayRange days)
            throws IOException {
        Map<String, String> fingerprint =
                new TreeMap<>(
                        WarehouseGeneration.fingerprint(
                                clickHouse, List.of(TICKS, BARS), days.days()));
        LakeReader reader = new LakeReader(lake);
        for (Dataset dataset : List.of(TICKS, BARS)) {
            for (PartitionKey partition : days.partitions(dataset)) {
                String found = reader.inventory(partition).fingerprint();
                if (!found.isEmpty()) {
                    fingerprint.put(partition.location(), found);
                }
            }
        }
        return fingerprint;
    }

    /** The job of one generation. */
    private final class Run {
        private final StreamExecutionEnvironment env;
        private final DayRange days;
        private final ReprocessOptions.Source source;
        private final Instant start;
        private final ReprocessReport report;
        private final TickEngineOperator.Settings settings;
        private final KafkaConfig kafka;
        private final LakeGeneration generation;

        Run(
                StreamExecutionEnvironment env,
                DayRange days,
                ReprocessOptions.Source source,
                Instant start,
                ReprocessReport report)
                throws IOException {
            this.env = env;
            this.days = days;
            this.source = source;
            this.start = start;
            this.report = report;
            TickEngineOperator.Settings live = TickStreamJob.settings(config);
            this.settings =
                    new TickEngineOperator.Settings(
                            // Nothing is forgotten before the end.
                            new BookSettings(
                                    live.books().intervals(),
                                    NOTHING_IS_LATE.toMillis(),
                                    live.books().sameWithin(),
                                    Integer.MAX_VALUE),
                            live.calendar(),
                            live.outsideSession(),
                            live.maxAhead(),
                            live.maxHeap(),
                            start);
            this.kafka =
                    source == ReprocessOptions.Source.KAFKA ? TickStreamJob.kafka(config) : null;
            this.generation = new LakeGeneration(lake, report.id());
        }

        ReprocessReport execute(
                ClickHouse clickHouse, WarehouseGeneration warehouse, List<Dataset> datasets)
                throws Exception {
            DayRange wanted = withWindows(days);
            KafkaConfig schemas = kafka;
            ReprocessTopology.build(
                    kafka == null ? fromLake(wanted) : fromKafka(wanted),
                    settings,
                    schemas == null ? WireSchemas::released : schemas::schemas,
                    days,
                    report.barVersion(),
                    new ReprocessTopology.Sinks(
                            datasets.contains(TICKS)
                                    ? Map.of(
                                            "ticks-lake",
                                            lake("ticks", TICKS).buildBatches(),
                                            "ticks-warehouse",
                                            warehouse(warehouse, "ticks", TICKS).buildBatches())
                                    : Map.of(),
                            Map.of(
                                    "bars-lake",
                                    lake("bars", BARS).build(),
                                    "bars-warehouse",
                                    warehouse(warehouse, "bars", BARS).build())));
            JobExecutionResult result = env.execute(NAME + " " + days);
            warehouse.rollUp();
            Map<String, Long> written = verify(clickHouse, warehouse, datasets, result);
            if (!fingerprint(clickHouse, wanted).equals(report.fingerprint())) {
                throw new ReprocessException(
                        "Somebody wrote to " + wanted + " while they were computed. Start again.");
            }
            GenerationComparison comparison =
                    GenerationComparison.of(clickHouse, warehouse, days, datasets);
            long refused = refused(result).values().stream().mapToLong(Long::longValue).sum();
            long read = count(result, ReprocessTopology.READ);
            return new ReprocessReport(
                    report.id(),
                    report.job(),
                    State.STAGED,
                    report.source(),
                    report.from(),
                    report.to(),
                    report.datasets(),
                    report.barVersion(),
                    report.started(),
                    Duration.between(start, Instant.now()).toMillis() / 1000.0,
                    now(),
                    read,
                    written,
                    read - refused - count(result, ReprocessTopology.ACCEPTED),
                    refused(result),
                    comparison.differences(),
                    comparison.examples(),
                    report.fingerprint(),
                    null);
        }

        private DataStream<TickMessage> fromLake(DayRange wanted) throws IOException {
            LakeReader reader = new LakeReader(lake);
            List<String> paths = new ArrayList<>();
            for (PartitionKey partition : wanted.partitions(TICKS)) {
                if (reader.exists(partition)) {
                    paths.add(partition.path());
                }
            }
            if (paths.isEmpty()) {
                throw new ReprocessException(
                        "The lake " + lake + " has no ticks of " + wanted + ".");
            }
            return env.fromData(paths, Types.STRING)
                    .name("partitions")
                    .uid("partitions")
                    .rebalance()
                    .flatMap(new LakeTicks(home.lake()), TickMessageSerializer.TYPE)
                    .name("ticks of the lake")
                    .uid("ticks-of-the-lake");
        }

        /** From the first message on that can be of these days, see ticks.max-ahead. */
        private DataStream<TickMessage> fromKafka(DayRange wanted) {
            KafkaSource<TickMessage> messages =
                    KafkaSource.<TickMessage>builder()
                            .setProperty(
                                    ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                    IsolationLevel.READ_COMMITTED.toString())
                            .setProperties(kafka.clientProperties())
                            .setTopics(config.get(TickStreamOptions.TOPIC))
                            .setGroupId(NAME + "-" + report.id())
                            .setProperty("commit.offsets.on.checkpoint", "false")
                            .setStartingOffsets(
                                    OffsetsInitializer.timestamp(
                                            Math.max(0, wanted.start() - settings.maxAhead())))
                            .setBounded(OffsetsInitializer.latest())
                            .setDeserializer(
                                    new MessagesOfDays(
                                            new TickMessages(kafka::schemas, settings.maxAhead()),
                                            wanted))
                            .build();
            return env.fromSource(messages, WatermarkStrategy.noWatermarks(), "ticks source")
                    .uid("ticks-source");
        }

        private LakeSink.Builder lake(String what, Dataset dataset) {
            return LakeSink.builder(generation.root())
                    .uid(NAME + "-" + what)
                    .parquet(CommonOptions.parquet(config))
                    .targetFileBytes(config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes())
                    .replacing(days.partitions(dataset));
        }

        private WarehouseSink.Builder warehouse(
                WarehouseGeneration warehouse, String what, Dataset dataset) {
            return WarehouseSink.builder(warehouse.config())
                    .uid(NAME + "-" + what)
                    .blocks(new Path(home.blocks()))
                    .replacing(days.partitions(dataset));
        }

        /** Rows by dataset, if lake and warehouse have what the job has made. */
        private Map<String, Long> verify(
                ClickHouse clickHouse,
                WarehouseGeneration warehouse,
                List<Dataset> datasets,
                JobExecutionResult result)
                throws IOException {
            if (warehouse.refused() > 0) {
                throw new ReprocessException(
                        "The warehouse refused "
                                + warehouse.refused()
                                + " rows, so lake and warehouse would differ.");
            }
            LakeReader reader = new LakeReader(generation.root());
            Map<String, Long> written = new TreeMap<>();
            for (Dataset dataset : datasets) {
                long made =
                        count(
                                result,
                                dataset == TICKS
                                        ? ReprocessTopology.TICKS
                                        : ReprocessTopology.BARS);
                long inLake = 0;
                for (PartitionKey partition : days.partitions(dataset)) {
                    inLake += reader.rows(partition);
                }
                long inWarehouse =
                        clickHouse.queryLong(
                                "SELECT count() FROM " + warehouse.table(dataset.table()));
                if (inLake != made || inWarehouse != made) {
                    throw new ReprocessException(
                            "The job made "
                                    + made
                                    + " rows of "
                                    + dataset.id()
                                    + ", but the generation has "
                                    + inLake
                                    + " in the lake and "
                                    + inWarehouse
                                    + " in the warehouse. If the days are older than the"
                                    + " warehouse keeps rows, lengthen 'warehouse.retention'.");
                }
                written.put(dataset.id(), made);
            }
            return written;
        }
    }

    private static long count(JobExecutionResult result, String name) {
        Long count = result.getAccumulatorResult(name);
        return count == null ? 0 : count;
    }

    private static Map<String, Long> refused(JobExecutionResult result) {
        Map<String, Long> refused = new TreeMap<>();
        result.getAllAccumulatorResults()
                .forEach(
                        (name, value) -> {
                            if (name.startsWith(ReprocessTopology.REFUSED)) {
                                refused.put(
                                        name.substring(ReprocessTopology.REFUSED.length()),
                                        (Long) value);
                            }
                        });
        return refused;
    }

    /**
     * Gives lake and warehouse the content of a generation. If that was interrupted before, it is
     * finished.
     *
     * @throws ReprocessException if the days have changed since, or another is not finished
     */
    public ReprocessReport apply(String id) throws IOException, InterruptedException {
        try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config));
                WarehouseLock lock = lock(clickHouse)) {
            ReprocessReport report = find(id);
            DayRange days = days(report);
            for (ReprocessReport other : list()) {
                if (other.state() == State.APPLYING && !other.id().equals(id)) {
                    throw new ReprocessException(
                            "The generation "
                                    + other.id()
                                    + " was not applied to its end: apply it first.");
                }
            }
            switch (report.state()) {
                case APPLIED -> {
                    clear(clickHouse, report);
                    return report;
                }
                case STAGED -> {
                    requireClosed(clickHouse, withWindows(days));
                    requireUnchanged(clickHouse, withWindows(days), report);
                    report = report.as(State.APPLYING, now(), null);
                    store(report);
                }
                case APPLYING -> {
                    // From there on there is no way but forward.
                }
                default ->
                        throw new ReprocessException(
                                "The generation "
                                        + id
                                        + " is "
                                        + report.state().name().toLowerCase(Locale.ROOT)
                                        + ", so it cannot be applied.");
            }
            lock.check();
            warehouse(clickHouse, report).publish(days.days());
            new LakeGeneration(lake, id)
                    .publish(
                            datasets(report).stream()
                                    .flatMap(dataset -> days.partitions(dataset).stream())
                                    .toList());
            report = report.as(State.APPLIED, now(), null);
            store(report);
            clear(clickHouse, report);
            return report;
        }
    }

    private void requireUnchanged(ClickHouse clickHouse, DayRange days, ReprocessReport report)
            throws IOException {
        Map<String, String> now = fingerprint(clickHouse, days);
        Map<String, String> then = report.fingerprint();
        TreeMap<String, String> all = new TreeMap<>(now);
        all.putAll(then);
        for (String partition : all.keySet()) {
            if (!Objects.equals(now.get(partition), then.get(partition))) {
                throw new ReprocessException(
                        "Somebody wrote to "
                                + partition
                                + " since the generation "
                                + report.id()
                                + " was computed, and would lose what they wrote. Discard it, and"
                                + " compute the days again.");
            }
        }
    }

    /**
     * Throws a generation away.
     *
     * @throws ReprocessException if it was applied, or is being applied
     */
    public ReprocessReport discard(String id) throws IOException, InterruptedException {
        try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config));
                WarehouseLock lock = lock(clickHouse)) {
            ReprocessReport report = find(id);
            if (report.state() == State.APPLYING || report.state() == State.APPLIED) {
                throw new ReprocessException(
                        report.state() == State.APPLIED
                                ? "The generation " + id + " was applied; it cannot be discarded."
                                : "The generation "
                                        + id
                                        + " is half applied; apply it again, so that it is done.");
            }
            lock.check();
            return discard(clickHouse, report, report.problem());
        }
    }

    private ReprocessReport discard(ClickHouse clickHouse, ReprocessReport report, String problem)
            throws IOException {
        clear(clickHouse, report);
        ReprocessReport discarded = report.as(State.DISCARDED, now(), problem);
        store(discarded);
        return discarded;
    }

    private void clear(ClickHouse clickHouse, ReprocessReport report) throws IOException {
        warehouse(clickHouse, report).drop();
        new LakeGeneration(lake, report.id()).clear();
    }

    private WarehouseGeneration warehouse(ClickHouse clickHouse, ReprocessReport report) {
        return new WarehouseGeneration(clickHouse, report.id(), datasets(report), listener);
    }

    private static List<Dataset> datasets(ReprocessReport report) {
        return report.datasets().stream().map(Dataset::of).toList();
    }

    private static DayRange days(ReprocessReport report) {
        return new DayRange(LocalDate.parse(report.from()), LocalDate.parse(report.to()));
    }

    private static WarehouseLock lock(ClickHouse clickHouse) throws InterruptedException {
        return WarehouseLock.acquire(clickHouse, "reprocess", null, LOCK_PATIENCE);
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    /** Beside the generation, where it decides; and with the reports of other runs. */
    private void store(ReprocessReport report) throws IOException {
        String json = report.toJson();
        new LakeGeneration(lake, report.id()).writeRecord(json.getBytes(StandardCharsets.UTF_8));
        RunReports.store(home, report.id(), RunReports.REPORT, json);
    }
}
