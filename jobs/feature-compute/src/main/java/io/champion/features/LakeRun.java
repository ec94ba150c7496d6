package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.lake.LakeSnapshot;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import io.champion.model.record.DailyBar;
import io.champion.model.record.EquityAdjusted;
import io.champion.model.record.EquityIndicators;
import io.champion.model.record.EquityOhlc;
import io.champion.model.record.IndexOhlc;
import io.champion.model.record.MinuteBar;
import io.champion.model.record.Reject;
import io.champion.quality.AccountingException;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.RunReports;
import io.champion.tracking.Experiments;
import io.champion.tracking.Revision;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.tracking.WrittenRows;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.TargetCheck;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

/**
 * The job over the lake: reads the bars day by day, and replaces the features of its sessions.
 *
 * <p>It runs as a stream that ends, not as a batch. A batch would sort all bars by instrument, and
 * then all features by day again; bars that are read in the order of days come out so, and of each
 * instrument there is one small state.
 */
final class LakeRun {

    private static final Dataset FEATURES = Dataset.of(EquityIndicators.getClassSchema());
    private static final Dataset INDICES = Dataset.of(IndexOhlc.getClassSchema());
    private static final Dataset REJECTS = Dataset.of(Reject.getClassSchema());

    /** Where features go. */
    static final String LAKE = "lake";

    static final String WAREHOUSE = "warehouse";

    private final JobConfig config;
    private final Set<String> stores;
    private final Home home;
    private final FeatureSet set;
    private final String interval;
    private final Dataset bars;
    private final String benchmark;
    private final Instant started = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    LakeRun(JobConfig config) {
        this(config, Set.of(LAKE, WAREHOUSE));
    }

    /**
     * For reading the bars alone.
     *
     * @param interval their length
     */
    LakeRun(JobConfig config, String interval) {
        this(config, Set.of(), interval);
    }

    /**
     * A run into some of the stores.
     *
     * @param stores the lake, and the warehouse or not
     */
    LakeRun(JobConfig config, Set<String> stores) {
        this(config, stores, FeatureComputeJob.interval(config, FeatureRows.DAILY));
    }

    private LakeRun(JobConfig config, Set<String> stores, String interval) {
        this.config = config;
        this.stores = stores;
        this.home = Home.of(config);
        this.set = FeatureComputeJob.featureSet(config);
        this.interval = interval;
        this.bars = Dataset.of(barsOf(interval));
        this.benchmark = config.get(FeatureComputeOptions.BENCHMARK);
    }

    private Schema barsOf(String interval) {
        boolean daily = interval.equals(FeatureRows.DAILY);
        return switch (config.get(FeatureComputeOptions.PRICES)) {
            case ADJUSTED -> daily ? EquityAdjusted.getClassSchema() : Bar.getClassSchema();
            case RAW -> daily ? EquityOhlc.getClassSchema() : Bar.getClassSchema();
            case FLAT_FILES -> {
                if (!daily && !interval.equals(FeatureRows.MINUTE)) {
                    throw new ConfigException(
                            List.of(
                                    "'"
                                            + FeatureComputeOptions.INTERVAL.key()
                                            + "' is '"
                                            + interval
                                            + "', but bars of flat files are of 1d or of 1m."));
                }
                yield daily ? DailyBar.getClassSchema() : MinuteBar.getClassSchema();
            }
        };
    }

    /** Runs it, and has it on record. */
    FeatureReport execute(StreamExecutionEnvironment env) throws Exception {
        return Tracker.job(
                config,
                Experiments.FEATURES,
                FeatureComputeJob.NAME,
                RunReports.id(started),
                started,
                run -> execute(env, run));
    }

    private FeatureReport execute(StreamExecutionEnvironment env, TrackedRun.Builder record)
            throws Exception {
        LocalDate first = config.getDate(FeatureComputeOptions.FROM);
        LocalDate last = config.getDate(FeatureComputeOptions.TO);
        Inputs inputs = inputs(last);
        LocalDate from = first == null ? inputs.firstDay() : first;
        LocalDate to = inputs.lastSession();
        if (from.isAfter(to)) {
            throw new FeatureInputException(
                    "The last bars of " + bars.id() + " are of " + to + ", before " + from + ".");
        }
        List<FeatureReport.Input> fingerprints = new ArrayList<>(fingerprints(inputs.lake()));
        if (isToIndex()) {
            fingerprints.addAll(fingerprints(snapshot(INDICES, to)));
        }
        FeatureRows.Run run =
                FeatureRows.Run.overLake(
                        interval,
                        bars.id(),
                        first == null ? Integer.MIN_VALUE : (int) from.toEpochDay(),
                        started);
        TreeSet<PartitionKey> outputs = outputs(inputs, first, run);
        if (stores.contains(WAREHOUSE)) {
            try (ClickHouse warehouse = ClickHouse.connect(CommonOptions.warehouse(config))) {
                TargetCheck.check(warehouse, List.of(FEATURES.id(), REJECTS.id()));
            }
        }

        env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
        if (FeatureBatches.hold(set)) {
            build(
                    env,
                    inputs,
                    run,
                    FeatureOutput.BATCHES,
                    sinks(
                            outputs,
                            LakeSink.Builder::buildBatches,
                            WarehouseSink.Builder::buildBatches));
        } else {
            build(
                    env,
                    inputs,
                    run,
                    FeatureOutput.ROWS,
                    sinks(outputs, LakeSink.Builder::build, WarehouseSink.Builder::build));
        }
        JobExecutionResult result = env.execute(FeatureComputeJob.NAME);

        FeatureReport report = report(result, outputs, fingerprints, from, to);
        RunReports.store(home, report.runId(), "features.json", report.toJson());
        report.describe(record);
        record.afterwards(
                        later ->
                                report.describe(
                                        set,
                                        result.getAccumulatorResult(FeatureFunction.STATISTICS),
                                        later))
                .afterwards(later -> WrittenRows.describe(new Path(home.lake()), outputs, later));
        if (report.problem() != null) {
            throw new AccountingException(report.problem());
        }
        return report;
    }

    private <T> void build(
            StreamExecutionEnvironment env,
            Inputs inputs,
            FeatureRows.Run run,
            FeatureOutput.Form<T> form,
            Map<String, Sink<T>> sinks)
            throws IOException {
        KeySelector<FeatureBar, String> instrument = bar -> bar.instrument;
        DataStream<FeatureBar> read = bars(env, inputs);
        FeatureComputeTopology.build(
                // Each task reads those bars whose state it has, as long as they come from there.
                benchmark == null
                        ? DataStreamUtils.reinterpretAsKeyedStream(read, instrument, Types.STRING)
                        : read.keyBy(instrument, Types.STRING),
                List.of(),
                FeatureFunction.ofBarsInOrder(set, run, form),
                form,
                sinks);
    }

    /** Id of the dataset of the bars. */
    String dataset() {
        return bars.id();
    }

    /** The bars of partitions, one day after the other. */
    DataStream<FeatureBar> bars(StreamExecutionEnvironment env, Inputs inputs) throws IOException {
        DataStream<FeatureBar> own = barsAlone(env, inputs);
        if (benchmark == null) {
            return own;
        }
        return BenchmarkJoin.join(
                own,
                isToIndex()
                        ? index(env, inputs.lastSession())
                        : FeatureComputeJob.barsOf(benchmark, own));
    }

    /** Whether beta compares with an index of the lake, and not with one among the bars. */
    private boolean isToIndex() {
        return benchmark != null
                && interval.equals(FeatureRows.DAILY)
                && config.get(FeatureComputeOptions.PRICES)
                        != FeatureComputeOptions.Prices.FLAT_FILES;
    }

    /** The closes of the benchmark in the lake, one day after the other. */
    private DataStream<FeatureBar> index(StreamExecutionEnvironment env, LocalDate last)
            throws IOException {
        LakeReader reader = new LakeReader(new Path(home.lake()));
        List<PartitionKey> days = keys(snapshot(INDICES, last));
        TreeSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        if (!days.isEmpty()) {
            try (CloseableIterator<SpecificRecordBase> rows =
                    reader.read(days.get(days.size() - 1))) {
                rows.forEachRemaining(row -> names.add(((IndexOhlc) row).getIndexName()));
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
        if (!names.contains(benchmark)) {
            throw new FeatureInputException(
                    "There is no index '"
                            + benchmark
                            + "' ('"
                            + FeatureComputeOptions.BENCHMARK.key()
                            + "') in "
                            + INDICES.id()
                            + (days.isEmpty()
                                    ? ", which has no days up to " + last + "."
                                    : " of "
                                            + days.get(days.size() - 1).date()
                                            + "; there are "
                                            + String.join(", ", names)
                                            + "."));
        }
        return env.fromData(days, TypeInformation.of(PartitionKey.class))
                .name("index partitions")
                .uid("index-partitions")
                .flatMap(new IndexBars(home.lake(), benchmark), FeatureBarSerializer.TYPE)
                .setParallelism(1)
                .name("index")
                .uid("index")
                .assignTimestampsAndWatermarks(IndexBars.watermarks())
                .setParallelism(1)
                .name("index times")
                .uid("index-times");
    }

    private DataStream<FeatureBar> barsAlone(StreamExecutionEnvironment env, Inputs inputs) {
        return env.fromData(inputs.partitions(), TypeInformation.of(PartitionKey.class))
                .name("partitions")
                .uid("partitions")
                .broadcast()
                .transform(
                        "bars",
                        FeatureBarSerializer.TYPE,
                        new LakeBars(inputs.lake(), bars, interval, inputs.lastSession()))
                .uid("bars");
    }

    /**
     * What is read.
     *
     * @param lake partitions of bars, in the order of their days
     * @param lastSession of which bars are taken
     */
    record Inputs(LakeSnapshot lake, LocalDate lastSession) {

        List<PartitionKey> partitions() {
            return keys(lake);
        }

        private LocalDate firstDay() {
            return lake.partitions().get(0).key().date();
        }
    }

    /**
     * What there is to read.
     *
     * @param last last session; null for all
     * @throws FeatureInputException if there is nothing
     */
    Inputs inputs(LocalDate last) throws IOException {
        LakeSnapshot lake = snapshot(bars, last != null && isOfWindows() ? last.plusDays(1) : last);
        List<PartitionKey> days = keys(lake);
        if (days.isEmpty() || last != null && days.get(0).date().isAfter(last)) {
            throw new FeatureInputException(
                    "The lake "
                            + home.lake()
                            + " has no "
                            + bars.id()
                            + (last == null ? "" : " up to " + last)
                            + "."
                            + (is(EquityAdjusted.getClassSchema())
                                    ? " Run 'champion adjust' first, or compute from raw prices"
                                            + " with -Dfeatures.prices=raw."
                                    : "")
                            + (isOfWindows()
                                    ? " Daily bars are taken with -Dfeatures.interval=1d."
                                    : ""));
        }
        LocalDate lastDay = days.get(days.size() - 1).date();
        return new Inputs(lake, last == null || lastDay.isBefore(last) ? lastDay : last);
    }

    /**
     * Whether the bars' partitions are days by UTC: a session's last bars may be in that of the day
     * after it.
     */
    private boolean isOfWindows() {
        return is(Bar.getClassSchema());
    }

    /** Whether the bars are of a contract. */
    private boolean is(Schema contract) {
        return bars.id().equals(Dataset.of(contract).id());
    }

    /**
     * The partitions of a dataset.
     *
     * @param last last day; null for all
     */
    private LakeSnapshot snapshot(Dataset dataset, LocalDate last) throws IOException {
        return new LakeReader(new Path(home.lake()))
                .snapshot(dataset, LocalDate.MIN, last == null ? LocalDate.MAX : last.plusDays(1));
    }

    private static List<PartitionKey> keys(LakeSnapshot snapshot) {
        return snapshot.partitions().stream().map(LakeSnapshot.Partition::key).toList();
    }

    private static List<FeatureReport.Input> fingerprints(LakeSnapshot snapshot) {
        return snapshot.partitions().stream()
                .map(day -> new FeatureReport.Input(day.key().location(), day.version()))
                .toList();
    }

    /**
     * Partitions that the run replaces.
     *
     * @param first first session; null for all
     */
    private TreeSet<PartitionKey> outputs(Inputs inputs, LocalDate first, FeatureRows.Run run) {
        TreeSet<PartitionKey> outputs = new TreeSet<>();
        TreeSet<LocalDate> sessions = new TreeSet<>();
        for (PartitionKey input : inputs.partitions()) {
            sessions.add(input.date());
            if (isOfWindows()) {
                sessions.add(input.date().minusDays(1));
            }
        }
        List<String> groups = run.groups(set);
        LocalDate from = first == null ? sessions.first() : first;
        for (LocalDate session : sessions.subSet(from, true, inputs.lastSession(), true)) {
            for (String group : groups) {
                outputs.add(FEATURES.partitionOf(session, group));
            }
            outputs.add(REJECTS.partitionOf(session, run.rejects()));
        }
        return outputs;
    }

    private <T> Map<String, Sink<T>> sinks(
            TreeSet<PartitionKey> outputs,
            Function<LakeSink.Builder, ? extends Sink<T>> lake,
            Function<WarehouseSink.Builder, Sink<T>> warehouse) {
        Map<String, Sink<T>> sinks = new LinkedHashMap<>();
        sinks.put(
                LAKE,
                lake.apply(
                        LakeSink.builder(new Path(home.lake()))
                                .parquet(CommonOptions.parquet(config))
                                .targetFileBytes(
                                        config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes())
                                .replacing(outputs)));
        if (stores.contains(WAREHOUSE)) {
            sinks.put(
                    WAREHOUSE,
                    warehouse.apply(
                            WarehouseSink.builder(CommonOptions.warehouse(config))
                                    .uid(FeatureComputeJob.NAME + "-lake")
                                    .blocks(new Path(home.blocks()))
                                    .replacing(outputs)));
        }
        return sinks;
    }

    private FeatureReport report(
            JobExecutionResult result,
            TreeSet<PartitionKey> outputs,
            List<FeatureReport.Input> inputs,
            LocalDate from,
            LocalDate to)
            throws IOException {
        long read = count(result, LakeBars.BARS);
        long computed = count(result, FeatureFunction.COMPUTED);
        long superseded =
                count(result, LakeBars.SUPERSEDED) + count(result, FeatureFunction.SUPERSEDED);
        long beyond = count(result, FeatureFunction.BEYOND_HORIZON);
        long rows = count(result, FeatureFunction.ROWS);
        String problem = null;
        if (read != computed + superseded + beyond) {
            problem =
                    "%,d bars were read, but %,d were computed, %,d superseded and %,d rejected."
                            .formatted(read, computed, superseded, beyond);
        }
        long stored = new LakeReader(new Path(home.lake())).rows(outputs);
        if (problem == null && stored != rows + beyond) {
            problem =
                    "%,d rows were given to the lake, but it holds %,d."
                            .formatted(rows + beyond, stored);
        }
        return new FeatureReport(
                RunReports.id(started),
                set.name(),
                set.version(),
                FeatureReport.features(set),
                Revision.current().toString(),
                bars.id(),
                interval,
                inputs,
                from.toString(),
                to.toString(),
                read,
                computed,
                superseded,
                beyond,
                count(result, LakeBars.UNTRADED),
                rows,
                Duration.between(started, Instant.now()).toMillis() / 1000.0,
                problem);
    }

    private static long count(JobExecutionResult result, String accumulator) {
        Long count = result.getAccumulatorResult(accumulator);
        return count == null ? 0 : count;
    }
}
