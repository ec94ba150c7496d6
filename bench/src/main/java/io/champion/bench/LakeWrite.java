package io.champion.bench;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.avro.specific.SpecificData;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.formats.avro.typeutils.AvroTypeInfo;
import org.apache.flink.formats.parquet.ParquetWriterFactory;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;

/**
 * Writes the same rows as Parquet: {@code LakeWrite champion|flink|duckdb|clickhouse ROWS FOLDER}.
 * Prints the seconds that the writing took, without the start of the process.
 */
final class LakeWrite {
    private LakeWrite() {}

    public static void main(String[] args) throws Exception {
        long rows = Long.parseLong(args[1]);
        Path folder = Files.createDirectories(Path.of(args[2])).toAbsolutePath();
        double seconds =
                switch (args[0]) {
                    case "champion" -> champion(rows, folder);
                    case "flink" -> flink(rows, folder);
                    case "duckdb" -> duckDb(rows, folder);
                    case "clickhouse" -> clickHouse(rows, folder);
                    default -> throw new IllegalArgumentException("No such writer: " + args[0]);
                };
        System.out.printf("inner=%.2f%n", seconds);
    }

    private static double champion(long rows, Path folder) throws Exception {
        StreamExecutionEnvironment env = MiniFlink.environment(RuntimeExecutionMode.BATCH);
        MiniFlink.bars(env, rows, ContractTypeInfo.INSTANCE)
                .sinkTo(
                        LakeSink.builder(new org.apache.flink.core.fs.Path(folder.toUri()))
                                .replacing(EquityRows.partitions(rows))
                                .build())
                .name("lake")
                .uid("lake");
        return env.execute("lake write").getNetRuntime() / 1e3;
    }

    /**
     * As Flink's documentation shows it, but for the model, without which parquet-avro cannot write
     * times, and the codec.
     */
    private static double flink(long rows, Path folder) throws Exception {
        StreamExecutionEnvironment env = MiniFlink.environment(RuntimeExecutionMode.BATCH);
        MiniFlink.bars(env, rows, ContractTypeInfo.INSTANCE)
                .map(bar -> (EquityOhlc) bar)
                .returns(new AvroTypeInfo<>(EquityOhlc.class))
                .name("cast")
                .uid("cast")
                .sinkTo(
                        FileSink.forBulkFormat(
                                        new org.apache.flink.core.fs.Path(folder.toUri()),
                                        new ParquetWriterFactory<>(LakeWrite::plainWriter))
                                .build())
                .name("files")
                .uid("files");
        return env.execute("plain Flink").getNetRuntime() / 1e3;
    }

    private static ParquetWriter<EquityOhlc> plainWriter(OutputFile out) throws IOException {
        return AvroParquetWriter.<EquityOhlc>builder(out)
                .withSchema(EquityOhlc.getClassSchema())
                .withDataModel(SpecificData.getForClass(EquityOhlc.class))
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .build();
    }

    private static double duckDb(long rows, Path folder) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("SET threads = 2");
            statement.execute("SET preserve_insertion_order = false");
            long start = System.nanoTime();
            statement.execute(
                    "COPY ("
                            + EquityRows.duckDb(rows)
                            + ") TO '"
                            + folder.resolve("bars")
                            + "' (FORMAT parquet, COMPRESSION snappy, PER_THREAD_OUTPUT true)");
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static double clickHouse(long rows, Path folder) throws Exception {
        Path store = Files.createTempDirectory("champion-bench");
        try (EmbeddedClickHouse engine = EmbeddedClickHouse.start(store)) {
            long start = System.nanoTime();
            Engine.post(
                    engine.url(),
                    "INSERT INTO FUNCTION file('"
                            + folder.resolve("bars.parquet")
                            + "', Parquet) "
                            + EquityRows.clickHouse(rows)
                            + " SETTINGS max_threads = 2,"
                            + " output_format_parquet_compression_method = 'snappy'");
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
