package io.champion.containers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/**
 * An S3-compatible server, S3Proxy, in a container, with its objects on the container's disk. It
 * has one bucket, and is reached through a {@link Link} that can fail.
 */
public final class S3Container extends ServerContainer<S3Container> {

    /** The bucket that is there. */
    public static final String BUCKET = "market";

    private static final int PORT = 8080;
    private static final String IDENTITY = "test";
    private static final String SECRET = "secret";
    private static final String UNFINISHED =
            ".*/[.]mpus-.*-[0-9]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";

    private final Link link;

    /** A server that is not started yet. */
    public S3Container() throws IOException {
        super(PORT);
        link = Link.to(published(PORT));
        withCopyFileToContainer(
                MountableFile.forHostPath(
                        built(Path.of("containers", "target", "s3", "s3proxy.jar"))),
                "/opt/s3proxy.jar");
        withCopyToContainer(
                Transferable.of(
                        """
                        s3proxy.endpoint=http://0.0.0.0:%d
                        s3proxy.authorization=aws-v2-or-v4
                        s3proxy.identity=%s
                        s3proxy.credential=%s
                        jclouds.provider=filesystem-nio2
                        jclouds.filesystem.basedir=/data
                        jclouds.identity=none
                        jclouds.credential=none
                        """
                                .formatted(PORT, IDENTITY, SECRET)
                                .getBytes(StandardCharsets.UTF_8)),
                "/etc/s3proxy.properties");
        // What it was writing when it was killed it would take for a part of its upload.
        withCommand(
                "bash",
                "-c",
                "mkdir -p /data/"
                        + BUCKET
                        + " && find /data -regextype posix-extended -regex '"
                        + UNFINISHED
                        + "' -delete && exec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp"
                        + " /opt/s3proxy.jar org.gaul.s3proxy.Main --properties"
                        + " /etc/s3proxy.properties");
    }

    /** Its address, through the link. */
    public String endpoint() {
        return "http://127.0.0.1:" + link.port();
    }

    public String accessKey() {
        return IDENTITY;
    }

    public String secretKey() {
        return SECRET;
    }

    /** What lies between the clients and the server. */
    public Link link() {
        return link;
    }

    @Override
    boolean answers() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection)
                            URI.create("http://127.0.0.1:" + published(PORT) + "/")
                                    .toURL()
                                    .openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(10_000);
            try {
                // Whoever is not known is refused, by a server that answers.
                return connection.getResponseCode() == 403;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void stop() {
        try {
            link.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        super.stop();
    }
}
