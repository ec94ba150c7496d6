package io.champion.ticks;

import io.champion.kafka.KafkaConfig;
import io.champion.kafka.KafkaOptions;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.runtime.CommonOptions;
import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.runtime.OptionSet;
import io.champion.tracking.Experiments;
import io.champion.tracking.IntervalRuns;
import io.champion.tracking.TrackingOptions;
import io.champion.warehouse.WarehouseSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.IsolationLevel;

/**
 * Takes ticks from Kafka to lake and warehouse, and makes bars of them: {@code --config FILE} and
 * {@code -Dkey=value}, see {@link TickStreamOptions}, {@link KafkaOptions} and {@link
 * CommonOptions}.
 */
public final class TickStreamJob {
    private TickStreamJob() {}

    /** All options of the job. */
    public static final OptionSet OPTIONS =
            OptionSet.of(
                    CommonOptions.class,
                    TrackingOptions.class,
                    KafkaOptions.class,
                    TickStreamOptions.class);

    static final String NAME = "tick-stream";

    private static final int MESSAGES_OF_A_POLL = 5_000;

    /** Submits the job. */
    public static void main(String[] arguments) throws Exception {
        JobConfig config =
                JobConfig.fromArguments(
                        OPTIONS,
                        arguments,
                        KafkaOptions.BOOTSTRAP_SERVERS,
                        CommonOptions.WAREHOUSE_URL);
        StreamExecutionEnvironment env = JobEnvironment.create(config, Boundedness.UNBOUNDED);
        build(env, config);
        env.execute(NAME);
    }

    /**
     * Builds the graph in an environment.
     *
     * @throws ConfigException if an option has a value that makes no sense
     */
    public static void build(StreamExecutionEnvironment env, JobConfig config) {
        build(env, config, sinks(config));
    }

    /** As {@link #build(StreamExecutionEnvironment, JobConfig)}, with other sinks. */
    static void build(
            StreamExecutionEnvironment env, JobConfig config, TickStreamTopology.Sinks sinks) {
        IntervalRuns.add(
                TickStreamTopology.build(
                        messages(env, config), settings(config), kafka(config)::schemas, sinks),
                config,
                new IntervalRuns.Subject(
                        Experiments.INGESTION,
                        NAME,
                        config.get(TickStreamOptions.GROUP),
                        config.get(TickStreamOptions.TOPIC),
                        TickEngineOperator.READ,
                        new TreeMap<>(
                                Map.of(
                                        TickEngineOperator.ACCEPTED,
                                        Dataset.of(EquityTrade.getClassSchema()).id(),
                                        TickEngineOperator.BARS_MADE,
                                        Dataset.of(Bar.getClassSchema()).id()))));
    }

    /** The source alone: messages with watermarks. */
    static DataStream<TickMessage> messages(StreamExecutionEnvironment env, JobConfig config) {
        return env.fromSource(
                        source(config, kafka(config), settings(config)),
                        TickTimes.strategy(
                                config.get(TickStreamOptions.OUT_OF_ORDERNESS),
                                config.get(TickStreamOptions.IDLENESS),
                                config.get(TickStreamOptions.MAX_DRIFT)),
                        "ticks source")
                .uid("ticks-source");
    }

    /** All that the job writes to. */
    static TickStreamTopology.Sinks sinks(JobConfig config) {
        Home home = Home.of(config);
        KafkaSinks kafkaSinks =
                new KafkaSinks(
                        kafka(config),
                        config.get(TickStreamOptions.GROUP),
                        config.get(TickStreamOptions.TRANSACTION_TIMEOUT));
        Map<String, Sink<SpecificRecordBase>> bars = new LinkedHashMap<>();
        // First: a transaction ends by itself when it waits for long, as the warehouse's commits
        // do.
        bars.put("bars-kafka", kafkaSinks.bars(config.get(TickStreamOptions.BARS_TOPIC)));
        bars.put("bars-lake", lake(config, home, "bars").build());
        bars.put("bars-warehouse", warehouse(config, home, "bars", Bar.getClassSchema()).build());
        return new TickStreamTopology.Sinks(
                Map.of(
                        "ticks-lake",
                        lake(config, home, "ticks").buildBatches(),
                        "ticks-warehouse",
                        warehouse(config, home, "ticks", EquityTrade.getClassSchema())
                                .buildBatches()),
                bars,
                Map.of(
                        "dead-letters-kafka",
                        kafkaSinks.deadLetters(
                                config.get(TickStreamOptions.DEAD_LETTERS_TOPIC),
                                config.get(TickStreamOptions.TOPIC))));
    }

    static KafkaConfig kafka(JobConfig config) {
        try {
            KafkaConfig kafka = KafkaConfig.from(config);
            // Fails here, not in a task, where the folder or the registry's address is wrong.
            kafka.schemas();
            return kafka;
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of(e.getMessage()));
        }
    }

    private static KafkaSource<TickMessage> source(
            JobConfig config, KafkaConfig kafka, TickEngineOperator.Settings settings) {
        OffsetsInitializer start =
                switch (config.get(TickStreamOptions.START)) {
                    case EARLIEST -> OffsetsInitializer.earliest();
                    case LATEST -> OffsetsInitializer.latest();
                    case COMMITTED ->
                            OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST);
                };
        KafkaSourceBuilder<TickMessage> source =
                KafkaSource.<TickMessage>builder()
                        // Of ticks that a producer took back nothing is to be seen.
                        .setProperty(
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                IsolationLevel.READ_COMMITTED.toString())
                        // Each poll's messages are handed to another thread.
                        .setProperty(
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                String.valueOf(MESSAGES_OF_A_POLL))
                        .setProperties(kafka.clientProperties())
                        .setTopics(config.get(TickStreamOptions.TOPIC))
                        .setGroupId(config.get(TickStreamOptions.GROUP))
                        .setStartingOffsets(start)
                        .setDeserializer(new TickMessages(kafka::schemas, settings.maxAhead()));
        if (config.get(TickStreamOptions.BOUNDED)) {
            source.setBounded(OffsetsInitializer.latest());
        }
        return source.build();
    }

    private static LakeSink.Builder lake(JobConfig config, Home home, String uid) {
        return LakeSink.builder(new org.apache.flink.core.fs.Path(home.lake()))
                .uid(NAME + "-" + uid)
                .parquet(CommonOptions.parquet(config))
                .targetFileBytes(config.get(CommonOptions.LAKE_TARGET_FILE_SIZE).getBytes());
    }

    private static WarehouseSink.Builder warehouse(
            JobConfig config, Home home, String uid, Schema schema) {
        return WarehouseSink.builder(CommonOptions.warehouse(config))
                .uid(NAME + "-" + uid)
                .blocks(new org.apache.flink.core.fs.Path(home.blocks()))
                .datasets(List.of(Dataset.of(schema)));
    }

    static TickEngineOperator.Settings settings(JobConfig config) {
        List<String> problems = new ArrayList<>();
        BarIntervals intervals = null;
        try {
            intervals = BarIntervals.of(config.get(TickStreamOptions.INTERVALS));
        } catch (IllegalArgumentException e) {
            problems.add("'bars.intervals': " + e.getMessage());
        }
        SessionCalendar calendar = null;
        try {
            calendar =
                    SessionCalendar.of(
                            config.get(TickStreamOptions.SESSIONS), calendarDays(config));
        } catch (IllegalArgumentException e) {
            problems.add("'bars.sessions' or 'bars.calendar': " + e.getMessage());
        } catch (IOException e) {
            problems.add("'bars.calendar' cannot be read: " + e.getMessage() + ".");
        }
        if (config.get(TickStreamOptions.MAX_REMEMBERED) < 1) {
            problems.add("'ticks.max-remembered' must be at least 1.");
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new TickEngineOperator.Settings(
                new BookSettings(
                        intervals,
                        config.get(TickStreamOptions.ALLOWED_LATENESS).toMillis(),
                        config.get(TickStreamOptions.MAX_REMEMBERED)),
                calendar,
                config.get(TickStreamOptions.OUTSIDE_SESSION),
                config.get(TickStreamOptions.MAX_AHEAD).toMillis(),
                config.get(TickStreamOptions.MAX_ON_HEAP).getBytes(),
                Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }

    private static List<String> calendarDays(JobConfig config) throws IOException {
        String file = config.get(TickStreamOptions.CALENDAR);
        return file == null ? List.of() : Files.readAllLines(Path.of(file));
    }
}
