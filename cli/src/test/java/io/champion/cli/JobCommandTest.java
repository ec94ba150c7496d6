package io.champion.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.champion.local.ProcessCluster;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.JobManagerOptions.SchedulerType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on clusters of real processes. */
final class JobCommandTest {

    /** Far above what it takes on an idle machine. */
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static final Pattern ID = Pattern.compile("as job ([0-9a-f]{32})\\.");

    @TempDir Path home;

    private Run job(ProcessCluster cluster, String... arguments) {
        List<String> all = new ArrayList<>(List.of("job"));
        all.addAll(List.of(arguments));
        int options = all.contains("--") ? all.indexOf("--") : all.size();
        all.addAll(options, List.of("--cluster", cluster.restAddress().toString()));
        return Run.in(home, all.toArray(String[]::new));
    }

    private static String done(Run run) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
        return run.out().strip();
    }

    private static String id(String report) {
        Matcher matcher = ID.matcher(report);
        assertThat(matcher.find()).as(report).isTrue();
        return matcher.group(1);
    }

    @Test
    void aJobIsSubmittedSavedStoppedRestoredAndRescaled() throws Exception {
        Path jar = jar();
        String savepoints = home.resolve("savepoints").toUri().toString();
        try (ProcessCluster cluster =
                ProcessCluster.builder(home.resolve("cluster")).slots(3).start()) {
            assertThat(done(job(cluster, "list"))).startsWith("job").doesNotContain("endless");

            String submitted = done(job(cluster, "submit", jar.toString(), "-p", "1", "--", "uid"));
            assertThat(submitted).startsWith("endless runs with parallelism 1 as job ");
            cluster.awaitCheckpointAfter(id(submitted), 0, LIMIT);
            assertThat(done(job(cluster, "list")))
                    .containsPattern(
                            "endless  "
                                    + id(submitted)
                                    + "  running  .*s +1 +[0-9]+ .*s +[0-9.]+ s +[0-9.]+ k?B");

            Run twice = job(cluster, "submit", jar.toString(), "-p", "1", "--", "uid");
            assertThat(twice.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(twice.err()).contains("endless runs already (" + id(submitted) + ")");

            Run nowhere = job(cluster, "savepoint", "endless");
            assertThat(nowhere.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(nowhere.err())
                    .startsWith("champion: The savepoint of endless failed: ")
                    .contains("savepoint-dir")
                    .doesNotContain("\tat ", "Exception");
            Run unwritable = job(cluster, "stop", "endless", "--to", "file:///proc/none");
            assertThat(unwritable.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(unwritable.err())
                    .startsWith("champion: endless was not stopped, because its savepoint failed: ")
                    .contains("/proc/none")
                    .doesNotContain("\tat ");

            String savepoint = done(job(cluster, "savepoint", "endless", "--to", savepoints));
            assertThat(savepoint).startsWith("file:").contains("savepoints/savepoint-");
            assertThat(cluster.status(id(submitted))).contains(JobStatus.RUNNING);

            Run inPlace = job(cluster, "rescale", "endless", "-p", "2");
            assertThat(inPlace.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(inPlace.err()).contains("give its jar with --jar");
            Run noJar = job(cluster, "rescale", "endless", "-p", "2", "--jar", "none.jar");
            assertThat(noJar.err()).contains("There is no jar none.jar.");
            assertThat(cluster.status(id(submitted))).contains(JobStatus.RUNNING);

            // What would not start again is not stopped.
            String other =
                    done(job(cluster, "submit", jar.toString(), "-p", "1", "--", "uid", "other"));
            cluster.awaitCheckpointAfter(id(other), 0, LIMIT);
            Run sameName =
                    job(
                            cluster,
                            "rescale",
                            "other",
                            "-p",
                            "2",
                            "--to",
                            savepoints,
                            "--jar",
                            jar.toString(),
                            "--",
                            "uid");
            assertThat(sameName.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(sameName.out()).isEmpty();
            assertThat(sameName.err())
                    .contains("A job endless runs already (" + id(submitted) + ")");
            assertThat(cluster.status(id(other))).contains(JobStatus.RUNNING);
            done(job(cluster, "cancel", "other"));

            String rescaled =
                    done(
                            job(
                                    cluster,
                                    "rescale",
                                    "endless",
                                    "-p",
                                    "2",
                                    "--to",
                                    savepoints,
                                    "--jar",
                                    jar.toString(),
                                    "--",
                                    "uid"));
            assertThat(rescaled)
                    .startsWith("Stopped with savepoint file:")
                    .contains("endless runs with parallelism 2 as job ");
            cluster.awaitStatus(id(submitted), JobStatus.FINISHED, LIMIT);

            String last;
            try (Endpoint application = Endpoint.of(cluster, new EndsWithItsJob())) {
                last =
                        done(
                                Run.in(
                                        home,
                                        "job",
                                        "stop",
                                        id(rescaled),
                                        "--to",
                                        savepoints,
                                        "--drain",
                                        "--cluster",
                                        application.url()));
            }
            assertThat(last).startsWith("file:").contains("savepoints/savepoint-");
            cluster.awaitStatus(id(rescaled), JobStatus.FINISHED, LIMIT);

            Run refused =
                    job(
                            cluster,
                            "restore",
                            jar.toString(),
                            "--from",
                            savepoint,
                            "-p",
                            "1",
                            "--",
                            "another-uid");
            assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(refused.err())
                    .contains("it failed as it started", "Cannot map checkpoint/savepoint state")
                    .doesNotContain("\tat ");
            Run missing =
                    job(
                            cluster,
                            "restore",
                            jar.toString(),
                            "--from",
                            last + "x",
                            "-p",
                            "1",
                            "--",
                            "uid");
            assertThat(missing.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(missing.err()).contains(Path.of(last).getFileName() + "x");

            String restored =
                    done(
                            job(
                                    cluster,
                                    "restore",
                                    jar.toString(),
                                    "--from",
                                    savepoint,
                                    "-p",
                                    "3",
                                    "--allow-non-restored-state",
                                    "--",
                                    "another-uid"));
            assertThat(restored).startsWith("endless runs with parallelism 3 as job ");
            assertThat(done(job(cluster, "cancel", "endless"))).isEqualTo("endless is cancelled.");
            cluster.awaitStatus(id(restored), JobStatus.CANCELED, LIMIT);

            Run unknown = job(cluster, "cancel", "endless");
            assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(unknown.err()).contains("No job 'endless' at http://", "where none runs.");
        }
    }

    @Test
    void anAdaptiveClusterRescalesInPlace() throws Exception {
        try (ProcessCluster cluster = adaptiveCluster("adaptive", 2)) {
            String submitted =
                    done(job(cluster, "submit", jar().toString(), "-p", "1", "--", "uid"));
            String rescaled = done(job(cluster, "rescale", "endless", "-p", "2"));
            assertThat(rescaled)
                    .isEqualTo("endless runs with parallelism 2 as job " + id(submitted) + ".");
            Run tooMany = job(cluster, "rescale", "endless", "-p", "3", "--timeout", "1");
            assertThat(tooMany.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(tooMany.err()).contains("asked to run with parallelism 3 and runs with 2");
        }
    }

    @Test
    void aRescaledJobIsBlamedForFailuresSinceThenAlone() throws Exception {
        try (ProcessCluster cluster = adaptiveCluster("failing", 3)) {
            done(job(cluster, "submit", jar().toString(), "-p", "1", "--", "uid"));
            Instant lastWeek = Instant.now().minus(Duration.ofDays(7));
            Run started = rescale(cluster, 2, new StartsSlowly(lastWeek, lastWeek));
            assertThat(done(started)).startsWith("endless runs with parallelism 2");
            Run failed = rescale(cluster, 3, new StartsSlowly(lastWeek, Instant.now()));
            assertThat(failed.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(failed.err()).contains("it failed as it started: The disk is full.");
        }
    }

    private ProcessCluster adaptiveCluster(String name, int slots) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(JobManagerOptions.SCHEDULER, SchedulerType.Adaptive);
        return ProcessCluster.builder(home.resolve(name))
                .slots(slots)
                .configuration(configuration)
                .start();
    }

    private Run rescale(ProcessCluster cluster, int parallelism, Answers answers)
            throws IOException {
        try (Endpoint endpoint = Endpoint.of(cluster, answers)) {
            return Run.in(
                    home,
                    "job",
                    "rescale",
                    "endless",
                    "-p",
                    Integer.toString(parallelism),
                    "--cluster",
                    endpoint.url());
        }
    }

    @Test
    void whereNoClusterAnswersItSaysSo() {
        Run run = Run.in(home, "job", "list", "--cluster", "http://127.0.0.1:1");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(run.err()).contains("No Flink cluster answers at http://127.0.0.1:1;");
        assertThat(run.err().lines()).hasSize(1);
        Run address = Run.in(home, "job", "list", "--cluster", "jobmanager:8081");
        assertThat(address.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(address.err()).contains("'jobmanager:8081' is no address of a Flink cluster");
    }

    /** What becomes of a cluster's answers on their way. */
    private interface Answers {

        /** What is answered in place of an answer. */
        String change(String method, String path, String answer) throws IOException;

        /** Whether the endpoint is gone after an answer. */
        default boolean isLast(String path, String answer) {
            return false;
        }
    }

    /** Stands before a cluster's endpoint. */
    private record Endpoint(HttpServer server) implements AutoCloseable {

        static Endpoint of(ProcessCluster cluster, Answers answers) throws IOException {
            HttpClient client = HttpClient.newHttpClient();
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/",
                    exchange -> {
                        String method = exchange.getRequestMethod();
                        String path = exchange.getRequestURI().getPath();
                        HttpRequest request =
                                HttpRequest.newBuilder(
                                                cluster.restAddress()
                                                        .resolve(
                                                                exchange.getRequestURI()
                                                                        .toString()))
                                        .method(
                                                method,
                                                BodyPublishers.ofByteArray(
                                                        exchange.getRequestBody().readAllBytes()))
                                        .build();
                        HttpResponse<String> answer =
                                client.sendAsync(request, BodyHandlers.ofString()).join();
                        byte[] changed =
                                answers.change(method, path, answer.body()).getBytes(UTF_8);
                        exchange.sendResponseHeaders(answer.statusCode(), changed.length);
                        exchange.getResponseBody().write(changed);
                        exchange.close();
                        if (answers.isLast(path, answer.body())) {
                            server.stop(0);
                        }
                    });
            server.start();
            return new Endpoint(server);
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    /**
     * Of a cluster that is gone as soon as it has told where the savepoint is: the earliest that
     * one in application mode may go.
     */
    private static final class EndsWithItsJob implements Answers {

        @Override
        public String change(String method, String path, String answer) {
            return answer;
        }

        @Override
        public boolean isLast(String path, String answer) {
            return path.contains("/savepoints/") && answer.contains("COMPLETED");
        }
    }

    /**
     * Of a job whose tasks are still starting when its failures are asked for after a change of its
     * parallelism: then a wait for it looks at them.
     */
    private static final class StartsSlowly implements Answers {
        private static final ObjectMapper JSON = new ObjectMapper();

        private final Instant failureBefore;
        private final Instant failureAfter;
        private boolean isChanged;
        private boolean isStarting;

        /** Times of the job's last failure as the parallelism is changed, and then. */
        StartsSlowly(Instant failureBefore, Instant failureAfter) {
            this.failureBefore = failureBefore;
            this.failureAfter = failureAfter;
        }

        @Override
        public String change(String method, String path, String answer) throws IOException {
            if (method.equals("PUT")) {
                isChanged = true;
                isStarting = true;
            } else if (path.endsWith("/exceptions")) {
                isStarting = false;
                return failure(answer, isChanged ? failureAfter : failureBefore);
            } else if (isStarting && path.matches("/(v1/)?jobs/[0-9a-f]{32}")) {
                return starting(answer);
            }
            return answer;
        }

        private static String starting(String details) throws IOException {
            JsonNode changed = JSON.readTree(details);
            changed.path("vertices")
                    .forEach(vertex -> ((ObjectNode) vertex).put("status", "DEPLOYING"));
            return changed.toString();
        }

        private static String failure(String exceptions, Instant time) throws IOException {
            JsonNode changed = JSON.readTree(exceptions);
            ArrayNode entries =
                    (ArrayNode) changed.required("exceptionHistory").required("entries");
            entries.removeAll();
            ObjectNode entry =
                    entries.addObject()
                            .put("exceptionName", "java.io.IOException")
                            .put("stacktrace", "java.io.IOException: The disk is full.")
                            .put("timestamp", time.toEpochMilli());
            entry.putObject("failureLabels");
            entry.putArray("concurrentExceptions");
            return changed.toString();
        }
    }

    private Path jar() throws IOException {
        Path jar = home.resolve("endless-job.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            out.putNextEntry(new JarEntry("META-INF/MANIFEST.MF"));
            out.write(
                    ("Manifest-Version: 1.0\nMain-Class: " + EndlessJob.class.getName() + "\n")
                            .getBytes(UTF_8));
            for (Class<?> code : List.of(EndlessJob.class, EndlessJob.Slowly.class)) {
                String name = code.getName().replace('.', '/') + ".class";
                try (InputStream in = code.getClassLoader().getResourceAsStream(name)) {
                    out.putNextEntry(new JarEntry(name));
                    in.transferTo(out);
                }
            }
        }
        return jar;
    }

    /** Arguments: the uid of its source, whose state is how far it has come; its name, if any. */
    public static final class EndlessJob {

        private EndlessJob() {}

        public static void main(String[] args) throws Exception {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.enableCheckpointing(200);
            env.fromSequence(0, Long.MAX_VALUE / 2)
                    .uid(args[0])
                    .map(new Slowly())
                    .uid("slowly")
                    .sinkTo(new DiscardingSink<>())
                    .uid("nowhere");
            env.execute(args.length > 1 ? args[1] : "endless");
        }

        /** So that the test leaves the machine some time. */
        public static final class Slowly implements MapFunction<Long, Long> {
            private static final long serialVersionUID = 1L;

            @Override
            public Long map(Long value) {
                LockSupport.parkNanos(1_000_000);
                return value;
            }
        }
    }
}
