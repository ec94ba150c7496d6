package io.champion.jdbc;

import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Finds the transactions that exports prepared and nobody decided, because the run died, and
 * decides them. Until then they keep their rows invisible, block others of the same keys, and keep
 * the server from cleaning up.
 *
 * <p>A run that is restored from its checkpoint decides its own. Rolling back is right where the
 * run is repeated from its beginning; committing, where its rows are to stay and the rest is added
 * by an upsert.
 */
public final class ExportRecovery implements AutoCloseable {
    private final PostgresServer server;
    private final Connection connection;

    private ExportRecovery(PostgresServer server, Connection connection) {
        this.server = server;
        this.connection = connection;
    }

    /**
     * Connects.
     *
     * @throws PostgresException if the server cannot be reached
     * @throws ConfigException if the configuration names none
     */
    public static ExportRecovery open(JobConfig config) {
        PostgresServer server = PostgresServer.of(config);
        try {
            return new ExportRecovery(server, server.connect());
        } catch (SQLException e) {
            throw PostgresException.of(server, e);
        }
    }

    /**
     * A transaction that waits for its decision.
     *
     * @param gid its name at the server
     * @param job id of the Flink job that prepared it
     * @param age since it was prepared
     * @param tables that it has written to
     */
    public record Waiting(String gid, String job, Duration age, List<String> tables) {}

    /**
     * Those that are at least so old: a run that lives decides its own within seconds.
     *
     * @param table one that they have written to; null for any
     */
    public List<Waiting> find(String table, Duration atLeast) {
        TableName wanted = table == null ? null : TableName.of(table, "table");
        Instant now = Instant.now();
        try {
            return PreparedTransaction.list(connection).stream()
                    .filter(one -> wanted == null || one.wroteTo(wanted))
                    .filter(one -> one.age(now).compareTo(atLeast) >= 0)
                    .map(one -> new Waiting(one.gid(), one.job(), one.age(now), one.tables()))
                    .toList();
        } catch (SQLException e) {
            throw PostgresException.of(server, e);
        }
    }

    /** Makes the rows of a transaction visible, or drops them. */
    public void decide(Waiting transaction, boolean commit) {
        try {
            PreparedTransaction.decide(connection, transaction.gid, commit);
        } catch (SQLException e) {
            throw PostgresException.of(server, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw PostgresException.of(server, e);
        }
    }
}
