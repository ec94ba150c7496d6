package io.champion.adjust;

import com.clickhouse.client.api.query.GenericRecord;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeGeneration;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.CorporateAction;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.SymbolMaster;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import io.champion.runtime.RunReports;
import io.champion.tracking.Experiments;
import io.champion.tracking.Lineage;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingOptions;
import io.champion.tracking.WrittenRows;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.TableRetention;
import io.champion.warehouse.TargetCheck;
import io.champion.warehouse.WarehouseGeneration;
import io.champion.warehouse.WarehouseLock;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Adjusts all daily prices of the lake for the corporate actions that it knows: {@code --config
 * FILE} and {@code -Dkey=value}, see {@link AdjustPricesOptions} and {@link CommonOptions}.
 *
 * <p>Everything is computed anew, into a {@linkplain LakeGeneration generation} that readers do not
 * see; then the days of which any row differs are switched to, in the warehouse and in the lake,
 * each at one instant. What has not changed is not touched, so a run without anything new changes
 * nothing. A run that died in between is finished, or cleared away, by the next.
 */
public final class AdjustPricesJob {
    private AdjustPricesJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(CommonOptions.class, TrackingOptions.class, AdjustPricesOptions.class);

    static final String NAME = "adjust-prices";

    private static final Dataset ADJUSTED = Dataset.of(EquityAdjusted.getClassSchema());
    private static final List<Dataset> INPUTS =
            List.of(
                    Dataset.of(EquityOhlc.getClassSchema()),
                    Dataset.of(CorporateAction.getClassSchema()),
                    Dataset.of(SymbolMaster.getClassSchema()));

    /** Longer than the lease of a holder that died elsewhere. */
    private static final Duration LOCK_PATIENCE = Duration.ofMinutes(2);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What became of a generation; the names are those of other jobs' generations. */
    private enum State {
        STAGING,
        APPLYING,
        APPLIED,
        DISCARDED
    }

    /** Runs the job and prints its report. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config = JobConfig.fromArguments(OPTIONS, arguments, CommonOptions.WAREHOUSE_URL);
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.BOUNDED);
        System.out.print(run(env, config).summary());
    }

    /**
     * Runs the job to its end. The report is stored as {@code runs/<run id>/report.json} below the
     * home.
     *
     * @throws AdjustException if there is nothing to adjust, if somebody else wrote what it reads
     *     meanwhile, or if what was written does not add up; readers see what they saw before
     * @throws ConfigException if an option has a value that makes no sense
     */
    public static AdjustReport run(StreamExecutionEnvironment env, JobConfig config)
            throws Exception {
        return run(env, config, WarehouseGeneration.Listener.NONE);
    }

    static AdjustReport run(
            StreamExecutionEnvironment env, JobConfig config, WarehouseGeneration.Listener listener)
            throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config))) {
            TargetCheck.check(clickHouse, List.of(ADJUSTED.id()));
            // Nobody makes or applies another generation meanwhile.
            try (WarehouseLock lock =
                    WarehouseLock.acquire(clickHouse, "reprocess", null, LOCK_PATIENCE)) {
                Run run = new Run(env, config, clickHouse, lock, listener);
                return Tracker.job(
                        config, Experiments.FEATURES, NAME, run.id, run.start, run::execute);
            }
        }
    }

    /** One run. */
    private static final class Run {
        private final StreamExecutionEnvironment env;
        private final JobConfig config;
        private final ClickHouse clickHouse;
        private final WarehouseLock lock;
        private final WarehouseGeneration.Listener listener;
        private final Home home;
        private final Path lake;
        private final LakeReader reader;
        private final Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        private final String id = RunReports.id(start);
        private final AdjustedHistory.Settings settings;

        Run(
                StreamExecutionEnvironment env,
                JobConfig config,
                ClickHouse clickHouse,
                WarehouseLock lock,
                WarehouseGeneration.Listener listener)
                throws IOException {
            this.env = env;
            this.config = config;
            this.clickHouse = clickHouse;
            this.lock = lock;
            this.listener = listener;
            this.home = Home.of(config);
            this.lake = new Path(home.lake());
            this.reader = new LakeReader(lake);
            double threshold = config.get(AdjustPricesOptions.BREAK_THRESHOLD);
            if (!(threshold > 0 && threshold < 1)) {
                throw new ConfigException(
                        List.of(
                                "'"
                                        + AdjustPricesOptions.BREAK_THRESHOLD.key()
                                        + "' is "
                                        + threshold
                                        + "; it has to be above 0 and below 1."));
            }
            this.settings =
                    new AdjustedHistory.Settings(
                            config.get(AdjustPricesOptions.DIVIDENDS),
                            threshold,
                            config.get(AdjustPricesOptions.BREAK_MAX_GAP).toDays(),
                            start);
        }

        AdjustReport execute(TrackedRun.Builder record) throws Exception {
            finishEarlierRuns();
            List<PartitionKey> inputs = new ArrayList<>();
            for (Dataset dataset : INPUTS) {
                inputs.addAll(reader.partitions(dataset));
            }
            TreeSet<PartitionKey> targets = new TreeSet<>(reader.partitions(ADJUSTED));
            inputs.addAll(targets);
            inputs.stream()
                    .filter(partition -> partition.dataset().equals(INPUTS.get(0).id()))
                    .forEach(bars -> targets.add(ADJUSTED.partitionOf(bars.date())));
            if (targets.isEmpty()) {
                throw new AdjustException(
                        "The lake "
                                + lake
                                + " has no daily prices: ingest the exchange's files first.");
            }
            Map<String, String> before = fingerprint(inputs);
            Generation generation = new Generation(id);
            generation.store(State.STAGING, List.of());
            try {
                generation.warehouse.create();
                Adjustments made = adjust(inputs, targets, generation);
                verify(made, targets, generation);
                requireUnchanged(before, inputs);
                TreeSet<LocalDate> changed = new TreeSet<>(made.changedDays);
                changed.addAll(missingFromWarehouse(made, targets));
                if (changed.isEmpty()) {
                    generation.discard();
                } else {
                    lock.check();
                    generation.apply(changed);
                }
                AdjustReport report =
                        new AdjustReport(
                                id, start, Duration.between(start, Instant.now()), made, changed);
                RunReports.store(home, report.runId(), RunReports.REPORT, report.toJson());
                report.describe(record);
                record.afterwards(
                        later ->
                                WrittenRows.describe(
                                        lake,
                                        changed.stream()
                                                .map(day -> ADJUSTED.partitionOf(day))
                                                .toList(),
                                        later));
                record.artifact(
                        Lineage.FILE,
                        new Lineage(
                                        NAME,
                                        id,
                                        before.entrySet().stream()
                                                .map(
                                                        e ->
                                                                new Lineage.Item(
                                                                        e.getKey(),
                                                                        e.getValue(),
                                                                        null))
                                                .toList(),
                                        List.of(
                                                new Lineage.Item(
                                                        ADJUSTED.id(), null, report.rows())))
                                .toJson());
                return report;
            } catch (Throwable t) {
                generation.discardAfter(t);
                throw t;
            }
        }

        private Adjustments adjust(
                List<PartitionKey> inputs, Collection<PartitionKey> targets, Generation generation)
                throws Exception {
            Map<String, Sink<SpecificRecordBase>> sinks =
                    Map.of(
                            "lake",
                            LakeSink.builder(generation.lake.root())
                                    .uid(NAME)
                                    .parquet(CommonOptions.parquet(config))
                                    .targetFileBytes(
                                            config.get(CommonOptions.LAKE_TARGET_FILE_SIZE)
                                                    .getBytes())
                                    .replacing(targets)
                                    .build(),
                            "warehouse",
                            WarehouseSink.builder(generation.warehouse.config())
                                    .uid(NAME)
                                    .blocks(new Path(home.blocks()))
                                    .replacing(targets)
                                    .build());
            DataStream<SpecificRecordBase> known =
                    env.fromData(inputs, TypeInformation.of(PartitionKey.class))
                            .name("partitions")
                            .uid("partitions")
                            .rebalance()
                            .flatMap(new LakePartitions(home.lake()), ContractTypeInfo.INSTANCE)
                            .name("read lake")
                            .uid("read-lake");
            AdjustPricesTopology.build(known, settings, sinks);
            Adjustments made = env.execute(NAME).getAccumulatorResult(SecurityFunction.ADJUSTMENTS);
            made.sort();
            return made;
        }

        private Map<String, String> fingerprint(Collection<PartitionKey> partitions)
                throws IOException {
            Map<String, String> fingerprint = new TreeMap<>();
            for (PartitionKey partition : partitions) {
                fingerprint.put(partition.location(), reader.inventory(partition).fingerprint());
            }
            return fingerprint;
        }

        /** Prices that were ingested while the job ran are not in what it made. */
        private void requireUnchanged(Map<String, String> before, Collection<PartitionKey> inputs)
                throws IOException {
            Map<String, String> now = fingerprint(inputs);
            before.forEach(
                    (partition, then) -> {
                        if (!then.equals(now.get(partition))) {
                            throw new AdjustException(
                                    "Somebody wrote to "
                                            + partition
                                            + " while prices were adjusted. Run it again.");
                        }
                    });
        }

        /** Holds what the generation has in both stores against what the job made. */
        private void verify(
                Adjustments made, Collection<PartitionKey> targets, Generation generation)
                throws IOException {
            if (generation.warehouse.refused() > 0) {
                throw new AdjustException(
                        "The warehouse refused "
                                + generation.warehouse.refused()
                                + " rows, so lake and warehouse would differ.");
            }
            LakeReader written = new LakeReader(generation.lake.root());
            Map<LocalDate, Long> inWarehouse =
                    warehouseRows(generation.warehouse.table(ADJUSTED.table()));
            TableRetention retention = TableRetention.read(clickHouse);
            for (PartitionKey target : targets) {
                long rows = made.rows.getOrDefault(target.date(), 0L);
                long inLake = written.rows(target);
                long stored = inWarehouse.getOrDefault(target.date(), 0L);
                if (inLake != rows
                        || stored != rows && !(stored < rows && retention.hasExpired(target))) {
                    throw new AdjustException(
                            "The job made "
                                    + rows
                                    + " rows of "
                                    + target
                                    + ", but the generation has "
                                    + inLake
                                    + " in the lake and "
                                    + stored
                                    + " in the warehouse: the sums do not hold.");
                }
            }
        }

        /** Days that the warehouse lacks rows of, as one does that is newer than the lake. */
        private List<LocalDate> missingFromWarehouse(
                Adjustments made, Collection<PartitionKey> targets) {
            Map<LocalDate, Long> live = warehouseRows(clickHouse.table(ADJUSTED.table()));
            TableRetention retention = TableRetention.read(clickHouse);
            return targets.stream()
                    .filter(target -> !retention.hasExpired(target))
                    .map(PartitionKey::date)
                    .filter(
                            day ->
                                    !live.getOrDefault(day, 0L)
                                            .equals(made.rows.getOrDefault(day, 0L)))
                    .toList();
        }

        private Map<LocalDate, Long> warehouseRows(String table) {
            Map<LocalDate, Long> rows = new TreeMap<>();
            for (GenericRecord row :
                    clickHouse.query(
                            "SELECT toString("
                                    + ADJUSTED.partitionTime()
                                    + ") AS day, count() AS n FROM "
                                    + table
                                    + " GROUP BY day")) {
                rows.put(LocalDate.parse(row.getString("day")), row.getLong("n"));
            }
            return rows;
        }

        /**
         * Finishes what an earlier run began to show to readers, and clears away what it did not.
         */
        private void finishEarlierRuns() throws Exception {
            for (String earlier : LakeGeneration.ids(lake)) {
                Optional<byte[]> record = new LakeGeneration(lake, earlier).readRecord();
                if (record.isEmpty()) {
                    continue;
                }
                JsonNode node = JSON.readTree(record.get());
                String state = node.path("status").asText();
                if (node.path("job").asText().equals(NAME)) {
                    Generation generation = new Generation(earlier);
                    if (state.equals(State.APPLYING.name())) {
                        List<LocalDate> days = new ArrayList<>();
                        node.path("days").forEach(day -> days.add(LocalDate.parse(day.asText())));
                        generation.apply(days);
                    } else if (state.equals(State.STAGING.name())) {
                        generation.discard();
                    }
                } else if (state.equals(State.APPLYING.name())) {
                    throw new AdjustException(
                            "The generation "
                                    + earlier
                                    + " of "
                                    + node.path("job").asText()
                                    + " was not applied to its end: apply it first.");
                }
            }
        }

        /** All adjusted prices, out of readers' sight until some of their days are applied. */
        private final class Generation {
            private final String name;
            private final LakeGeneration lake;
            private final WarehouseGeneration warehouse;
            private boolean applying;

            Generation(String name) throws IOException {
                this.name = name;
                this.lake = new LakeGeneration(Run.this.lake, name);
                this.warehouse =
                        new WarehouseGeneration(clickHouse, name, List.of(ADJUSTED), listener);
            }

            private void store(State state, Collection<LocalDate> days) throws IOException {
                ObjectNode record = JSON.createObjectNode();
                record.put("run_id", name).put("job", NAME).put("status", state.name());
                ArrayNode list = record.putArray("days");
                days.forEach(day -> list.add(day.toString()));
                lake.writeRecord(JSON.writeValueAsBytes(record));
            }

            /** From the first statement on there is no way but forward: the next run goes it. */
            void apply(Collection<LocalDate> days) throws IOException, InterruptedException {
                applying = true;
                store(State.APPLYING, days);
                warehouse.publish(days);
                lake.publish(days.stream().map(day -> ADJUSTED.partitionOf(day)).toList());
                store(State.APPLIED, days);
                clear();
            }

            void discard() throws IOException {
                clear();
                store(State.DISCARDED, List.of());
            }

            void discardAfter(Throwable failure) {
                if (applying) {
                    return;
                }
                try {
                    discard();
                } catch (IOException | RuntimeException left) {
                    failure.addSuppressed(left);
                }
            }

            private void clear() throws IOException {
                warehouse.drop();
                lake.clear();
            }
        }
    }
}
