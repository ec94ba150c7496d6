package io.champion.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.KafkaConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job between two topics of a broker in a container, over TLS, as a user, in transactions:
 * through a broker that loses power, and a link that is cut and slow.
 */
@RequiresEngine
@Timeout(300)
final class KafkaContainerIT {

    private static final int BATCH = 1000;
    private static final int PARTITIONS = 2;

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(PARTITIONS)
                            .build());

    @TempDir private static Path folder;
    private static KafkaContainer kafka;

    @BeforeAll
    static void start() throws Exception {
        kafka = new KafkaContainer(folder);
        kafka.start();
        kafka.createUser(System.getenv("KAFKA_USER"), System.getenv("KAFKA_PASSWORD"));
        kafka.createTopic("in", PARTITIONS);
        kafka.createTopic("out", PARTITIONS);
    }

    @AfterAll
    static void stop() {
        kafka.stop();
    }

    @Test
    void eachMessageIsCommittedOnceThroughKillsCutsAndASlowLink() throws Exception {
        JobClient job = copy().executeAsync("copy");
        List<String> sent = new ArrayList<>();
        List<String> found = new ArrayList<>();
        try (KafkaConsumer<String, String> out = committed()) {
            sent.addAll(send(sent.size()));
            awaitAll(out, sent, found, job);

            // With a transaction open, and more of them not yet committed.
            sent.addAll(send(sent.size()));
            kafka.kill();
            kafka.startAgain();
            awaitAll(out, sent, found, job);

            sent.addAll(send(sent.size()));
            kafka.link().cut();
            await(() -> kafka.link().refused() > 0, "nobody misses the link");
            kafka.link().mend();
            awaitAll(out, sent, found, job);

            kafka.link().slow(Duration.ofMillis(100));
            sent.addAll(send(sent.size()));
            awaitAll(out, sent, found, job);
            kafka.link().slow(Duration.ZERO);

            // Nothing comes after what was awaited: the job ends with all that it has.
            job.stopWithSavepoint(
                            false,
                            folder.resolve("savepoints").toUri().toString(),
                            SavepointFormatType.CANONICAL)
                    .get();
            readToTheEnd(out, found);
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(sent);
    }

    private static StreamExecutionEnvironment copy() {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(PARTITIONS);
        Properties client = secured();
        Properties producer = secured();
        producer.setProperty("transaction.timeout.ms", "60000");
        env.fromSource(
                        KafkaSource.<String>builder()
                                .setProperties(client)
                                .setTopics("in")
                                .setGroupId("copy")
                                .setStartingOffsets(OffsetsInitializer.earliest())
                                .setValueOnlyDeserializer(new SimpleStringSchema())
                                .build(),
                        WatermarkStrategy.noWatermarks(),
                        "in")
                .uid("in")
                .sinkTo(
                        KafkaSink.<String>builder()
                                .setKafkaProducerConfig(producer)
                                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                                .setTransactionalIdPrefix("copy")
                                .setRecordSerializer(
                                        KafkaRecordSerializationSchema.<String>builder()
                                                .setTopic("out")
                                                .setValueSerializationSchema(
                                                        new SimpleStringSchema())
                                                .build())
                                .build())
                .name("out")
                .uid("out");
        return env;
    }

    /** What a job's clients are made of; quick to see that a connection is dead. */
    private static Properties secured() {
        return new KafkaConfig(
                        kafka.securedServers(),
                        SecurityProtocol.SASL_SSL,
                        "SCRAM-SHA-512",
                        kafka.certificate().toString(),
                        Map.of(
                                "request.timeout.ms",
                                "5000",
                                "reconnect.backoff.max.ms",
                                "200",
                                "retry.backoff.max.ms",
                                "200"),
                        null,
                        null)
                .clientProperties();
    }

    /** Sends a batch of numbers, through the link, and waits until the broker has all. */
    private static List<String> send(int from) throws Exception {
        List<String> batch =
                IntStream.range(from, from + BATCH).mapToObj(Integer::toString).toList();
        List<Future<?>> sent = new ArrayList<>();
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(secured(), new StringSerializer(), new StringSerializer())) {
            for (String value : batch) {
                sent.add(producer.send(new ProducerRecord<>("in", value, value)));
            }
            for (Future<?> acknowledged : sent) {
                acknowledged.get();
            }
        }
        return batch;
    }

    /** Reads what is committed, past the link. */
    private static KafkaConsumer<String, String> committed() {
        Properties properties = new Properties();
        properties.setProperty("bootstrap.servers", kafka.plainServers());
        properties.setProperty("isolation.level", "read_committed");
        properties.setProperty("auto.offset.reset", "earliest");
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        consumer.assign(
                IntStream.range(0, PARTITIONS)
                        .mapToObj(p -> new TopicPartition("out", p))
                        .toList());
        return consumer;
    }

    private static void awaitAll(
            KafkaConsumer<String, String> out, List<String> sent, List<String> found, JobClient job)
            throws Exception {
        await(
                () -> {
                    poll(out, found);
                    return found.size() >= sent.size();
                },
                "not all messages arrive; the job is " + job.getJobStatus().get());
    }

    private static void readToTheEnd(KafkaConsumer<String, String> out, List<String> found)
            throws Exception {
        Map<TopicPartition, Long> ends = out.endOffsets(out.assignment());
        await(
                () -> {
                    poll(out, found);
                    return ends.entrySet().stream()
                            .allMatch(end -> out.position(end.getKey()) >= end.getValue());
                },
                "the end of the topic is not reached");
    }

    private static void poll(KafkaConsumer<String, String> out, List<String> found) {
        for (ConsumerRecord<String, String> record : out.poll(Duration.ofMillis(100))) {
            found.add(record.value());
        }
    }

    private static void await(Supplier<Boolean> condition, String otherwise) throws Exception {
        CommonTestUtils.waitUtil(
                condition, Duration.ofSeconds(90), Duration.ofMillis(20), otherwise);
    }
}
