package io.champion.rebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeSink;
import io.champion.local.EmbeddedClickHouse;
import io.champion.model.Dataset;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import io.champion.runtime.ConfigException;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.tracking.Experiments;
import io.champion.tracking.TrackedRun;
import io.champion.tracking.Tracker;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import io.champion.warehouse.migration.Migrations;
import io.champion.warehouse.migration.Retention;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hours of ticks in a lake, in tables of days, on a real engine. */
final class RebuildWarehouseJobTest {

    private static final Dataset TICKS = Dataset.of(EquityTrade.getClassSchema());
    private static final int HOURS = 30;
    private static final int A_DAY = 24;

    /** Of an hour. */
    private static final int ROWS = 50;

    @TempDir static Path home;
    @TempDir static Path store;

    private static EmbeddedClickHouse engine;
    private static ClickHouse clickHouse;

    /** A day and six hours of ticks, in the lake alone. */
    @BeforeAll
    static void writeTheLake() throws Exception {
        engine = EmbeddedClickHouse.start(store);
        ClickHouseConfig warehouse = ClickHouseConfig.of(engine.url());
        Migrations.of(warehouse, null, Retention.FOREVER).apply();
        clickHouse = ClickHouse.connect(warehouse);
        List<SpecificRecordBase> ticks = new ArrayList<>();
        for (int i = 0; i < HOURS * ROWS; i++) {
            ticks.add(tick(i, Instant.parse("2025-06-17T00:00:00Z").plusSeconds(72L * i)));
        }
        StreamExecutionEnvironment env = environment(config());
        env.fromData(ticks, ContractTypeInfo.INSTANCE)
                .uid("ticks")
                .sinkTo(
                        LakeSink.builder(
                                        new org.apache.flink.core.fs.Path(
                                                home.resolve("lake").toString()))
                                .uid("lake")
                                .replacing(
                                        ticks.stream().map(TICKS::partitionOf).distinct().toList())
                                .build())
                .uid("lake");
        env.execute();
    }

    @AfterAll
    static void stop() throws Exception {
        clickHouse.close();
        engine.close();
    }

    private static EquityTrade tick(int i, Instant time) {
        return EquityTrade.newBuilder()
                .setEventId(i)
                .setEventTime(time.getEpochSecond() * 1_000_000_000L + i)
                .setIngestTime(Instant.parse("2025-06-19T00:00:00Z"))
                .setSource("test")
                .setEntityId("NSE:A:EQ")
                .setSymbol("A")
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeId(Integer.toString(i))
                .setSequenceNumber(i)
                .setKind(TickKind.TRADE)
                .setPrice(100.0 + i)
                .setSize(1.0)
                .setConditions(List.of(i % 3))
                .build();
    }

    private static JobConfig config(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("home=" + home, "warehouse.url=" + engine.url()));
        arguments.addAll(List.of(options));
        return JobConfig.of(RebuildWarehouseJob.OPTIONS).arguments(arguments).load();
    }

    private static StreamExecutionEnvironment environment(JobConfig config) {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, new Configuration());
        JobEnvironment.configure(env, config, Boundedness.BOUNDED);
        return env;
    }

    private static RebuildReport rebuild(String... options) throws Exception {
        JobConfig config = config(options);
        return RebuildWarehouseJob.run(environment(config), config);
    }

    private static long count(String what) {
        return clickHouse.queryLong("SELECT " + what + " FROM " + clickHouse.table(TICKS.table()));
    }

    @Test
    void daysAreFilledAndLostRowsComeBack() throws Exception {
        RebuildReport second = rebuild("rebuild.from=2025-06-18");
        assertThat(second.rows())
                .containsOnly(Map.entry(TICKS.id(), (long) (HOURS - A_DAY) * ROWS));
        assertThat(second.partitions()).isEqualTo(HOURS - A_DAY);
        assertThat(count("count()")).isEqualTo((long) (HOURS - A_DAY) * ROWS);
        TrackedRun run = Tracker.runs(config(), List.of(Experiments.INGESTION), 1).get(0);
        assertThat(run.name()).isEqualTo("rebuild-warehouse " + second.runId());
        assertThat(run.metrics())
                .containsEntry("written." + TICKS.id(), (HOURS - A_DAY) * (double) ROWS);

        RebuildReport all = rebuild();
        assertThat(all.summary()).contains("1,500  raw.equity_trade", "rows of 30 partitions");
        assertThat(count("count()")).isEqualTo((long) HOURS * ROWS);
        assertThat(count("uniqExact(event_id)")).isEqualTo((long) HOURS * ROWS);
        assertThat(count("toInt64(sum(price))"))
                .isEqualTo(100L * HOURS * ROWS + (long) HOURS * ROWS * (HOURS * ROWS - 1) / 2);
        assertThat(count("toInt64(sum(conditions[1]))")).isEqualTo((long) HOURS * ROWS);

        clickHouse.execute(
                "ALTER TABLE " + clickHouse.table(TICKS.table()) + " DROP PARTITION 20250617");
        assertThat(count("count()")).isEqualTo((long) (HOURS - A_DAY) * ROWS);
        assertThat(rebuild("rebuild.datasets=raw.equity_trade", "rebuild.to=2025-06-17").rows())
                .containsEntry(TICKS.id(), (long) A_DAY * ROWS);
        assertThat(count("count()")).isEqualTo((long) HOURS * ROWS);
    }

    @Test
    void whatMakesNoSenseIsSaid() {
        assertThatThrownBy(() -> rebuild("rebuild.from=2025-07-01"))
                .isInstanceOf(RebuildException.class)
                .hasMessageContaining("has nothing of what is to be filled again.");
        assertThatThrownBy(() -> rebuild("rebuild.datasets=raw.tulips"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'raw.tulips', which is no dataset");
        assertThatThrownBy(() -> rebuild("rebuild.to=yesterday"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'yesterday', which is no date");
    }
}
