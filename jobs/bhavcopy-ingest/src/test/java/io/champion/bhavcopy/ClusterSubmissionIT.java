package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import com.clickhouse.client.api.query.GenericRecord;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.lake.LakeReader;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.ProcessCluster;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The jar as it is shipped, submitted as docs/cluster.md says, to processes without its classes.
 */
class ClusterSubmissionIT {

    private static final Path JAR = Path.of(System.getProperty("job.jar"));

    @TempDir Path folder;

    /**
     * @param options none: the cluster runs it; {@code -t local}: the client does, as a CronJob's
     *     pod, at a port of its own beside the cluster
     */
    @ParameterizedTest
    @ValueSource(strings = {"", "-t local -p 2 -Drest.bind-port=0"})
    void aClusterOrOneProcessRunsTheJar(String options) throws Exception {
        Path home = folder.resolve("home");
        Configuration settings = new Configuration();
        settings.set(CoreOptions.DEFAULT_PARALLELISM, 2);
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("store"));
                ProcessCluster cluster =
                        ProcessCluster.builder(folder.resolve("cluster"))
                                .taskManagers(1)
                                .slots(2)
                                .configuration(settings)
                                .start()) {
            ClickHouseConfig warehouse = ClickHouseConfig.of(engine.url());
            Migrations.of(warehouse, null, Retention.FOREVER).apply();
            Path config =
                    Files.writeString(
                            folder.resolve("bhavcopy.yaml"),
                            """
                            home: %s
                            warehouse:
                              url: %s
                            """
                                    .formatted(home, engine.url()));

            String printed =
                    cluster.run(
                            options.isEmpty() ? List.of() : List.of(options.split(" ")),
                            Duration.ofMinutes(3),
                            JAR,
                            BhavcopyIngestJob.class.getName(),
                            "--config",
                            config.toString(),
                            "-Dbhavcopy.input=" + fixture(""));

            assertThat(printed).contains("All sums hold.");
            JsonNode report = report(home);
            assertThat(report.path("status").asText()).isEqualTo("ok");
            Ingested expected = Ingested.of(fixture(""));
            assertThat(report.path("rows_read").asLong())
                    .isPositive()
                    .isEqualTo(expected.accounting().rowsRead());

            Map<String, Long> rows = rowsByTable(expected.records());
            assertThat(rows).containsEntry("normalized_equity_ohlc", 16L);
            assertThat(lake(home, expected.plan())).isEqualTo(rows);
            rows.put("ingest_runs", 1L);
            assertThat(warehouse(warehouse)).isEqualTo(rows);
        }
    }

    private static JsonNode report(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("runs"))) {
            List<Path> reports = files.filter(Files::isRegularFile).toList();
            assertThat(reports).hasSize(1);
            return new ObjectMapper().readTree(Files.readString(reports.get(0)));
        }
    }

    private static Map<String, Long> rowsByTable(Iterable<SpecificRecordBase> records) {
        Map<String, Long> rows = new TreeMap<>();
        records.forEach(r -> rows.merge(Dataset.of(r.getSchema()).table(), 1L, Long::sum));
        return rows;
    }

    private static Map<String, Long> lake(Path home, IngestPlan plan) throws Exception {
        LakeReader reader =
                new LakeReader(new org.apache.flink.core.fs.Path(home.resolve("lake").toString()));
        Map<String, Long> rows = new TreeMap<>();
        for (PartitionKey partition : plan.partitions()) {
            try (CloseableIterator<SpecificRecordBase> records = reader.read(partition)) {
                rowsByTable(() -> records)
                        .forEach((table, number) -> rows.merge(table, number, Long::sum));
            }
        }
        return rows;
    }

    private static Map<String, Long> warehouse(ClickHouseConfig config) {
        Map<String, Long> rows = new TreeMap<>();
        try (ClickHouse clickHouse = ClickHouse.connect(config)) {
            for (Dataset dataset : Dataset.all()) {
                for (GenericRecord count :
                        clickHouse.query(
                                "SELECT toInt64(count()) AS n FROM "
                                        + clickHouse.table(dataset.table())
                                        + " HAVING n > 0")) {
                    rows.put(dataset.table(), count.getLong("n"));
                }
            }
        }
        return rows;
    }

    /** What Flink's lib folder has would clash with it; what it has not must be there. */
    @Test
    void theJarHoldsTheJobAndNothingOfFlinkItself() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo(BhavcopyIngestJob.class.getName());
            List<String> entries =
                    jar.stream().filter(e -> !e.isDirectory()).map(e -> e.getName()).toList();
            assertThat(entries)
                    .doesNotHaveDuplicates()
                    .contains(
                            "io/champion/bhavcopy/BhavcopyIngestJob.class",
                            "io/champion/lake/LakeSink.class",
                            "io/champion/warehouse/WarehouseSink.class",
                            "org/apache/parquet/hadoop/ParquetWriter.class",
                            "com/clickhouse/client/api/Client.class")
                    .filteredOn(name -> name.startsWith("org/apache/flink/"))
                    .allMatch(name -> name.startsWith("org/apache/flink/formats/"));
            assertThat(entries)
                    .noneMatch(name -> name.startsWith("org/slf4j/"))
                    .noneMatch(name -> name.startsWith("org/apache/logging/"))
                    .noneMatch(name -> name.startsWith("org/apache/log4j/"))
                    .noneMatch(name -> name.startsWith("ch/qos/logback/"))
                    .noneMatch(name -> name.startsWith("io/champion/local/"));
        }
        assertThat(Files.size(JAR)).as("what every submission uploads").isLessThan(100L << 20);
    }
}
