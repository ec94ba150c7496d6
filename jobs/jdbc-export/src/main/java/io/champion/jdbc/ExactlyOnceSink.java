package io.champion.jdbc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.transaction.xa.Xid;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.InitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.jdbc.core.datastream.sink.committer.JdbcCommitable;
import org.apache.flink.connector.jdbc.core.datastream.sink.committer.JdbcCommitableSerializer;
import org.apache.flink.connector.jdbc.core.datastream.sink.writer.JdbcWriterState;
import org.apache.flink.connector.jdbc.core.datastream.sink.writer.JdbcWriterStateSerializer;
import org.apache.flink.connector.jdbc.datasource.transactions.xa.domain.TransactionId;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.types.Row;

/**
 * Inserts each row exactly once: rows between two checkpoints are one transaction, which is
 * prepared with the checkpoint and committed when the checkpoint is complete.
 *
 * <p>Made of the connector's distributed transactions, their names and serializers. Its own writer
 * and committer are not used: where nothing was written since the last prepare, as at the end of
 * the input, they commit what is prepared before the checkpoint is complete, and a failure then
 * writes the same rows twice; and a restored transaction that the server still holds under the name
 * that comes next is not rolled back.
 */
final class ExactlyOnceSink
        implements Sink<Row>,
                SupportsWriterState<Row, JdbcWriterState>,
                SupportsCommitter<JdbcCommitable> {
    private static final long serialVersionUID = 1L;

    private final PostgresServer server;
    private final TableName table;
    private final List<ExportColumn> columns;

    ExactlyOnceSink(PostgresServer server, TableName table, List<ExportColumn> columns) {
        this.server = server;
        this.table = table;
        this.columns = List.copyOf(columns);
    }

    @Override
    public XaWriter createWriter(WriterInitContext context) throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public XaWriter restoreWriter(WriterInitContext context, Collection<JdbcWriterState> states)
            throws IOException {
        List<TransactionId> later = new ArrayList<>();
        states.forEach(state -> later.addAll(state.getHanging()));
        return new XaWriter(
                server,
                connections(context),
                Statements.insertInto(table, columns),
                columns,
                TransactionId.create(
                        context.getJobInfo().getJobId().getBytes(),
                        context.getTaskInfo().getIndexOfThisSubtask(),
                        context.getTaskInfo().getNumberOfParallelSubtasks()),
                context.getRestoredCheckpointId().orElse(0),
                later);
    }

    @Override
    public Committer<JdbcCommitable> createCommitter(CommitterInitContext context) {
        return new XaCommitter(
                connections(context), table, context.getRestoredCheckpointId().orElse(0));
    }

    private XaConnections connections(InitContext context) {
        return new XaConnections(server, context.getJobInfo().getJobId().toHexString());
    }

    @Override
    public SimpleVersionedSerializer<JdbcCommitable> getCommittableSerializer() {
        return new JdbcCommitableSerializer();
    }

    @Override
    public SimpleVersionedSerializer<JdbcWriterState> getWriterStateSerializer() {
        return new JdbcWriterStateSerializer();
    }

    private static final class XaCommitter implements Committer<JdbcCommitable> {
        private final XaConnections connections;
        private final TableName table;
        private final long restored;

        /**
         * @param restored the checkpoint that the sink was restored from; 0 if it was not
         */
        XaCommitter(XaConnections connections, TableName table, long restored) {
            this.connections = connections;
            this.table = table;
            this.restored = restored;
        }

        @Override
        public void commit(Collection<CommitRequest<JdbcCommitable>> requests) {
            for (CommitRequest<JdbcCommitable> request : requests) {
                Xid transaction = request.getCommittable().getXid();
                // Of those that came with the restored state, the attempt before may have committed
                // some.
                if (!connections.commit(transaction)
                        && PreparedTransaction.checkpoint(transaction) >= restored) {
                    throw new PostgresException(
                            "A prepared transaction of this run with rows of the table "
                                    + table
                                    + " is gone: somebody else rolled it back, so that rows are"
                                    + " missing, or committed it. Export again with the mode"
                                    + " upsert, or empty the table and insert again.");
                }
            }
        }

        @Override
        public void close() {
            connections.close();
        }
    }
}
