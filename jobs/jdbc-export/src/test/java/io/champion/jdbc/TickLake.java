package io.champion.jdbc;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Hours of ticks in a lake. */
final class TickLake {
    private TickLake() {}

    static final Dataset TICKS = Dataset.of(EquityTrade.getClassSchema());
    static final Instant START = Instant.parse("2025-06-17T00:00:00Z");

    /** A row an hour's part, from the first hour of a day on. */
    static List<SpecificRecordBase> ticks(int hours, int rowsPerHour) {
        List<SpecificRecordBase> ticks = new ArrayList<>();
        for (int i = 0; i < hours * rowsPerHour; i++) {
            long nanos = 3_600_000_000_000L * i / rowsPerHour;
            ticks.add(tick(i, START.getEpochSecond() * 1_000_000_000L + nanos));
        }
        return ticks;
    }

    static EquityTrade tick(int i, long nanos) {
        String symbol = "S" + i % 10;
        return EquityTrade.newBuilder()
                .setEventId(i)
                .setEventTime(nanos)
                .setIngestTime(Instant.parse("2025-06-19T00:00:00.123Z"))
                .setSource("test")
                .setEntityId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeId(Integer.toString(i))
                .setSequenceNumber(i)
                .setKind(TickKind.TRADE)
                .setPrice(100.0 + i)
                .setSize(i % 7 == 0 ? null : 1.5)
                .setConditions(List.of(i % 3, 12))
                .build();
    }

    static void write(Path home, List<SpecificRecordBase> rows) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(
                env,
                JobConfig.of(JdbcExportJob.OPTIONS).arguments(List.of("home=" + home)).load(),
                Boundedness.BOUNDED);
        env.fromData(rows, ContractTypeInfo.INSTANCE)
                .uid("rows")
                .sinkTo(
                        LakeSink.builder(
                                        new org.apache.flink.core.fs.Path(
                                                home.resolve("lake").toString()))
                                .uid("lake")
                                .replacing(
                                        rows.stream()
                                                .map(
                                                        row ->
                                                                Dataset.of(row.getSchema())
                                                                        .partitionOf(row))
                                                .distinct()
                                                .toList())
                                .build())
                .uid("lake");
        env.execute();
    }
}
