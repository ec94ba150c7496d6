package io.champion.tracking;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real MLflow tracking server on 127.0.0.1. The program is the one that {@code CHAMPION_MLFLOW}
 * names; without it tests are skipped, but in continuous integration.
 */
final class MlflowProcess implements AutoCloseable {
    private static final long START_SECONDS = 240;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final int port;
    private final Path log;
    private final Process process;

    private MlflowProcess(int port, Path log, Process process) {
        this.port = port;
        this.log = log;
        this.process = process;
    }

    /** With a database and artifacts below a directory. */
    static MlflowProcess start(Path directory) throws Exception {
        return start(
                directory,
                "--backend-store-uri",
                "sqlite:///" + directory.resolve("mlflow.db"),
                "--artifacts-destination",
                directory.resolve("artifacts").toString());
    }

    /** Over runs in the layout of the file store, as {@code mlflow ui} opens them. */
    static MlflowProcess over(Path store, Path directory) throws Exception {
        return start(directory, "--backend-store-uri", store.toString());
    }

    private static MlflowProcess start(Path directory, String... options) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        List<String> command =
                new ArrayList<>(
                        List.of(
                                program(),
                                "server",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(port),
                                "--workers",
                                "1"));
        command.addAll(List.of(options));
        Path log = directory.resolve("mlflow.log");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MLFLOW_SERVER_ENABLE_JOB_EXECUTION", "false");
        // The file store is in maintenance mode.
        builder.environment().put("MLFLOW_ALLOW_FILE_STORE", "true");
        builder.directory(directory.toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        MlflowProcess server = new MlflowProcess(port, log, builder.start());
        try {
            server.awaitAnswer();
            return server;
        } catch (Exception e) {
            server.close();
            throw e;
        }
    }

    private static String program() {
        String program = System.getenv("CHAMPION_MLFLOW");
        if (System.getenv("CI") == null) {
            assumeThat(program)
                    .as("CHAMPION_MLFLOW names no MLflow, so tests of tracking are skipped")
                    .isNotNull();
        }
        if (program == null) {
            throw new IllegalStateException("CHAMPION_MLFLOW has to name MLflow's program.");
        }
        return program;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    private void awaitAnswer() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                List<String> lines = Files.readAllLines(log);
                throw new IOException(
                        "MLflow did not start:\n"
                                + String.join(
                                        "\n",
                                        lines.subList(
                                                Math.max(0, lines.size() - 20), lines.size())));
            }
            process.waitFor(100, TimeUnit.MILLISECONDS);
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            return get("/health").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(url() + path))
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                BodyHandlers.ofString());
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor();
    }
}
