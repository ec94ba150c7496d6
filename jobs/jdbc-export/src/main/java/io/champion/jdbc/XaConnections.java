package io.champion.jdbc;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.transaction.xa.Xid;
import org.apache.flink.connector.jdbc.datasource.connections.xa.SimpleXaConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.transactions.xa.domain.TransactionId;
import org.apache.flink.util.IOUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of one task's distributed transactions: one that rows are written to, and one by
 * which prepared transactions are decided. PostgreSQL lets any connection that is idle do that, so
 * that two are enough however many transactions are prepared. Each is opened when it is needed.
 *
 * <p>A server that is away is asked for a decision again for two minutes: what is prepared waits as
 * long. Longer outages are for the restart strategy.
 */
final class XaConnections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(XaConnections.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(125);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** How long a connection may take to show that it is alive. */
    private static final int CHECK_SECONDS = 10;

    private final PostgresServer server;
    private final String job;

    private SimpleXaConnectionProvider writing;
    private Connection deciding;

    /**
     * @param job id of the Flink job, which the deciding connection is named after: as long as
     *     there is one, {@link ExportRecovery} leaves what the job prepared alone
     */
    XaConnections(PostgresServer server, String job) {
        this.server = server;
        this.job = job;
    }

    /** Begins a transaction on the connection that rows are written to. */
    void start(Xid xid) throws SQLException {
        if (writing == null) {
            SimpleXaConnectionProvider provider = SimpleXaConnectionProvider.from(server::xa, null);
            provider.open();
            writing = provider;
        }
        writing.start(xid);
    }

    /** The connection that rows are written to, within the transaction that was started. */
    Connection writing() {
        return writing.getConnection();
    }

    /** Prepares the transaction that was started: it survives whatever happens. */
    void prepare(Xid xid) {
        writing.endAndPrepare(xid);
    }

    @FunctionalInterface
    private interface Decision<T> {
        T of(Connection connection, boolean firstAttempt) throws SQLException;
    }

    /** Asks until there is an answer, by a new connection where the last one is gone. */
    private <T> T decide(Decision<T> decision) {
        RetryPolicy<T> retries =
                RetryPolicy.<T>builder()
                        .handleIf(
                                failure ->
                                        failure instanceof SQLException sql
                                                && PostgresException.isTransient(sql))
                        .withBackoff(FIRST_PAUSE, LONGEST_PAUSE)
                        .withMaxAttempts(-1)
                        .withMaxDuration(PATIENCE)
                        .onRetryScheduled(
                                event -> {
                                    int attempt = event.getAttemptCount();
                                    // At attempts 1, 2, 4, 8 and so on.
                                    if (Integer.bitCount(attempt) == 1) {
                                        LOG.warn(
                                                "Prepared transactions at {} cannot be decided"
                                                        + " after {} attempts; again in {}",
                                                server,
                                                attempt,
                                                event.getDelay(),
                                                event.getLastException());
                                    }
                                })
                        .build();
        try {
            return Failsafe.with(retries)
                    .get(attempt -> decision.of(deciding(), attempt.isFirstAttempt()));
        } catch (FailsafeException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw new IllegalStateException(
                        PostgresException.of(server, sql).getMessage(), sql);
            }
            throw e;
        }
    }

    private Connection deciding() throws SQLException {
        if (deciding == null || !deciding.isValid(CHECK_SECONDS)) {
            IOUtils.closeQuietly(deciding);
            deciding = null;
            deciding = server.connectFor(job);
        }
        return deciding;
    }

    /**
     * Makes the rows of a prepared transaction visible.
     *
     * @return whether there was such a transaction; true as well where it may be gone because an
     *     attempt of which the answer was lost has committed it
     */
    boolean commit(Xid xid) {
        return decide(
                (connection, firstAttempt) ->
                        PreparedTransaction.decide(connection, PreparedTransaction.gid(xid), true)
                                || !firstAttempt);
    }

    /** Drops the rows of a prepared transaction, if there is one. */
    void rollback(Xid xid) {
        decide(
                (connection, firstAttempt) ->
                        PreparedTransaction.decide(
                                connection, PreparedTransaction.gid(xid), false));
    }

    /**
     * Rolls back the prepared transactions of a task, and of the same job as it was with another
     * number of tasks, that begin at a checkpoint or later.
     *
     * @param first names job, task and checkpoint
     */
    void rollbackFrom(TransactionId first) {
        for (PreparedTransaction prepared :
                decide((connection, firstAttempt) -> PreparedTransaction.list(connection))) {
            TransactionId id = prepared.id();
            if (id != null
                    && id.getCheckpointId() >= first.getCheckpointId()
                    && isOf(first.withBranch(id.getCheckpointId()), id)) {
                rollback(id);
            }
        }
    }

    private static boolean isOf(TransactionId task, TransactionId id) {
        return task.belongsTo(id) || PreparedTransaction.isOfOtherParallelism(task, id);
    }

    @Override
    public void close() {
        if (writing != null && writing.isOpen()) {
            writing.closeConnection();
        }
        writing = null;
        IOUtils.closeQuietly(deciding);
        deciding = null;
    }
}
