package io.champion.bench;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.reader.CacheBuild;
import io.champion.reader.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Makes a lake of a month of trades through {@link LakeSink}, and the cache of three symbols:
 * {@code TradeLake ROWS HOME}.
 */
final class TradeLake {
    private TradeLake() {}

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[1]).toAbsolutePath();
        StreamExecutionEnvironment env = MiniFlink.environment(RuntimeExecutionMode.BATCH);
        // One writer, so that files are sorted.
        env.setParallelism(1);
        env.fromSource(
                        new DataGeneratorSource<>(
                                new TradeRows(Long.parseLong(args[0])),
                                Long.parseLong(args[0])
                                        / TradeRows.days().size()
                                        * TradeRows.days().size(),
                                ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.noWatermarks(),
                        "trades")
                .uid("trades")
                .sinkTo(
                        LakeSink.builder(
                                        new org.apache.flink.core.fs.Path(
                                                home.resolve("lake").toUri()))
                                .replacing(TradeRows.partitions())
                                .build())
                .name("lake")
                .uid("lake");
        env.execute("trades");
        long start = System.nanoTime();
        for (CacheBuild.Report report :
                new CacheBuild(home.resolve("lake").toUri().toString(), home.resolve("cache"))
                        .run(
                                List.of(DataType.TRADES),
                                Set.of("BIG", "MID", "S0700"),
                                Set.of(),
                                report -> {})) {
            System.out.printf(
                    "cache of %d rows and %d files, %d MB, in %.1f s%n",
                    report.rows(),
                    report.built(),
                    report.bytes() / 1_000_000,
                    (System.nanoTime() - start) / 1e9);
        }
    }
}
