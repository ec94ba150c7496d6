package io.champion.kafka;

import io.champion.local.EmbeddedKafka;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real schema registry, Apicurio, in a child process on 127.0.0.1, with its schemas in memory. It
 * ends with this object or with the process that holds it.
 */
final class RegistryProcess implements AutoCloseable {

    private static final long START_SECONDS = 120;

    private final int port;
    private final Path log;
    private final Process process;

    private RegistryProcess(int port, Path log, Process process) {
        this.port = port;
        this.log = log;
        this.process = process;
    }

    /** Starts it and waits until it answers. */
    static RegistryProcess start(Path directory) throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path log = directory.resolve("registry.log");
        ProcessBuilder builder =
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-cp",
                        runner() + File.pathSeparator + local(),
                        // Ends the process with this one.
                        "io.champion.local.ChildMain",
                        "io.quarkus.runner.GeneratedMain");
        builder.directory(directory.toFile());
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        RegistryProcess registry = new RegistryProcess(port, log, builder.start());
        try {
            registry.awaitAnswer();
            return registry;
        } catch (Exception e) {
            registry.close();
            throw e;
        }
    }

    private static Path runner() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target", "registry"))) {
            return files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .findFirst()
                    .orElseThrow()
                    .toAbsolutePath();
        }
    }

    private static Path local() throws Exception {
        return Path.of(
                EmbeddedKafka.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Its interface as Confluent's registry has it. */
    String url() {
        return server() + "/apis/ccompat/v7";
    }

    /** {@code http://127.0.0.1:port}. */
    String server() {
        return "http://127.0.0.1:" + port;
    }

    private void awaitAnswer() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                List<String> lines = Files.readAllLines(log);
                throw new IOException(
                        "The registry did not start:\n"
                                + String.join(
                                        "\n",
                                        lines.subList(
                                                Math.max(0, lines.size() - 20), lines.size())));
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    private boolean answers() throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(url() + "/subjects").toURL().openConnection();
        connection.setConnectTimeout(1000);
        connection.setReadTimeout(10_000);
        try {
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        } finally {
            connection.disconnect();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }
}
