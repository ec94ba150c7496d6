package io.champion.jdbc;

import io.champion.lake.LakeReader;
import io.champion.model.PartitionKey;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Reads the records of a partition that came from other sources. */
final class OthersRecords extends RichFlatMapFunction<PartitionKey, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    static final String CARRIED = "carried";

    private final String lake;
    private final String source;

    private transient LongCounter carried;

    OthersRecords(String lake, String source) {
        this.lake = lake;
        this.source = source;
    }

    @Override
    public void open(OpenContext context) {
        carried = getRuntimeContext().getLongCounter(CARRIED);
    }

    @Override
    public void flatMap(PartitionKey partition, Collector<SpecificRecordBase> out)
            throws Exception {
        try (CloseableIterator<SpecificRecordBase> records =
                new LakeReader(new Path(lake)).read(partition)) {
            while (records.hasNext()) {
                SpecificRecordBase record = records.next();
                if (!record.get("source").equals(source)) {
                    carried.add(1L);
                    out.collect(record);
                }
            }
        }
    }
}
