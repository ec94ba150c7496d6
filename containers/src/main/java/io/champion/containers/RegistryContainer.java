package io.champion.containers;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import org.testcontainers.utility.MountableFile;

/**
 * A schema registry, Apicurio, in a container. Its schemas lie in PostgreSQL, so that they outlive
 * it.
 */
public final class RegistryContainer extends ServerContainer<RegistryContainer> {

    private static final int PORT = 8080;

    /**
     * A registry that is not started yet.
     *
     * @param database in the same network of containers, and started
     */
    public RegistryContainer(PostgresContainer database) throws IOException {
        super(PORT);
        withNetwork(database.getNetwork());
        withEnv("APICURIO_STORAGE_KIND", "sql");
        withEnv("APICURIO_STORAGE_SQL_KIND", "postgresql");
        withEnv("APICURIO_DATASOURCE_URL", database.jdbcUrlInside());
        withEnv("APICURIO_DATASOURCE_USERNAME", database.user());
        withEnv("APICURIO_DATASOURCE_PASSWORD", database.password());
        withCopyFileToContainer(
                MountableFile.forHostPath(built(Path.of("containers", "target", "registry"))),
                "/opt/registry");
        withCommand(
                "bash",
                "-c",
                "exec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar"
                        + " /opt/registry/*-runner.jar");
    }

    /** Its interface as Confluent's registry has it. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + published(PORT) + "/apis/ccompat/v7");
    }

    @Override
    boolean answers() {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url() + "/subjects").toURL().openConnection();
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(10_000);
            try {
                return connection.getResponseCode() == 200;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false;
        }
    }
}
