package io.champion.jdbc;

import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the transactions that exports prepared and nobody decided, because the run died, and
 * decides them. Until then they keep their rows invisible, block others of the same keys, and keep
 * the server from cleaning up.
 *
 * <p>A run that is restored from its checkpoint decides its own, and so does one that goes on: as
 * long as it is connected, what it prepared is left to it. Rolling back is right where the run is
 * repeated from its beginning; committing, where its rows are to stay and the rest is added by an
 * upsert.
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
     * @param sessions of the job, by the processes of the server that serve them; none if it is
     *     dead
     */
    public record Waiting(
            String gid, String job, Duration age, List<String> tables, List<Integer> sessions) {}

    /**
     * Those that are at least so old: a run that is being restarted has no session for a while.
     *
     * @param table one that they have written to; null for any
     */
    public List<Waiting> find(String table, Duration atLeast) {
        TableName wanted = table == null ? null : TableName.of(table, "table");
        Instant now = Instant.now();
        try {
            List<Waiting> found = new ArrayList<>();
            for (PreparedTransaction one : PreparedTransaction.list(connection)) {
                if ((wanted == null || one.wroteTo(wanted))
                        && one.age(now).compareTo(atLeast) >= 0) {
                    found.add(
                            new Waiting(
                                    one.gid(),
                                    one.job(),
                                    one.age(now),
                                    one.tables(),
                                    PostgresServer.sessionsOf(connection, one.job())));
                }
            }
            return found;
        } catch (SQLException e) {
            throw PostgresException.of(server, e);
        }
    }

    /**
     * Makes the rows of a transaction visible, or drops them.
     *
     * @throws PostgresException if the run that prepared it is connected
     */
    public void decide(Waiting transaction, boolean commit) {
        try {
            List<Integer> sessions = PostgresServer.sessionsOf(connection, transaction.job);
            if (!sessions.isEmpty()) {
                throw new PostgresException(
                        "The job "
                                + transaction.job
                                + " is connected to "
                                + server
                                + " (processes "
                                + sessions
                                + " there) and decides what it prepared itself. Cancel it first.");
            }
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
