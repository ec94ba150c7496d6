package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.indicators.FeatureSet;
import io.champion.kafka.RecordEncoder;
import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.ProcessCluster;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityIndicators;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar as it is shipped, submitted as docs/cluster.md says, to processes without its classes.
 */
class ClusterSubmissionIT {
    private static final Path JAR = Path.of(System.getProperty("job.jar"));
    private static final int DAYS = 40;

    @TempDir Path folder;

    @Test
    void aSessionClusterRunsTheJar() throws Exception {
        Path home = folder.resolve("home");
        Configuration settings = new Configuration();
        settings.set(CoreOptions.DEFAULT_PARALLELISM, 2);
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("store"));
                EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"));
                ProcessCluster cluster =
                        ProcessCluster.builder(folder.resolve("cluster"))
                                .taskManagers(1)
                                .slots(2)
                                .configuration(settings)
                                .start()) {
            ClickHouseConfig warehouse = ClickHouseConfig.of(engine.url());
            Migrations.of(warehouse, null, Retention.FOREVER).apply();
            publish(kafka);
            Path config =
                    Files.writeString(
                            folder.resolve("features.yaml"),
                            """
                            home: %s
                            warehouse:
                              url: %s
                            kafka:
                              bootstrap-servers: %s
                            features:
                              input: kafka
                              interval: 1d
                              bounded: true
                            """
                                    .formatted(home, engine.url(), kafka.bootstrapServers()));

            cluster.run(
                    List.of(),
                    Duration.ofMinutes(3),
                    JAR,
                    FeatureComputeJob.class.getName(),
                    "--config",
                    config.toString());

            long groups =
                    FeatureSet.standard().features().stream()
                            .map(feature -> feature.group())
                            .distinct()
                            .count();
            LakeReader reader =
                    new LakeReader(
                            new org.apache.flink.core.fs.Path(home.resolve("lake").toString()));
            long rows = 0;
            for (PartitionKey partition :
                    reader.partitions(Dataset.of(EquityIndicators.getClassSchema()))) {
                rows += reader.rows(partition);
            }
            assertThat(rows).isEqualTo(2 * DAYS * groups);
            try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
                assertThat(
                                clickHouse.queryLong(
                                        "SELECT toInt64(uniqExact(event_id)) FROM "
                                                + clickHouse.table("features_equity_indicators")))
                        .isEqualTo(rows);
            }
        }
    }

    private static void publish(EmbeddedKafka kafka) throws Exception {
        kafka.createTopic("bars", 2);
        RecordEncoder<Bar> encoder = RecordEncoder.singleObject(Bar.class);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (int i = 0; i < 2; i++) {
                for (FeatureBar bar : Bars.walk("NSE:S" + i + ":EQ", DAYS, i)) {
                    producer.send(
                            new ProducerRecord<>(
                                    "bars", i, null, encoder.encode(Bars.message(bar))));
                }
            }
        }
    }
}
