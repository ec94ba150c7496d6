package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.Loopback;
import io.champion.local.ProcessCluster;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The demo on a Flink of processes of its own, as {@code --target compose} runs it in a container;
 * and Grafana's dashboards, whose metrics and tables have to be what the demo leaves.
 */
@Timeout(300)
class ClusterDemoIT {
    private static final Path DASHBOARDS =
            Path.of("..", "deploy", "compose", "grafana", "dashboards");
    private static final Pattern METRIC = Pattern.compile("\\bflink_\\w+");
    private static final int PORTS = 10;

    @TempDir Path home;

    @Test
    void theDemoRunsOnAClusterAndTheDashboardsShowIt() throws Exception {
        int port = Loopback.freePorts(1).get(0);
        Configuration reporter = new Configuration();
        reporter.setString("metrics.reporters", "prom");
        reporter.setString(
                "metrics.reporter.prom.factory.class",
                "org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
        reporter.setString("metrics.reporter.prom.port", port + "-" + (port + PORTS));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("servers/kafka"));
                EmbeddedClickHouse engine =
                        EmbeddedClickHouse.start(home.resolve("servers/engine"));
                ProcessCluster cluster =
                        ProcessCluster.builder(home.resolve("servers/cluster"))
                                .slots(2)
                                .configuration(reporter)
                                .start()) {
            Map<String, String> servers =
                    Map.of(
                            "CHAMPION_HOME",
                            home.resolve("home").toString(),
                            "CHAMPION_WAREHOUSE_URL",
                            engine.url(),
                            "CHAMPION_KAFKA_BOOTSTRAP_SERVERS",
                            kafka.bootstrapServers(),
                            "CHAMPION_FLINK_URL",
                            cluster.restAddress().toString());
            assertThat(Run.of(servers, "ddl", "apply").exitCode()).isEqualTo(ExitCode.OK);

            Set<String> seen = ConcurrentHashMap.newKeySet();
            CompletableFuture<String> demo = CompletableFuture.supplyAsync(() -> demo(servers));
            while (!demo.isDone()) {
                for (int i = 0; i <= PORTS; i++) {
                    METRIC.matcher(scrape(port + i)).results().forEach(r -> seen.add(r.group()));
                }
                TimeUnit.MILLISECONDS.sleep(500);
            }
            assertThat(demo.get())
                    .contains("The warehouse has each good one once.")
                    .contains("Stopped with savepoint file:");

            assertThat(seen).containsAll(metrics());
            try (ClickHouse clickHouse = ClickHouse.connect(ClickHouseConfig.of(engine.url()))) {
                for (String sql : queries()) {
                    assertThat(clickHouse.query(sql.replace("${symbol}", "SIM0001")))
                            .as(sql)
                            .isNotEmpty();
                }
            }

            assertThat(demo(servers)).contains("The session is in Kafka already");
        }
    }

    /** The command itself, with less to do. */
    private static String demo(Map<String, String> servers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Console console = new Console(stream, stream, false);
        DemoCommand command =
                new DemoCommand(
                        new Context(console, servers), new DemoCommand.Size(100, 20_000, 5_000));
        int exitCode =
                new CommandLine(command)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute("--target", "cluster");
        console.flush();
        String said = out.toString(StandardCharsets.UTF_8);
        assertThat(exitCode).as(said).isEqualTo(ExitCode.OK);
        return said;
    }

    private static Set<String> metrics() throws IOException {
        Set<String> metrics = new TreeSet<>();
        for (JsonNode target : read("pipeline-health.json").findValues("expr")) {
            METRIC.matcher(target.asText()).results().forEach(r -> metrics.add(r.group()));
        }
        assertThat(metrics).hasSizeGreaterThan(10);
        return metrics;
    }

    private static List<String> queries() throws IOException {
        List<String> queries = new ArrayList<>();
        JsonNode market = read("market.json");
        market.findValues("rawSql").forEach(sql -> queries.add(sql.asText()));
        market.findValues("query").forEach(sql -> queries.add(sql.asText()));
        assertThat(queries).hasSizeGreaterThan(5);
        return queries;
    }

    private static JsonNode read(String dashboard) throws IOException {
        return new ObjectMapper().readTree(DASHBOARDS.resolve(dashboard).toFile());
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
}
