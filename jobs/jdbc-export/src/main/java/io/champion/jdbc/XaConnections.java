package io.champion.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.transaction.xa.Xid;
import org.apache.flink.connector.jdbc.datasource.connections.xa.SimpleXaConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.transactions.xa.domain.TransactionId;
import org.apache.flink.util.IOUtils;

/**
 * Connections of one task's distributed transactions: one that rows are written to, and one by
 * which prepared transactions are decided. PostgreSQL lets any connection that is idle do that, so
 * that two are enough however many transactions are prepared. Each is opened when it is needed.
 */
final class XaConnections implements AutoCloseable {

    /** How long a connection may take to show that it is alive. */
    private static final int CHECK_SECONDS = 10;

    private final PostgresServer server;

    private SimpleXaConnectionProvider writing;
    private Connection deciding;

    XaConnections(PostgresServer server) {
        this.server = server;
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
        T of(Connection connection) throws SQLException;
    }

    /** Asks, by a new connection where the last one is gone. */
    private <T> T decide(Decision<T> decision) {
        try {
            if (deciding == null || !deciding.isValid(CHECK_SECONDS)) {
                IOUtils.closeQuietly(deciding);
                deciding = server.connect();
            }
            return decision.of(deciding);
        } catch (SQLException e) {
            throw new IllegalStateException(PostgresException.of(server, e).getMessage(), e);
        }
    }

    /**
     * Makes the rows of a prepared transaction visible.
     *
     * @return whether there was such a transaction
     */
    boolean commit(Xid xid) {
        return decide(
                connection ->
                        PreparedTransaction.decide(connection, PreparedTransaction.gid(xid), true));
    }

    /** Drops the rows of a prepared transaction, if there is one. */
    boolean rollback(Xid xid) {
        return decide(
                connection ->
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
        for (PreparedTransaction prepared : decide(PreparedTransaction::list)) {
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
