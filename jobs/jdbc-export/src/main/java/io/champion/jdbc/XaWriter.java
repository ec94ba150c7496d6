package io.champion.jdbc;

import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.jdbc.core.datastream.sink.committer.JdbcCommitable;
import org.apache.flink.connector.jdbc.core.datastream.sink.writer.JdbcWriterState;
import org.apache.flink.connector.jdbc.datasource.transactions.xa.domain.TransactionId;
import org.apache.flink.types.Row;
import org.apache.flink.util.IOUtils;

/**
 * Writes rows in distributed transactions, none where there are no rows. A transaction is named
 * after job, task and the checkpoint that it begins at: those that begin at the restored checkpoint
 * or later are of attempts that failed, and are rolled back. Those before are for the committer.
 */
final class XaWriter
        implements StatefulSinkWriter<Row, JdbcWriterState>,
                CommittingSinkWriter<Row, JdbcCommitable> {
    private static final int BATCH_ROWS = 1_000;

    private final PostgresServer server;
    private final XaConnections connections;
    private final String sql;
    private final List<ExportColumn> columns;
    private final TransactionId task;

    /** Of the next transaction. */
    private long checkpoint;

    /** Null while no row is in the current one. */
    private TransactionId current;

    private PreparedStatement statement;
    private int batched;

    /**
     * Rolls back what failed attempts left.
     *
     * @param connections closed with the writer
     * @param task names job and task
     * @param checkpoint the restored one, else 0
     * @param later transactions that began at it, maybe of another job
     */
    XaWriter(
            PostgresServer server,
            XaConnections connections,
            String sql,
            List<ExportColumn> columns,
            TransactionId task,
            long checkpoint,
            List<TransactionId> later)
            throws IOException {
        this.server = server;
        this.connections = connections;
        this.sql = sql;
        this.columns = columns;
        this.task = task;
        this.checkpoint = checkpoint;
        try {
            later.forEach(connections::rollback);
            connections.rollbackFrom(task.withBranch(checkpoint));
        } catch (RuntimeException e) {
            connections.close();
            Statements.requireRepeatable(server, e);
            throw new IOException(e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }

    private void explained(Step step) throws IOException {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            Statements.requireRepeatable(server, e);
            throw e;
        } catch (Exception e) {
            Statements.requireRepeatable(server, e);
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void write(Row row, Context context) throws IOException {
        explained(
                () -> {
                    if (current == null) {
                        current = task.withBranch(checkpoint);
                        connections.start(current);
                        statement = connections.writing().prepareStatement(sql);
                    }
                    Statements.set(statement, columns, row);
                    statement.addBatch();
                    if (++batched >= BATCH_ROWS) {
                        send();
                    }
                });
    }

    private void send() throws SQLException {
        if (batched > 0) {
            statement.executeBatch();
            batched = 0;
        }
    }

    @Override
    public void flush(boolean endOfInput) throws IOException {
        explained(this::send);
    }

    @Override
    public Collection<JdbcCommitable> prepareCommit() throws IOException {
        if (current == null) {
            return List.of();
        }
        TransactionId prepared = current;
        explained(
                () -> {
                    send();
                    statement.close();
                    statement = null;
                    connections.prepare(prepared);
                });
        current = null;
        return List.of(JdbcCommitable.of(prepared));
    }

    @Override
    public List<JdbcWriterState> snapshotState(long checkpointId) {
        checkpoint = checkpointId;
        return List.of(JdbcWriterState.of(List.of(), List.of(task.withBranch(checkpoint))));
    }

    @Override
    public void close() {
        // The server rolls back what is not prepared.
        IOUtils.closeQuietly(statement);
        connections.close();
    }
}
