package io.champion.fetch;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** An S3 server on loopback: S3Proxy in a process of its own, with its objects in memory. */
final class S3Server implements AutoCloseable {

    static final String BUCKET = "flatfiles";
    static final AwsCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "secret"));

    private static final Pattern STARTED =
            Pattern.compile("Started ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)\\}");

    private final Process process;
    private final String url;
    private final S3Client client;

    private S3Server(Process process, String url) {
        this.process = process;
        this.url = url;
        this.client =
                S3Client.builder()
                        .endpointOverride(URI.create(url))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(CREDENTIALS)
                        .forcePathStyle(true)
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .build();
    }

    /** Starts a server with one empty bucket. */
    static S3Server start(Path folder) throws Exception {
        Path properties =
                Files.writeString(
                        folder.resolve("s3proxy.properties"),
                        """
                        s3proxy.endpoint=http://127.0.0.1:0
                        s3proxy.authorization=aws-v2-or-v4
                        s3proxy.identity=test
                        s3proxy.credential=secret
                        jclouds.provider=transient
                        jclouds.identity=none
                        jclouds.credential=none
                        """);
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
                                Path.of("target", "s3", "s3proxy.jar").toString(),
                                "org.gaul.s3proxy.Main",
                                "--properties",
                                properties.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Waiting.until(
                () -> !process.isAlive() || STARTED.matcher(Files.readString(log)).find(),
                Duration.ofMinutes(1));
        Matcher started = STARTED.matcher(Files.readString(log));
        if (!started.find()) {
            throw new IOException("The S3 server did not start:\n" + Files.readString(log));
        }
        S3Server server = new S3Server(process, "http://127.0.0.1:" + started.group(1));
        server.client.createBucket(b -> b.bucket(BUCKET));
        return server;
    }

    String url() {
        return url;
    }

    void put(String key, byte[] bytes) {
        client.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes));
    }

    void putInParts(String key, byte[] bytes, int partSize) {
        String upload = client.createMultipartUpload(b -> b.bucket(BUCKET).key(key)).uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        for (int start = 0; start < bytes.length; start += partSize) {
            byte[] part =
                    Arrays.copyOfRange(bytes, start, Math.min(bytes.length, start + partSize));
            int number = parts.size() + 1;
            String etag =
                    client.uploadPart(
                                    b ->
                                            b.bucket(BUCKET)
                                                    .key(key)
                                                    .uploadId(upload)
                                                    .partNumber(number),
                                    RequestBody.fromBytes(part))
                            .eTag();
            parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
        }
        client.completeMultipartUpload(
                b ->
                        b.bucket(BUCKET)
                                .key(key)
                                .uploadId(upload)
                                .multipartUpload(m -> m.parts(parts)));
    }

    String etag(String key) {
        return client.headObject(b -> b.bucket(BUCKET).key(key)).eTag();
    }

    void delete(String key) {
        client.deleteObject(b -> b.bucket(BUCKET).key(key));
    }

    /** Removes all objects. */
    void clear() {
        client.listObjectsV2Paginator(b -> b.bucket(BUCKET)).contents().stream()
                .map(object -> object.key())
                .toList()
                .forEach(this::delete);
    }

    @Override
    public void close() throws Exception {
        client.close();
        process.destroyForcibly().waitFor(1, TimeUnit.MINUTES);
    }
}
