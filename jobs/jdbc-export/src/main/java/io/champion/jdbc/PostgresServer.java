package io.champion.jdbc;

import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import javax.sql.XADataSource;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.xa.PGXADataSource;

/**
 * A database and who uses it. Has no password: see {@link EnvironmentPassword}.
 *
 * @param url as the driver takes it
 * @param user never empty
 */
record PostgresServer(String url, String user) implements Serializable {
    static final String USER_VARIABLE = "POSTGRES_USER";

    private static final String SCHEME = "jdbc:postgresql://";
    private static final int CONNECT_TIMEOUT_SECONDS = 10;

    /** Longer than a sound statement takes: to count the rows of a large table, for one. */
    private static final int SOCKET_TIMEOUT_SECONDS = 600;

    /**
     * The database that a configuration names.
     *
     * @throws ConfigException if its address cannot be one
     */
    static PostgresServer of(JobConfig config) {
        String given =
                config.getOptional(PostgresOptions.URL)
                        .orElseThrow(
                                () ->
                                        wrong(
                                                "is required and was not given, for example"
                                                        + " postgresql://localhost:5432/market."));
        String url = given.startsWith("jdbc:") ? given : "jdbc:" + given;
        if (!url.startsWith(SCHEME)) {
            throw wrong("is no address of PostgreSQL; write it as postgresql://host:5432/market.");
        }
        if (Driver.parseURL(url, null) == null) {
            throw wrong("is no address of PostgreSQL; write it as postgresql://host:5432/market.");
        }
        return new PostgresServer(
                url,
                config.getOptional(PostgresOptions.USER)
                        .orElseGet(() -> System.getenv().getOrDefault(USER_VARIABLE, "postgres")));
    }

    private static ConfigException wrong(String what) {
        return new ConfigException(List.of("'" + PostgresOptions.URL.key() + "' " + what));
    }

    /** What the driver is told; of the timeouts, what the address says counts. */
    Properties properties() {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, user);
        PGProperty.AUTHENTICATION_PLUGIN_CLASS_NAME.set(
                properties, EnvironmentPassword.class.getName());
        PGProperty.APPLICATION_NAME.set(properties, "champion");
        Properties given = Driver.parseURL(url, null);
        if (!PGProperty.CONNECT_TIMEOUT.isPresent(given)) {
            PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_TIMEOUT_SECONDS);
        }
        if (!PGProperty.SOCKET_TIMEOUT.isPresent(given)) {
            PGProperty.SOCKET_TIMEOUT.set(properties, SOCKET_TIMEOUT_SECONDS);
        }
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        return properties;
    }

    /** A connection, with the driver's own errors. */
    Connection connect() throws SQLException {
        // Not by way of DriverManager, which does not see drivers of a job's jar.
        Connection connection = new Driver().connect(url, properties());
        if (connection == null) {
            throw new SQLException("The driver does not take " + url);
        }
        return connection;
    }

    /** What connects the connector's source and its sink of at-least-once. */
    JdbcConnectionOptions connectorOptions() {
        JdbcConnectionOptions.JdbcConnectionOptionsBuilder options =
                new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(url)
                        .withDriverName(Driver.class.getName());
        properties()
                .forEach((key, value) -> options.withProperty(key.toString(), value.toString()));
        return options.build();
    }

    /** What opens connections of distributed transactions. */
    XADataSource xa() {
        PGXADataSource source = new PGXADataSource();
        source.setUrl(url);
        Properties properties = properties();
        try {
            for (String name : properties.stringPropertyNames()) {
                source.setProperty(name, properties.getProperty(name));
            }
        } catch (SQLException e) {
            throw PostgresException.of(this, e);
        }
        // Rows of a batch are sent as one statement; their transaction holds or fails as a whole.
        source.setReWriteBatchedInserts(true);
        return source;
    }

    /** Host, port and database, as a person writes them. */
    @Override
    public String toString() {
        int parameters = url.indexOf('?');
        return (parameters < 0 ? url : url.substring(0, parameters)).substring("jdbc:".length());
    }
}
