package io.champion.warehouse;

import static io.champion.warehouse.TestWarehouse.EQUITY;
import static io.champion.warehouse.TestWarehouse.MASTER;
import static io.champion.warehouse.TestWarehouse.REJECTS;
import static io.champion.warehouse.TestWarehouse.equity;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.Dataset;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.Period;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableRetentionTest {

    private static final Dataset BARS = Dataset.of("normalized.bars");

    /** A metric group whose counters can be read. */
    static final class Counters extends UnregisteredMetricsGroup {
        final Map<String, Counter> counters = new HashMap<>();

        @Override
        public MetricGroup addGroup(String name) {
            return this;
        }

        @Override
        public Counter counter(String name) {
            return counters.computeIfAbsent(name, key -> new SimpleCounter());
        }
    }

    @Test
    void isReadFromTheServerAndRowsBeyondItAreCounted(@TempDir Path folder) throws Exception {
        try (TestWarehouse warehouse = new TestWarehouse(folder.resolve("store"))) {
            warehouse.recreate(EQUITY, MASTER, BARS);
            assertThat(TableRetention.read(warehouse.clickHouse).of(EQUITY)).isNull();
            warehouse.clickHouse.execute(
                    "ALTER TABLE normalized_equity_ohlc MODIFY TTL trade_date +"
                            + " toIntervalYear(3)");
            warehouse.clickHouse.execute(
                    "ALTER TABLE bars MODIFY TTL toDate(event_time) + toIntervalMonth(18)");

            SinkSettings settings =
                    new SinkSettings(
                            warehouse.config(),
                            "old-rows",
                            "1",
                            folder.resolve("blocks").toUri().toString(),
                            Set.of(EQUITY.id(), MASTER.id(), BARS.id(), REJECTS.id()),
                            100,
                            64 << 20,
                            128 << 20,
                            2,
                            100,
                            ProtocolHook.NONE);
            TableRetention retention = TargetCheck.await(settings);
            assertThat(retention.of(EQUITY)).isEqualTo(Period.ofYears(3));
            assertThat(retention.of(BARS)).isEqualTo(Period.ofMonths(18));
            assertThat(retention.of(MASTER)).isNull();
            LocalDate today = TableRetention.today();
            assertThat(retention.hasExpired(EQUITY.partitionOf(today.minusYears(4)))).isTrue();
            assertThat(retention.hasExpired(EQUITY.partitionOf(today.minusYears(2)))).isFalse();
            assertThat(retention.hasExpired(MASTER.partitionOf(today))).isFalse();

            Counters metrics = new Counters();
            BlockWriter writer = new BlockWriter(settings, 0, 0, null, retention, metrics);
            for (int n = 0; n < 6; n++) {
                writer.write(equity(n < 4 ? today.minusYears(4).minusDays(n / 2) : today, n));
            }
            assertThat(metrics.counters.get("rowsOlderThanKept").getCount()).isEqualTo(4);
            assertThat(writer.sealAll()).as("they are written all the same").isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2023-11-21, P3Y, 2026-11-21, true",
        "2023-11-22, P3Y, 2026-11-21, false",
        "2026-08-23, P90D, 2026-11-21, true",
        "2026-08-24, P90D, 2026-11-21, false",
        "2026-11-21, P1D, 2026-11-21, false"
    })
    void aRowGoesWhenItsDayAndTheTimeAreOver(
            LocalDate day, Period kept, LocalDate today, boolean expired) {
        assertThat(TableRetention.hasExpired(day, kept, today)).isEqualTo(expired);
    }

    @Test
    void anotherFormOfTtlCountsAsKeeping() {
        TableRetention retention =
                TableRetention.of(
                        Map.of(
                                EQUITY.table(),
                                "MergeTree ORDER BY a TTL trade_date + toIntervalYear(3) TO VOLUME"
                                        + " 'cold' SETTINGS index_granularity = 8192"));
        assertThat(retention.of(EQUITY)).isNull();
    }
}
