package io.champion.ticks;

import static io.champion.ticks.Ticks.TEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.TickReader;
import io.champion.kafka.WireSchemas;
import io.champion.model.ColumnBatch;
import io.champion.model.record.EquityTrade;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AcceptedTicksTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final TickReader reader = new TickReader(WireSchemas.released());
    private final List<ColumnBatch> batches = new ArrayList<>();
    private final AcceptedTicks ticks = new AcceptedTicks(batches::add);

    /** Adds trades, each an hour after the one before, round and round. */
    private List<EquityTrade> add(int trades, int hours) throws Exception {
        List<EquityTrade> added = new ArrayList<>();
        for (int i = 0; i < trades; i++) {
            EquityTrade trade = Ticks.trade(i, TEN + i % hours * HOUR, 100 + i, 1);
            reader.read(Ticks.message(trade).value());
            ticks.add(reader);
            added.add(trade);
        }
        return added;
    }

    private void assertAll(List<EquityTrade> added) {
        ticks.flush();
        assertThat(Ticks.rows(batches)).containsExactlyInAnyOrderElementsOf(added);
        assertThat(batches)
                .allSatisfy(
                        batch ->
                                assertThat(Ticks.rows(List.of(batch)))
                                        .allMatch(
                                                row ->
                                                        TickReader.DATASET
                                                                .partitionOf(row)
                                                                .equals(batch.partition())));
    }

    @Test
    void aBatchIsOfOnePartition() throws Exception {
        List<EquityTrade> added = add(100, 3);
        assertThat(batches).isEmpty();
        assertAll(added);
        assertThat(batches).hasSize(3);
    }

    @Test
    void aFullBatchIsHandedOn() throws Exception {
        List<EquityTrade> added = add(AcceptedTicks.MAX_ROWS * 2 + 1, 1);
        assertThat(batches).hasSize(2);
        assertAll(added);
        assertThat(batches).hasSize(3);
    }

    @Test
    void fewPartitionsAreOpenAtATime() throws Exception {
        List<EquityTrade> added = add(200, 100);
        assertThat(batches).hasSize(200 - AcceptedTicks.MAX_OPEN);
        assertAll(added);
    }
}
