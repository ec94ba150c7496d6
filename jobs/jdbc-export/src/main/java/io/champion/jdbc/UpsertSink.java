package io.champion.jdbc;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.jdbc.JdbcExecutionOptions;
import org.apache.flink.connector.jdbc.core.datastream.sink.JdbcSink;
import org.apache.flink.types.Row;
import org.apache.flink.util.IOUtils;

/**
 * Inserts a row, or updates the one of the same key, by the connector's sink. Rows are visible as
 * they are written, and those that are written again after a failure change nothing.
 */
final class UpsertSink implements Sink<Row> {
    private static final long serialVersionUID = 1L;

    private static final int BATCH_ROWS = 1_000;
    private static final int RETRIES = 3;

    private final PostgresServer server;
    private final JdbcSink<Row> sink;

    UpsertSink(
            PostgresServer server, TableName table, List<ExportColumn> columns, List<String> key) {
        this.server = server;
        this.sink =
                JdbcSink.<Row>builder()
                        .withQueryStatement(
                                Statements.upsertInto(table, columns, key),
                                (statement, row) -> Statements.set(statement, columns, row))
                        .withExecutionOptions(
                                JdbcExecutionOptions.builder()
                                        .withBatchSize(BATCH_ROWS)
                                        .withBatchIntervalMs(0)
                                        .withMaxRetries(RETRIES)
                                        .build())
                        .buildAtLeastOnce(server.connectorOptions());
    }

    @Override
    public SinkWriter<Row> createWriter(WriterInitContext context) throws IOException {
        return new Writer(server, sink.createWriter(context));
    }

    /** The connector's writer, with errors that a person can act on. */
    private static final class Writer implements SinkWriter<Row> {
        private final PostgresServer server;
        private final SinkWriter<Row> writer;

        Writer(PostgresServer server, SinkWriter<Row> writer) {
            this.server = server;
            this.writer = writer;
        }

        @Override
        public void write(Row row, Context context) throws IOException, InterruptedException {
            try {
                writer.write(row, context);
            } catch (IOException | RuntimeException e) {
                Statements.requireRepeatable(server, e);
                throw e;
            }
        }

        @Override
        public void flush(boolean endOfInput) throws IOException, InterruptedException {
            try {
                writer.flush(endOfInput);
            } catch (IOException | RuntimeException e) {
                Statements.requireRepeatable(server, e);
                throw e;
            }
        }

        @Override
        public void close() {
            // It tries to write what is left of a task that failed, and that comes again anyway;
            // what it throws then would end the task manager.
            IOUtils.closeQuietly(writer);
        }
    }
}
