package io.champion.lake;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/** Writes records of any contract. */
final class LakeRowWriter extends LakeWriter<SpecificRecordBase> {
    /** How often the size of a file is looked at; asking costs a look at each column. */
    private static final int ROWS_BETWEEN_SIZE_CHECKS = 1024;

    private final Map<Class<?>, Dataset> datasets = new HashMap<>();
    private Class<?> lastClass;
    private Dataset lastDataset;

    LakeRowWriter(
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
    public void write(SpecificRecordBase record, Context context) throws IOException {
        if (record.getClass() != lastClass) {
            lastClass = record.getClass();
            lastDataset =
                    datasets.computeIfAbsent(lastClass, type -> Dataset.of(record.getSchema()));
        }
        OpenFile file = fileOf(lastDataset, lastDataset.partitionOf(record));
        file.writer().write(record);
        added(file, 1, (file.rows() + 1) % ROWS_BETWEEN_SIZE_CHECKS == 0);
    }
}
