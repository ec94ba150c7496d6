package io.champion.bench;

import static io.champion.warehouse.WarehouseSink.COMMIT_COLUMN;

import com.clickhouse.client.api.Client;
import com.clickhouse.client.api.data_formats.RowBinaryFormatWriter;
import com.clickhouse.client.api.insert.InsertResponse;
import com.clickhouse.client.api.insert.InsertSettings;
import com.clickhouse.client.api.metadata.TableSchema;
import com.clickhouse.data.ClickHouseFormat;
import io.champion.lake.ContractTypeInfo;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.ColumnType.Column;
import io.champion.model.TypeMapping;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.WarehouseSink;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Writes the same rows into the embedded ClickHouse: {@code WarehouseWrite champion|client|engine
 * ROWS FOLDER}. Prints the seconds that the writing took, without the start of the engine and of
 * the process, then how many rows the table has and a hash of all their values in any order.
 */
final class WarehouseWrite {
    private static final int THREADS = 2;
    private static final int CLIENT_BATCH = 100_000;
    private static final long CHECKPOINT_MILLIS = 5_000;

    private WarehouseWrite() {}

    public static void main(String[] args) throws Exception {
        long rows = Long.parseLong(args[1]);
        Path folder = Path.of(args[2]).toAbsolutePath();
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("store"))) {
            ClickHouseConfig config = ClickHouseConfig.of(engine.url());
            Migrations.of(config, null, Retention.FOREVER).apply();
            double seconds =
                    switch (args[0]) {
                        case "champion" -> champion(config, rows, folder);
                        case "client" -> client(config, rows);
                        case "engine" -> engine(config, rows);
                        default -> throw new IllegalArgumentException("No such way: " + args[0]);
                    };
            System.out.printf("inner=%.2f%n", seconds);
            System.out.println(Engine.post(engine.url(), check(config)));
        }
    }

    /** Each row exactly once: checkpoints, sealed blocks, tokens and the ledger. */
    private static double champion(ClickHouseConfig config, long rows, Path folder)
            throws Exception {
        StreamExecutionEnvironment env = MiniFlink.environment(RuntimeExecutionMode.STREAMING);
        env.enableCheckpointing(CHECKPOINT_MILLIS);
        MiniFlink.bars(env, rows, ContractTypeInfo.INSTANCE)
                .sinkTo(
                        WarehouseSink.builder(config)
                                .uid("warehouse")
                                .blocks(
                                        new org.apache.flink.core.fs.Path(
                                                folder.resolve("blocks").toUri()))
                                .datasets(List.of(EquityRows.DATASET))
                                .build())
                .name("warehouse")
                .uid("warehouse");
        return env.execute("warehouse write").getNetRuntime() / 1e3;
    }

    /** A plain loop of the official client, without any guarantee. */
    private static double client(ClickHouseConfig config, long rows) throws Exception {
        try (Client client =
                new Client.Builder()
                        .addEndpoint(config.urls().get(0))
                        .setUsername("default")
                        .setDefaultDatabase(config.database())
                        .compressClientRequest(config.compress())
                        .build()) {
            TableSchema schema = client.getTableSchema(EquityRows.DATASET.table());
            long start = System.nanoTime();
            ExecutorService threads = Executors.newFixedThreadPool(THREADS);
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long from = rows * thread / THREADS;
                long to = rows * (thread + 1) / THREADS;
                running.add(
                        threads.submit(
                                () -> {
                                    insert(client, schema, from, to);
                                    return null;
                                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
            threads.shutdown();
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static void insert(Client client, TableSchema schema, long from, long to)
            throws Exception {
        EquityRows rows = new EquityRows();
        List<Column> columns = TypeMapping.columns(EquityRows.DATASET.schema());
        List<String> names =
                Stream.concat(columns.stream().map(Column::name), Stream.of(COMMIT_COLUMN))
                        .toList();
        for (long first = from; first < to; first += CLIENT_BATCH) {
            long begin = first;
            long end = Math.min(to, first + CLIENT_BATCH);
            try (InsertResponse response =
                    client.insert(
                                    EquityRows.DATASET.table(),
                                    names,
                                    out -> {
                                        RowBinaryFormatWriter writer =
                                                new RowBinaryFormatWriter(
                                                        out, schema, ClickHouseFormat.RowBinary);
                                        for (long i = begin; i < end; i++) {
                                            SpecificRecordBase row = rows.map(i);
                                            for (Column column : columns) {
                                                writer.setValue(
                                                        column.name(), row.get(column.position()));
                                            }
                                            writer.setValue(COMMIT_COLUMN, "");
                                            writer.commitRow();
                                        }
                                    },
                                    ClickHouseFormat.RowBinary,
                                    new InsertSettings())
                            .get()) {
                response.getWrittenRows();
            }
        }
    }

    /** The limit: rows that never leave the engine. */
    private static double engine(ClickHouseConfig config, long rows) throws Exception {
        long start = System.nanoTime();
        Engine.post(
                config.urls().get(0),
                "INSERT INTO "
                        + config.database()
                        + "."
                        + EquityRows.DATASET.table()
                        + " ("
                        + names()
                        + ") SELECT "
                        + names()
                        + " FROM ("
                        + EquityRows.clickHouse(rows)
                        + ") SETTINGS max_threads = 2, max_insert_threads = 2");
        return (System.nanoTime() - start) / 1e9;
    }

    private static String names() {
        return TypeMapping.columns(EquityRows.DATASET.schema()).stream()
                .map(Column::name)
                .collect(Collectors.joining(", "));
    }

    private static String check(ClickHouseConfig config) {
        return "SELECT concat('rows=', toString(count()), ' hash=',"
                + " toString(groupBitXor(cityHash64("
                + TypeMapping.columns(EquityRows.DATASET.schema()).stream()
                        .map(WarehouseWrite::comparable)
                        .collect(Collectors.joining(", "))
                + ")))) FROM "
                + config.database()
                + "."
                + EquityRows.DATASET.table()
                + " FORMAT TSV";
    }

    private static String comparable(Column column) {
        if (!column.type().nullable()) {
            return column.name();
        }
        String type =
                TypeMapping.clickHouse(column.type()).replaceFirst("^Nullable\\((.*)\\)$", "$1");
        return "isNull(%1$s), ifNull(%1$s, defaultValueOfTypeName('%2$s'))"
                .formatted(column.name(), type);
    }
}
