package io.champion.jdbc;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads partitions of one dataset, by their number: each whole between two checkpoints. */
final class ReadLake extends RichFlatMapFunction<Long, Row> implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    /** What it counts: rows read. */
    static final String READ = "read";

    private final String lake;
    private final String dataset;
    private final List<PartitionKey> partitions;

    private transient LakeReader reader;
    private transient ContractRows rows;
    private transient Tally tally;

    ReadLake(String lake, Dataset dataset, List<PartitionKey> partitions) {
        this.lake = lake;
        this.dataset = dataset.id();
        this.partitions = List.copyOf(partitions);
    }

    @Override
    public void open(OpenContext context) throws Exception {
        reader = new LakeReader(new Path(lake));
        rows = new ContractRows(Dataset.of(dataset));
    }

    @Override
    public void flatMap(Long number, Collector<Row> out) throws Exception {
        long read = 0;
        try (CloseableIterator<SpecificRecordBase> records =
                reader.read(partitions.get(Math.toIntExact(number)))) {
            while (records.hasNext()) {
                out.collect(rows.row(records.next()));
                read++;
            }
        }
        tally.counter(READ).add(read);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        tally = new Tally(getRuntimeContext(), context, List.of(READ));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        tally.snapshot();
    }
}
