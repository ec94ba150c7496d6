package io.champion.jdbc;

import io.champion.lake.LakeReader;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads partitions of one dataset, by their number: each whole between two checkpoints. */
final class ReadLake extends RichFlatMapFunction<Long, Row> {
    private static final long serialVersionUID = 1L;

    private final String lake;
    private final String dataset;
    private final List<PartitionKey> partitions;

    private transient LakeReader reader;
    private transient ContractRows rows;

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
        try (CloseableIterator<SpecificRecordBase> records =
                reader.read(partitions.get(Math.toIntExact(number)))) {
            while (records.hasNext()) {
                out.collect(rows.row(records.next()));
            }
        }
    }
}
