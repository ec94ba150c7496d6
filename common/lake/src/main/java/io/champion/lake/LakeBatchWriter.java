package io.champion.lake;

import io.champion.model.ColumnBatch;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.function.Function;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/** Writes batches of rows of any contract. A batch may go on in another file where one is full. */
final class LakeBatchWriter extends LakeWriter<ColumnBatch> {
    LakeBatchWriter(
            Config config,
            Path root,
            Function<PartitionKey, Path> target,
            boolean targetIsHidden,
            int subtask,
            SinkWriterMetricGroup metrics)
            throws IOException {
        super(config, root, target, targetIsHidden, subtask, metrics);
    }

    @Override
    public void write(ColumnBatch batch, Context context) throws IOException {
        int start = 0;
        while (start < batch.rows()) {
            OpenFile file = fileOf(batch.dataset(), batch.partition());
            int untilCheck =
                    ContractFileWriter.BATCH_ROWS_BETWEEN_CHECKS
                            - (int) (file.rows() % ContractFileWriter.BATCH_ROWS_BETWEEN_CHECKS);
            int rows = Math.min(batch.rows() - start, untilCheck);
            file.writer().write(batch, start, start + rows);
            added(file, rows, rows == untilCheck);
            start += rows;
        }
    }
}
