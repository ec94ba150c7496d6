package io.champion.jdbc;

import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

/** Makes records of rows, and counts those that are none. Of a batch: runs as a whole or again. */
final class ReferenceRecords extends RichFlatMapFunction<Row, SpecificRecordBase> {
    private static final long serialVersionUID = 1L;

    static final String READ = "read";
    static final String REJECTED = "rejected";
    static final String EXAMPLE = "example";

    private final ReferenceRow rows;

    private transient LongCounter read;
    private transient LongCounter rejected;
    private transient Example example;

    ReferenceRecords(ReferenceRow rows) {
        this.rows = rows;
    }

    @Override
    public void open(OpenContext context) {
        read = getRuntimeContext().getLongCounter(READ);
        rejected = getRuntimeContext().getLongCounter(REJECTED);
        example = new Example();
        getRuntimeContext().addAccumulator(EXAMPLE, example);
    }

    @Override
    public void flatMap(Row row, Collector<SpecificRecordBase> out) {
        read.add(1L);
        SpecificRecordBase record;
        try {
            record = rows.record(row);
        } catch (ReferenceRow.RefusedException e) {
            rejected.add(1L);
            example.add(e.violation().message() + " The row: " + row);
            return;
        }
        out.collect(record);
    }
}
