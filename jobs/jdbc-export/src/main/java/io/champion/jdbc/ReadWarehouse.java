package io.champion.jdbc;

import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.util.List;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

/** Reads the whole answer of a query between two checkpoints: another time it may be another. */
final class ReadWarehouse extends RichFlatMapFunction<Long, Row> implements CheckpointedFunction {
    private static final long serialVersionUID = 1L;

    private final ClickHouseConfig warehouse;
    private final WarehouseQuery query;

    private transient Tally tally;

    ReadWarehouse(ClickHouseConfig warehouse, WarehouseQuery query) {
        this.warehouse = warehouse;
        this.query = query;
    }

    @Override
    public void flatMap(Long number, Collector<Row> out) throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            tally.counter(ReadLake.READ).add(query.read(clickHouse, out::collect));
        }
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        tally = new Tally(getRuntimeContext(), context, List.of(ReadLake.READ));
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        tally.snapshot();
    }
}
