package io.champion.features;

import io.champion.indicators.FeatureSet;
import io.champion.indicators.FeatureSetException;
import io.champion.kafka.KafkaConfig;
import io.champion.kafka.KafkaOptions;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityIndicators;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import io.champion.tracking.Experiments;
import io.champion.tracking.IntervalPart;
import io.champion.tracking.IntervalRuns;
import io.champion.tracking.TrackingOptions;
import io.champion.warehouse.WarehouseSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;

/**
 * Computes technical indicators from the bars of the lake, or of Kafka: {@code --config FILE} and
 * {@code -Dkey=value}, see {@link FeatureComputeOptions}, {@link KafkaOptions} and {@link
 * CommonOptions}.
 */
public final class FeatureComputeJob {
    private FeatureComputeJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(
                    CommonOptions.class,
                    TrackingOptions.class,
                    KafkaOptions.class,
                    FeatureComputeOptions.class);

    static final String NAME = "feature-compute";

    private static final String ALIGNMENT_GROUP = "bars";

    /**
     * How often partitions learn how far they may be read: event time advances by the drift then.
     */
    private static final Duration ALIGNMENT_UPDATE = Duration.ofMillis(100);

    /** Runs the job over the lake and prints its report, or submits it to go on with Kafka. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config = JobConfig.fromArguments(OPTIONS, arguments, CommonOptions.WAREHOUSE_URL);
        if (config.get(FeatureComputeOptions.INPUT) == FeatureComputeOptions.Input.LAKE) {
            StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.BOUNDED);
            System.out.print(new LakeRun(config).execute(env).summary());
            return;
        }
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.UNBOUNDED);
        build(env, config);
        env.execute(NAME);
    }

    /**
     * Runs the job over the lake to its end, and holds what the stores have against what was read.
     *
     * @throws ConfigException if an option has a value that makes no sense
     * @throws FeatureInputException if the lake has no such bars
     */
    public static FeatureReport run(StreamExecutionEnvironment env, JobConfig config)
            throws Exception {
        return new LakeRun(config).execute(env);
    }

    /**
     * Builds the graph that goes on with Kafka.
     *
     * @throws ConfigException if an option has a value that makes no sense
     */
    public static void build(StreamExecutionEnvironment env, JobConfig config) {
        build(env, config, sinks(config));
    }

    /** As {@link #build(StreamExecutionEnvironment, JobConfig)}, with other sinks. */
    static void build(
            StreamExecutionEnvironment env,
            JobConfig config,
            Map<String, Sink<SpecificRecordBase>> sinks) {
        Instant started = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String interval = intervalFromKafka(config);
        String topic = config.get(FeatureComputeOptions.TOPIC);
        SingleOutputStreamOperator<FeatureBar> bars =
                env.fromSource(source(config, interval, started), times(config), "bars source")
                        .uid("bars-source")
                        .transform("bars", FeatureBarSerializer.TYPE, new BarsOrRejects())
                        .uid("bars");
        DataStream<SpecificRecordBase> rejects = bars.getSideOutput(BarsOrRejects.REJECTS);
        String benchmark = config.get(FeatureComputeOptions.BENCHMARK);
        DataStream<FeatureBar> whole =
                benchmark == null ? bars : BenchmarkJoin.join(bars, barsOf(benchmark, bars));
        DataStream<IntervalPart> parts =
                FeatureComputeTopology.build(
                        whole.keyBy(bar -> bar.instrument, Types.STRING),
                        List.of(rejects),
                        new FeatureFunction<>(
                                featureSet(config),
                                horizon(config),
                                FeatureRows.Run.fromKafka(interval, topic, started),
                                FeatureOutput.ROWS),
                        FeatureOutput.ROWS,
                        sinks);
        IntervalRuns.add(
                bars.getSideOutput(BarsOrRejects.PARTS).union(parts),
                config,
                new IntervalRuns.Subject(
                        Experiments.FEATURES,
                        NAME,
                        config.get(FeatureComputeOptions.GROUP),
                        topic,
                        BarsOrRejects.READ,
                        new TreeMap<>(
                                Map.of(
                                        FeatureOperator.WRITTEN,
                                        Dataset.of(EquityIndicators.getClassSchema()).id()))));
    }

    /** Those bars that are of an instrument, which is named by its id or symbol. */
    static DataStream<FeatureBar> barsOf(String name, DataStream<FeatureBar> bars) {
        return bars.filter(bar -> isOf(name, bar)).name("benchmark bars").uid("benchmark-bars");
    }

    /** Whether a bar is of an instrument, which is named by its id or symbol. */
    static boolean isOf(String name, FeatureBar bar) {
        return bar.symbol.equalsIgnoreCase(name) || bar.instrument.equalsIgnoreCase(name);
    }

    private static KafkaSource<KafkaBar> source(
            JobConfig config, String interval, Instant started) {
        KafkaConfig kafka;
        try {
            kafka = KafkaConfig.from(config);
            kafka.schemas();
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(e.getMessage()));
        }
        KafkaSourceBuilder<KafkaBar> source =
                KafkaSource.<KafkaBar>builder()
                        .setProperty(
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                IsolationLevel.READ_COMMITTED.toString())
                        .setProperties(kafka.clientProperties())
                        .setTopics(config.get(FeatureComputeOptions.TOPIC))
                        .setGroupId(config.get(FeatureComputeOptions.GROUP))
                        .setStartingOffsets(
                                switch (config.get(FeatureComputeOptions.START)) {
                                    case EARLIEST -> OffsetsInitializer.earliest();
                                    case LATEST -> OffsetsInitializer.latest();
                                    case DATE -> OffsetsInitializer.timestamp(startDate(config));
                                })
                        .setDeserializer(new KafkaBars(kafka::schemas, interval, started));
        if (config.get(FeatureComputeOptions.BOUNDED)) {
            source.setBounded(OffsetsInitializer.latest());
        }
        return source.build();
    }

    /** Milliseconds since the epoch. */
    private static long startDate(JobConfig config) {
        String text = config.get(FeatureComputeOptions.START_DATE);
        try {
            return LocalDate.parse(text == null ? "" : text)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new ConfigException(
                    List.of(
                            "'features.start' is date, and 'features.start-date' is "
                                    + (text == null ? "not given" : "'" + text + "'")
                                    + "; write it as 2025-06-18."));
        }
    }

    /** Watermarks from the starts of bars; what is no bar moves none. */
    static WatermarkStrategy<KafkaBar> times(JobConfig config) {
        WatermarkStrategy<KafkaBar> strategy =
                WatermarkStrategy.<KafkaBar>forBoundedOutOfOrderness(
                                config.get(FeatureComputeOptions.OUT_OF_ORDERNESS))
                        .withTimestampAssigner(
                                (message, before) ->
                                        message.record() instanceof Bar bar
                                                ? bar.getWindowStart() / 1_000_000
                                                : Long.MIN_VALUE);
        Duration idleness = config.get(FeatureComputeOptions.IDLENESS);
        // Of a bounded run a partition that is silent has ended, or is slow to come.
        if (!idleness.isZero() && !config.get(FeatureComputeOptions.BOUNDED)) {
            strategy = strategy.withIdleness(idleness);
        }
        Duration maxDrift = config.get(FeatureComputeOptions.MAX_DRIFT);
        return maxDrift.isZero()
                ? strategy
                : strategy.withWatermarkAlignment(ALIGNMENT_GROUP, maxDrift, ALIGNMENT_UPDATE);
    }

    private static Map<String, Sink<SpecificRecordBase>> sinks(JobConfig config) {
        Home home = Home.of(config);
        Map<String, Sink<SpecificRecordBase>> sinks = new LinkedHashMap<>();
        sinks.put(
                "lake",
                LakeSink.builder(new org.apache.flink.core.fs.Path(home.lake()))
                        .uid(NAME)
                        .parquet(CommonOptions.parquet(config))
                        .targetFileBytes(config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes())
                        .build());
        sinks.put(
                "warehouse",
                WarehouseSink.builder(CommonOptions.warehouse(config))
                        .uid(NAME)
                        .blocks(new org.apache.flink.core.fs.Path(home.blocks()))
                        .datasets(List.of(Dataset.of(EquityIndicators.getClassSchema())))
                        .build());
        return sinks;
    }

    static FeatureSet featureSet(JobConfig config) {
        String file = config.get(FeatureComputeOptions.SET);
        try {
            return file == null ? FeatureSet.standard() : FeatureSet.read(Path.of(file));
        } catch (FeatureSetException e) {
            throw new ConfigException(e.problems());
        }
    }

    static String interval(JobConfig config, String usual) {
        String interval = config.get(FeatureComputeOptions.INTERVAL);
        return interval == null ? usual : interval;
    }

    static String intervalFromKafka(JobConfig config) {
        return interval(config, FeatureRows.MINUTE);
    }

    static int horizon(JobConfig config) {
        int horizon = config.get(FeatureComputeOptions.HORIZON);
        if (horizon < 0) {
            throw new ConfigException(
                    List.of("'features.horizon' is " + horizon + "; give 0 or more."));
        }
        return horizon;
    }
}
