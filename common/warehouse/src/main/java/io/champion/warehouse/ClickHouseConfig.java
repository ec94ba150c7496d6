package io.champion.warehouse;

import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where the warehouse is and how to reach it. Holds no secrets, so that it can travel in a job
 * graph and be logged: user and password are read where the connection is made, from {@code
 * CLICKHOUSE_USER} and {@code CLICKHOUSE_PASSWORD} of that process's environment or, if {@code
 * CLICKHOUSE_PASSWORD_FILE} is set, from the file that it names. Without them the user is {@code
 * default}, with no password.
 *
 * @param urls HTTP endpoints of one server or of the replicas of one shard; the next is tried when
 *     one fails
 * @param database database of all tables
 * @param connectTimeout how long to wait for a connection
 * @param requestTimeout how long to wait for the answer to one statement
 * @param compress whether to compress what is sent: worth it over a network, not on one machine
 */
public record ClickHouseConfig(
        List<String> urls,
        String database,
        Duration connectTimeout,
        Duration requestTimeout,
        boolean compress)
        implements Serializable {

    public static final String DEFAULT_DATABASE = "champion_market";

    static final String USER = "CLICKHOUSE_USER";
    static final String PASSWORD = "CLICKHOUSE_PASSWORD";
    static final String PASSWORD_FILE = "CLICKHOUSE_PASSWORD_FILE";

    public ClickHouseConfig {
        urls = List.copyOf(urls);
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(
                    "No ClickHouse URL given: name one, such as http://localhost:8123.");
        }
        urls.forEach(ClickHouseConfig::checkUrl);
        Objects.requireNonNull(database);
        Objects.requireNonNull(connectTimeout);
        Objects.requireNonNull(requestTimeout);
    }

    private static void checkUrl(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + url + "' is no URL: " + e.getMessage(), e);
        }
        if (uri.getUserInfo() != null) {
            throw new IllegalArgumentException(
                    "The ClickHouse URL of host "
                            + uri.getHost()
                            + " carries credentials. Leave them out and set "
                            + USER
                            + " and "
                            + PASSWORD
                            + " in the environment.");
        }
        if (uri.getHost() == null
                || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException(
                    "'"
                            + url
                            + "' is no ClickHouse URL: it must read http://host:port or"
                            + " https://host:port.");
        }
    }

    /** The database {@link #DEFAULT_DATABASE} behind one URL, with default timeouts. */
    public static ClickHouseConfig of(String url) {
        return new ClickHouseConfig(
                List.of(url),
                DEFAULT_DATABASE,
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                false);
    }

    public ClickHouseConfig withUrls(List<String> urls) {
        return new ClickHouseConfig(urls, database, connectTimeout, requestTimeout, compress);
    }

    public ClickHouseConfig withDatabase(String database) {
        return new ClickHouseConfig(urls, database, connectTimeout, requestTimeout, compress);
    }

    public ClickHouseConfig withTimeouts(Duration connect, Duration request) {
        return new ClickHouseConfig(urls, database, connect, request, compress);
    }

    public ClickHouseConfig withCompress(boolean compress) {
        return new ClickHouseConfig(urls, database, connectTimeout, requestTimeout, compress);
    }

    /** User and password; not a record, so that no generated toString can spell them. */
    static final class Credentials {
        final String user;
        final String password;

        private Credentials(String user, String password) {
            this.user = user;
            this.password = password;
        }

        /**
         * Reads the credentials from an environment.
         *
         * @throws WarehouseException fatal, if the password file cannot be read
         */
        static Credentials from(Map<String, String> environment) {
            String user = environment.getOrDefault(USER, "default");
            String file = environment.get(PASSWORD_FILE);
            if (file == null) {
                return new Credentials(user, environment.getOrDefault(PASSWORD, ""));
            }
            try {
                return new Credentials(user, Files.readString(Path.of(file)).strip());
            } catch (IOException e) {
                throw new WarehouseException(
                        WarehouseException.Kind.FATAL,
                        0,
                        PASSWORD_FILE
                                + " names the file "
                                + file
                                + ", which cannot be read: make it readable, or unset the"
                                + " variable.",
                        e);
            }
        }
    }
}
