package io.champion.local;

import io.champion.local.faults.Until;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;

/**
 * An S3 server on loopback, for tests: S3Proxy in a process of its own with its objects in memory,
 * and one bucket. It ends with this object or with the process that holds it.
 */
public final class S3Server implements AutoCloseable {
    public static final String IDENTITY = "test";
    public static final String SECRET = "secret";

    private static final Path JARS = Path.of("local", "target", "s3");
    private static final Pattern STARTED =
            Pattern.compile("Started \\S*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)\\}");

    private final Process process;
    private final String url;
    private final String bucket;
    private final Path folder;
    private boolean mounted;

    private S3Server(Process process, String url, String bucket, Path folder) {
        this.process = process;
        this.url = url;
        this.bucket = bucket;
        this.folder = folder;
    }

    /**
     * Starts a server with an empty bucket.
     *
     * @param folder for its configuration and its log
     */
    public static S3Server start(Path folder, String bucket) throws Exception {
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
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlogback.configurationFile=" + logging,
                                "-cp",
                                jars().resolve("s3proxy.jar").toString(),
                                "org.gaul.s3proxy.Main",
                                "--properties",
                                properties.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Until.until(
                "the S3 server starts",
                Duration.ofMinutes(1),
                () -> !process.isAlive() || STARTED.matcher(Files.readString(log)).find());
        Matcher started = STARTED.matcher(Files.readString(log));
        if (!started.find()) {
            throw new IOException("The S3 server did not start:\n" + Files.readString(log));
        }
        String url = "http://127.0.0.1:" + started.group(1);
        createBucket(url, bucket);
        return new S3Server(process, url, bucket, folder);
    }

    private static Path jars() {
        return ProjectFiles.find(JARS)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "There is no " + JARS + ": build the module local."));
    }

    /** Flink's file system makes no buckets. The request is signed as AWS signs URLs, version 2. */
    private static void createBucket(String url, String bucket)
            throws IOException, InterruptedException, GeneralSecurityException {
        long expires = Instant.now().plusSeconds(60).getEpochSecond();
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        String signed = "PUT\n\n\n" + expires + "\n/" + bucket;
        String signature =
                Base64.getEncoder()
                        .encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        URI uri =
                URI.create(
                        url
                                + "/"
                                + bucket
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

    /** Its endpoint, without a slash at the end. */
    public String url() {
        return url;
    }

    /** Flink's S3 file system in a folder of plugins, as processes of a cluster load it. */
    public static Path plugins() {
        return jars().resolve("plugins");
    }

    /** What Flink has to know of the server. */
    public Configuration configuration() {
        Configuration configuration = new Configuration();
        configuration.setString("s3.endpoint", url);
        configuration.setString("s3.path.style.access", "true");
        configuration.setString("s3.access-key", IDENTITY);
        configuration.setString("s3.secret-key", SECRET);
        return configuration;
    }

    /** Makes {@code s3://} paths of this JVM those of the server, until it is closed. */
    public void mount() throws IOException {
        System.setProperty("aws.java.v1.disableDeprecationAnnouncement", "true");
        Configuration configuration = configuration();
        configuration.set(CoreOptions.TMP_DIRS, folder.toString());
        FileSystem.initialize(
                configuration,
                new DefaultPluginManager(
                        new DirectoryBasedPluginFinder(plugins()).findPlugins(),
                        CoreOptions.getPluginParentFirstLoaderPatterns(configuration)));
        mounted = true;
    }

    /** A path of the bucket, as Flink addresses it. */
    public org.apache.flink.core.fs.Path path(String key) {
        return new org.apache.flink.core.fs.Path("s3://" + bucket + "/" + key);
    }

    /** Stops the server. */
    @Override
    public void close() throws Exception {
        if (mounted) {
            FileSystem.initialize(new Configuration(), null);
        }
        process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    }
}
