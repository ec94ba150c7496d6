package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessClusterTest {

    /** Far above what it takes on an idle machine. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir Path home;

    @Test
    void aJobOutlivesItsProcesses() throws Exception {
        Path jar = jar();
        Configuration configuration = new Configuration();
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                home.resolve("checkpoints").toUri().toString());
        try (ProcessCluster cluster =
                ProcessCluster.builder(home.resolve("cluster"))
                        .highAvailability()
                        .configuration(configuration)
                        .start()) {
            assertThatThrownBy(() -> cluster.submit(jar, "io.champion.local.NoSuchJob"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NoSuchJob");

            String job = cluster.submit(jar, EndlessJob.class.getName(), "100");
            long checkpoint = cluster.awaitCheckpointAfter(job, 0, LIMIT);

            cluster.killTaskManager(0);
            cluster.startTaskManager();
            checkpoint = cluster.awaitCheckpointAfter(job, checkpoint, LIMIT);
            assertThat(cluster.failure(job)).isNotEmpty();

            cluster.killJobManager();
            assertThat(cluster.status(job)).isEmpty();
            cluster.startJobManager();
            cluster.awaitCheckpointAfter(job, checkpoint, LIMIT);
            cluster.awaitTasksRunning(job, LIMIT);
            assertThat(cluster.status(job)).contains(JobStatus.RUNNING);

            String savepoint = cluster.stopWithSavepoint(job, home.resolve("savepoints"), LIMIT);
            cluster.awaitStatus(job, JobStatus.FINISHED, LIMIT);

            String next =
                    cluster.submit(
                            List.of("-p", "2", "-s", savepoint),
                            jar,
                            EndlessJob.class.getName(),
                            "100");
            cluster.awaitCheckpointAfter(next, 0, LIMIT);
            cluster.cancel(next);
            cluster.awaitStatus(next, JobStatus.CANCELED, LIMIT);

            assertThat(
                            cluster.run(
                                    List.of(),
                                    LIMIT,
                                    jar,
                                    EndlessJob.class.getName(),
                                    "10000",
                                    "100"))
                    .contains("The end.");
            assertThatThrownBy(
                            () ->
                                    cluster.run(
                                            List.of(),
                                            LIMIT,
                                            jar,
                                            EndlessJob.class.getName(),
                                            "no number"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NumberFormatException");
        }
    }

    /** By the settings of docs/runbook.md and the file that the project ships. */
    @Test
    void prometheusReadsItsMetricsAndItsLogsAreJson() throws Exception {
        int port = Loopback.freePorts(1).get(0);
        int ports = 20;
        Configuration configuration = new Configuration();
        configuration.setString("metrics.reporters", "prom");
        configuration.setString(
                "metrics.reporter.prom.factory.class",
                "org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
        configuration.setString("metrics.reporter.prom.port", port + "-" + (port + ports));
        try (ProcessCluster cluster =
                ProcessCluster.builder(home.resolve("cluster"))
                        .configuration(configuration)
                        .logging(
                                ProjectFiles.find(Path.of("deploy", "log4j-json.properties"))
                                        .orElseThrow())
                        .start()) {
            String job = cluster.submit(jar(), EndlessJob.class.getName(), "100");
            long checkpoint = cluster.awaitCheckpointAfter(job, 0, LIMIT);

            StringBuilder metrics = new StringBuilder();
            for (int i = 0; i <= ports; i++) {
                metrics.append(scrape(port + i));
            }
            assertThat(metrics.toString())
                    .containsPattern(
                            "flink_jobmanager_job_lastCheckpointDuration\\{job_id=\""
                                    + job
                                    + "\",[^}]*} [0-9.]+")
                    .containsPattern("flink_jobmanager_job_lastCheckpointSize\\{")
                    .containsPattern(
                            "flink_taskmanager_job_task_operator_numRecordsOut\\{[^}]*} [0-9.]+");

            ObjectMapper json = new ObjectMapper();
            List<JsonNode> lines = new ArrayList<>();
            for (String line : Files.readAllLines(cluster.logs().resolve("jobmanager-0.log"))) {
                if (line.startsWith("{")) {
                    lines.add(json.readTree(line));
                }
            }
            assertThat(lines)
                    .anySatisfy(
                            line -> {
                                assertThat(line.path("message").asText())
                                        .startsWith(
                                                "Completed checkpoint " + checkpoint + " for job");
                                assertThat(line.path("flink-job-id").asText()).isEqualTo(job);
                                assertThat(line.path("log.level").asText()).isEqualTo("INFO");
                            });
        }
    }

    /** The metrics of the process that has the port; none where nobody has it. */
    private static String scrape(int port) throws Exception {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create("http://127.0.0.1:" + port + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (ConnectException e) {
            return "";
        }
    }

    private Path jar() throws IOException {
        Path jar = home.resolve("endless-job.jar");
        String name = EndlessJob.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                InputStream code = EndlessJob.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            code.transferTo(out);
        }
        return jar;
    }

    /** Arguments: rows a second, and how many in all if there is to be an end. */
    public static final class EndlessJob {

        private EndlessJob() {}

        public static void main(String[] args) throws Exception {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.enableCheckpointing(200);
            env.fromSource(
                            new DataGeneratorSource<>(
                                    index -> index,
                                    args.length > 1 ? Long.parseLong(args[1]) : Long.MAX_VALUE,
                                    RateLimiterStrategy.perSecond(Double.parseDouble(args[0])),
                                    Types.LONG),
                            WatermarkStrategy.noWatermarks(),
                            "numbers")
                    .uid("numbers")
                    .sinkTo(new DiscardingSink<>())
                    .uid("nowhere");
            env.execute("endless");
            System.out.println(args.length > 1 ? "The end." : "Submitted.");
        }
    }
}
