package io.champion.rebuild;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import io.champion.runtime.RunReports;
import io.champion.tracking.Experiments;
import io.champion.tracking.Tracker;
import io.champion.tracking.TrackingOptions;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.TableRetention;
import io.champion.warehouse.TargetCheck;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Fills the warehouse's tables from the lake, after they were lost: {@code --config FILE} and
 * {@code -Dkey=value}, see {@link RebuildWarehouseOptions}, {@link CommonOptions} and {@link
 * TrackingOptions}.
 *
 * <p>Every complete partition of the lake that is asked for replaces its rows in the warehouse, so
 * the run can be repeated, and tables that have lost some days only are filled as well as empty
 * ones. Days that the lake does not have are left alone. No job may add to the same tables
 * meanwhile. What the lake does not hold is not filled: the books of runs, and the roll-up of ticks
 * by the minute, which is made of the ticks afterwards.
 */
public final class RebuildWarehouseJob {
    private RebuildWarehouseJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(CommonOptions.class, TrackingOptions.class, RebuildWarehouseOptions.class);

    static final String NAME = "rebuild-warehouse";

    /** Runs the job and prints its report. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config = JobConfig.fromArguments(OPTIONS, arguments, CommonOptions.WAREHOUSE_URL);
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.BOUNDED);
        System.out.print(run(env, config).summary());
    }

    /**
     * Runs the job to its end, and compares the rows of both stores day by day.
     *
     * @throws RebuildException if the lake has nothing of what is asked for, or if the warehouse
     *     holds other numbers of rows afterwards
     * @throws ConfigException if an option has a value that makes no sense
     */
    public static RebuildReport run(StreamExecutionEnvironment env, JobConfig config)
            throws Exception {
        Instant start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return Tracker.job(
                config,
                Experiments.INGESTION,
                NAME,
                RunReports.id(start),
                start,
                run -> {
                    RebuildReport report = rebuild(env, config, start);
                    report.describe(run);
                    return report;
                });
    }

    private static RebuildReport rebuild(
            StreamExecutionEnvironment env, JobConfig config, Instant start) throws Exception {
        Home home = Home.of(config);
        LakeReader reader = new LakeReader(new Path(home.lake()));
        List<PartitionKey> found = partitions(reader, config);
        if (found.isEmpty()) {
            throw new RebuildException(
                    "The lake " + home.lake() + " has nothing of what is to be filled again.");
        }
        try (ClickHouse clickHouse = ClickHouse.connect(CommonOptions.warehouse(config))) {
            TableRetention retention =
                    TargetCheck.check(
                            clickHouse,
                            found.stream().map(PartitionKey::dataset).distinct().toList());
            List<PartitionKey> partitions =
                    found.stream().filter(key -> !isExpired(retention, key)).toList();
            if (!partitions.isEmpty()) {
                fill(env, config, home, partitions);
            }
            return new RebuildReport(
                    RunReports.id(start),
                    compare(reader, clickHouse, partitions),
                    partitions.size(),
                    found.size() - partitions.size(),
                    Duration.between(start, Instant.now()));
        }
    }

    private static boolean isExpired(TableRetention retention, PartitionKey partition) {
        return Dataset.of(partition.dataset()).partitionTime() != null
                && retention.hasExpired(partition);
    }

    private static List<PartitionKey> partitions(LakeReader reader, JobConfig config)
            throws IOException {
        LocalDate from = config.getDate(RebuildWarehouseOptions.FROM);
        LocalDate to = config.getDate(RebuildWarehouseOptions.TO);
        List<PartitionKey> partitions = new ArrayList<>();
        for (Dataset dataset : datasets(config)) {
            for (PartitionKey partition : reader.partitions(dataset)) {
                if (dataset.partitionTime() == null
                        || (from == null || !partition.date().isBefore(from))
                                && (to == null || !partition.date().isAfter(to))) {
                    partitions.add(partition);
                }
            }
        }
        return partitions;
    }

    private static List<Dataset> datasets(JobConfig config) {
        List<String> names = config.get(RebuildWarehouseOptions.DATASETS);
        if (names == null) {
            return List.copyOf(Dataset.all());
        }
        Map<String, Dataset> known = new HashMap<>();
        Dataset.all().forEach(dataset -> known.put(dataset.id(), dataset));
        List<String> unknown = names.stream().filter(name -> !known.containsKey(name)).toList();
        if (!unknown.isEmpty()) {
            throw new ConfigException(
                    unknown.stream()
                            .map(
                                    name ->
                                            "'"
                                                    + RebuildWarehouseOptions.DATASETS.key()
                                                    + "' has '"
                                                    + name
                                                    + "', which is no dataset; docs/contracts.md"
                                                    + " lists them.")
                            .toList());
        }
        return names.stream().distinct().map(known::get).toList();
    }

    private static void fill(
            StreamExecutionEnvironment env,
            JobConfig config,
            Home home,
            List<PartitionKey> partitions)
            throws Exception {
        env.fromData(partitions, TypeInformation.of(PartitionKey.class))
                .name("partitions")
                .uid("partitions")
                .rebalance()
                .flatMap(new LakePartitions(home.lake()), ContractTypeInfo.INSTANCE)
                .name("read lake")
                .uid("read-lake")
                .sinkTo(
                        WarehouseSink.builder(CommonOptions.warehouse(config))
                                .uid(NAME)
                                .blocks(new Path(home.blocks()))
                                .replacing(partitions)
                                .build())
                .name("warehouse")
                .uid("warehouse");
        env.execute(NAME);
    }

    /** Rows by dataset, the same in both stores. */
    private static SortedMap<String, Long> compare(
            LakeReader reader, ClickHouse clickHouse, List<PartitionKey> partitions)
            throws IOException {
        Map<String, SortedMap<String, Long>> lake = new TreeMap<>();
        for (PartitionKey partition : partitions) {
            boolean dated = Dataset.of(partition.dataset()).partitionTime() != null;
            lake.computeIfAbsent(partition.dataset(), id -> new TreeMap<>())
                    .merge(
                            dated ? partition.date().toString() : "all",
                            reader.rows(partition),
                            Long::sum);
        }
        SortedMap<String, Long> rows = new TreeMap<>();
        lake.forEach(
                (id, days) -> {
                    Map<String, Long> stored = stored(clickHouse, Dataset.of(id));
                    days.forEach(
                            (day, count) -> {
                                long there = stored.getOrDefault(day, 0L);
                                if (there != count) {
                                    throw new RebuildException(
                                            "The lake has %,d rows of %s, %s, but the warehouse %,d."
                                                    .formatted(count, id, day, there));
                                }
                                rows.merge(id, count, Long::sum);
                            });
                });
        return rows;
    }

    private static Map<String, Long> stored(ClickHouse clickHouse, Dataset dataset) {
        String day =
                dataset.partitionTime() == null
                        ? "'all'"
                        : "toString(toDate32("
                                + ClickHouse.identifier(dataset.partitionTime())
                                + "))";
        Map<String, Long> counts = new HashMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT "
                                + day
                                + " AS d, count() AS n FROM "
                                + clickHouse.table(dataset.table())
                                + " GROUP BY d")) {
            counts.put(row.getString("d"), row.getLong("n"));
        }
        return counts;
    }
}
