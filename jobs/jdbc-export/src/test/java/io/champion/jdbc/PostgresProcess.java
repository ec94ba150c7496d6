package io.champion.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A PostgreSQL server, a process of its own, on the loopback interface. */
final class PostgresProcess implements AutoCloseable {
    private final Path data;
    private final int maxPrepared;
    private final int port;
    private EmbeddedPostgres server;

    private PostgresProcess(Path data, int maxPrepared) throws IOException {
        this.data = data;
        this.maxPrepared = maxPrepared;
        this.server = start(0);
        this.port = server.getPort();
    }

    /**
     * Starts a server.
     *
     * @param data an empty folder for its data
     * @param maxPrepared transactions that it lets be prepared
     */
    static PostgresProcess start(Path data, int maxPrepared) throws IOException {
        return new PostgresProcess(data, maxPrepared);
    }

    private EmbeddedPostgres start(int onPort) throws IOException {
        EmbeddedPostgres.Builder builder =
                EmbeddedPostgres.builder()
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .setPGStartupWait(Duration.ofSeconds(60))
                        .setServerConfig("fsync", "off")
                        .setServerConfig("max_prepared_transactions", "" + maxPrepared);
        return (onPort == 0 ? builder : builder.setPort(onPort)).start();
    }

    /** Stops the server, which ends all its connections, and starts it with the same data. */
    void restart() throws IOException {
        server.close();
        server = start(port);
    }

    int port() {
        return port;
    }

    String url() {
        return "postgresql://localhost:" + port + "/postgres";
    }

    Path data() {
        return data;
    }

    Connection connect() throws SQLException {
        return server.getPostgresDatabase().getConnection();
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The one value of an answer, as text; null where it is null. */
    String one(String sql) throws SQLException {
        List<String> rows = rows(sql);
        if (rows.size() != 1) {
            throw new AssertionError(sql + " answers " + rows);
        }
        return rows.get(0);
    }

    long count(String sql) throws SQLException {
        return Long.parseLong(one(sql));
    }

    /** The rows of an answer, with a bar between values. */
    List<String> rows(String sql) throws SQLException {
        List<String> all = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    values.add(rows.getString(i));
                }
                all.add(String.join("|", values.stream().map(String::valueOf).toList()));
            }
        }
        return all;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
