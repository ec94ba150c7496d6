package io.champion.jdbc;

import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
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

    /** What the session of a job is called at the server, before the job's id. */
    private static final String JOB = "champion job ";

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

    /** A connection by which the server's sessions show that a job goes on. */
    Connection connectFor(String job) throws SQLException {
        Connection connection = connect();
        connection.setClientInfo(PGProperty.APPLICATION_NAME.getName(), JOB + job);
        return connection;
    }

    /** The server's processes that serve the sessions of a job; none where it is dead. */
    static List<Integer> sessionsOf(Connection connection, String job) throws SQLException {
        List<Integer> processes = new ArrayList<>();
        try (PreparedStatement query =
                connection.prepareStatement(
                        "SELECT pid FROM pg_stat_activity WHERE application_name = ? ORDER BY"
                                + " pid")) {
            query.setString(1, JOB + job);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    processes.add(rows.getInt(1));
                }
            }
        }
        return processes;
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
