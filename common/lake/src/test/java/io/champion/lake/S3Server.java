package io.champion.lake;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.core.testutils.CommonTestUtils;

/**
 * An S3 server on loopback, S3Proxy in a process of its own with its objects in memory, and Flink's
 * S3 file system for it, loaded from a plugins folder as processes of a cluster load it.
 */
final class S3Server implements AutoCloseable {
    private static final String BUCKET = "market";
    private static final Path JARS = Path.of("target", "s3");
    private static final Pattern STARTED =
            Pattern.compile("Started ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)\\}");

    private static final String IDENTITY = "test";
    private static final String SECRET = "secret";

    /** Flink's S3 file system, as a plugin. */
    static final Path PLUGINS = JARS.resolve("plugins");

    private final Process process;
    private final String endpoint;

    private S3Server(Process process, String endpoint) {
        this.process = process;
        this.endpoint = endpoint;
    }

    /** Starts a server with one empty bucket, and makes {@code s3://} paths of this JVM its. */
    static S3Server start(Path folder) throws Exception {
        Path properties =
                Files.writeString(
                        folder.resolve("s3proxy.properties"),
                        """
                        s3proxy.endpoint=http://127.0.0.1:0
                        s3proxy.authorization=aws-v2-or-v4
                        s3proxy.identity=%s
                        s3proxy.credential=%s
                        jclouds.provider=transient
                        jclouds.identity=none
                        jclouds.credential=none
                        """
                                .formatted(IDENTITY, SECRET));
        Path logging =
                Files.writeString(
                        folder.resolve("logback.xml"),
                        """
                        <configuration>
                          <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                            <encoder><pattern>%d %p %c %m%n</pattern></encoder>
                          </appender>
                          <root level="INFO"><appender-ref ref="out"/></root>
                        </configuration>
                        """);
        Path log = folder.resolve("s3proxy.log");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlogback.configurationFile=" + logging,
                                "-cp",
                                JARS.resolve("s3proxy.jar").toString(),
                                "org.gaul.s3proxy.Main",
                                "--properties",
                                properties.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        CommonTestUtils.waitUtil(
                () -> !process.isAlive() || STARTED.matcher(read(log)).find(),
                Duration.ofMinutes(1),
                Duration.ofMillis(20),
                "The S3 server does not start");
        Matcher started = STARTED.matcher(read(log));
        if (!started.find()) {
            throw new IOException("The S3 server did not start:\n" + read(log));
        }
        String endpoint = "http://127.0.0.1:" + started.group(1);
        createBucket(endpoint);
        loadFileSystem(endpoint, folder);
        return new S3Server(process, endpoint);
    }

    /** Flink's file system makes no buckets. The request is signed as AWS signs URLs, version 2. */
    private static void createBucket(String endpoint) throws Exception {
        long expires = Instant.now().plusSeconds(60).getEpochSecond();
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        String signed = "PUT\n\n\n" + expires + "\n/" + BUCKET;
        String signature =
                Base64.getEncoder()
                        .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        URI uri =
                URI.create(
                        endpoint
                                + "/"
                                + BUCKET
                                + "?AWSAccessKeyId="
                                + IDENTITY
                                + "&Expires="
                                + expires
                                + "&Signature="
                                + URLEncoder.encode(signature, StandardCharsets.UTF_8));
        HttpResponse<String> response =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .build()
                        .send(
                                HttpRequest.newBuilder(uri)
                                        .PUT(HttpRequest.BodyPublishers.noBody())
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("The bucket was not made: " + response.body());
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What Flink has to know of the server. */
    Configuration configuration() {
        return configuration(endpoint);
    }

    private static Configuration configuration(String endpoint) {
        Configuration configuration = new Configuration();
        configuration.setString("s3.endpoint", endpoint);
        configuration.setString("s3.path.style.access", "true");
        configuration.setString("s3.access-key", IDENTITY);
        configuration.setString("s3.secret-key", SECRET);
        return configuration;
    }

    private static void loadFileSystem(String endpoint, Path folder) throws IOException {
        System.setProperty("aws.java.v1.disableDeprecationAnnouncement", "true");
        Configuration configuration = configuration(endpoint);
        configuration.set(CoreOptions.TMP_DIRS, folder.toString());
        FileSystem.initialize(
                configuration,
                new DefaultPluginManager(
                        new DirectoryBasedPluginFinder(PLUGINS).findPlugins(),
                        CoreOptions.getPluginParentFirstLoaderPatterns(configuration)));
    }

    /** A folder of the bucket, as Flink addresses it. */
    static org.apache.flink.core.fs.Path folder(String name) {
        return new org.apache.flink.core.fs.Path("s3://" + BUCKET + "/" + name);
    }

    /** The names of the objects below a folder of the bucket. */
    static List<String> objects(String folder) throws IOException {
        org.apache.flink.core.fs.Path path = folder(folder);
        List<String> names = new ArrayList<>();
        collect(path.getFileSystem(), path, names);
        return names;
    }

    private static void collect(
            FileSystem fs, org.apache.flink.core.fs.Path folder, List<String> names)
            throws IOException {
        for (FileStatus entry : LakeFiles.list(fs, folder)) {
            if (entry.isDir()) {
                collect(fs, entry.getPath(), names);
            } else {
                names.add(entry.getPath().getName());
            }
        }
    }

    /** Stops the server; {@code s3://} paths are unknown then, as before. */
    @Override
    public void close() throws Exception {
        FileSystem.initialize(new Configuration(), null);
        process.destroyForcibly().waitFor();
    }
}
