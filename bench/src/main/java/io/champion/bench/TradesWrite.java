package io.champion.bench;

import io.champion.lake.ColumnBatchTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.ColumnBatch;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseSink;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Writes trades that are in memory column by column: {@code TradesWrite lake|warehouse|duckdb ROWS
 * FOLDER}. DuckDB has them from the folder {@code lake} beside its own, in a table, before it
 * writes. Prints the seconds that the writing took, without the start of the process.
 */
final class TradesWrite {
    /** Made before the clock starts; the source is in this process. */
    private static final List<ColumnBatch> BATCHES = new ArrayList<>();

    private TradesWrite() {}

    public static void main(String[] args) throws Exception {
        long rows = Long.parseLong(args[1]) / TradeBatches.ROWS * TradeBatches.ROWS;
        Path folder = Files.createDirectories(Path.of(args[2])).toAbsolutePath();
        if (args[0].equals("duckdb")) {
            System.out.printf("inner=%.2f%n", duckDb(folder));
            return;
        }
        for (long i = 0; i < rows / TradeBatches.ROWS; i++) {
            BATCHES.add(TradeBatches.batch(i));
        }
        switch (args[0]) {
            case "lake" ->
                    System.out.printf(
                            "inner=%.2f%n",
                            run(
                                    LakeSink.builder(
                                                    new org.apache.flink.core.fs.Path(
                                                            folder.toUri()))
                                            .replacing(List.of(TradeBatches.PARTITION))
                                            .buildBatches()));
            case "warehouse" -> warehouse(folder);
            default -> throw new IllegalArgumentException("No such writer: " + args[0]);
        }
    }

    private static void warehouse(Path folder) throws Exception {
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("store"))) {
            ClickHouseConfig config = ClickHouseConfig.of(engine.url());
            Migrations.of(config, null, Retention.FOREVER).apply();
            System.out.printf(
                    "inner=%.2f%n",
                    run(
                            WarehouseSink.builder(config)
                                    .uid("warehouse")
                                    .blocks(
                                            new org.apache.flink.core.fs.Path(
                                                    folder.resolve("blocks").toUri()))
                                    .replacing(List.of(TradeBatches.PARTITION))
                                    .buildBatches()));
            System.out.println(
                    Engine.post(
                            engine.url(),
                            "SELECT concat('rows=', toString(count())) FROM "
                                    + config.database()
                                    + "."
                                    + TradeBatches.DATASET.table()
                                    + " FORMAT TSVRaw"));
        }
    }

    private static double run(Sink<ColumnBatch> sink) throws Exception {
        StreamExecutionEnvironment env = MiniFlink.environment(RuntimeExecutionMode.BATCH);
        env.fromSource(
                        new DataGeneratorSource<>(
                                index -> BATCHES.get(index.intValue()),
                                BATCHES.size(),
                                ColumnBatchTypeInfo.INSTANCE),
                        WatermarkStrategy.noWatermarks(),
                        "trades")
                .uid("trades")
                .sinkTo(sink)
                .name("sink")
                .uid("sink");
        return env.execute("trades write").getNetRuntime() / 1e3;
    }

    private static double duckDb(Path folder) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("SET preserve_insertion_order = false");
            statement.execute(
                    "CREATE TABLE trades AS SELECT * FROM read_parquet('"
                            + folder.resolveSibling("lake")
                            + "/**/part-*.parquet', hive_partitioning = false)");
            long start = System.nanoTime();
            statement.execute(
                    "COPY trades TO '"
                            + folder.resolve("trades")
                            + "' (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true)");
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
