package io.champion.rebuild;

import io.champion.lake.LakeReader;
import io.champion.model.PartitionKey;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads partitions of the lake. */
final class LakePartitions extends RichFlatMapFunction<PartitionKey, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    private final String lake;

    private transient LakeReader reader;

    /**
     * @param lake the lake's root
     */
    LakePartitions(String lake) {
        this.lake = lake;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        reader = new LakeReader(new Path(lake));
    }

    @Override
    public void flatMap(PartitionKey partition, Collector<SpecificRecordBase> out)
            throws Exception {
        try (CloseableIterator<SpecificRecordBase> rows = reader.read(partition)) {
            rows.forEachRemaining(out::collect);
        }
    }
}
