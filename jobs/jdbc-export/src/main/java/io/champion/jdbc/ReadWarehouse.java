package io.champion.jdbc;

import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.types.Row;
import org.apache.flink.util.Collector;

/** Reads the whole answer of a query between two checkpoints: another time it may be another. */
final class ReadWarehouse implements FlatMapFunction<Long, Row> {
    private static final long serialVersionUID = 1L;

    private final ClickHouseConfig warehouse;
    private final WarehouseQuery query;

    ReadWarehouse(ClickHouseConfig warehouse, WarehouseQuery query) {
        this.warehouse = warehouse;
        this.query = query;
    }

    @Override
    public void flatMap(Long number, Collector<Row> out) throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            query.read(clickHouse, out::collect);
        }
    }
}
