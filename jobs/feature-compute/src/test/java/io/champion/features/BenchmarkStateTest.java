package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.indicators.FeatureSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.junit.jupiter.api.Test;

/** States from before bars had a benchmark are read on. */
final class BenchmarkStateTest {

    private final FeatureBar bar = Bars.walk("NSE:A:EQ", 1, 1).get(0);

    @Test
    void barsKeepTheirBenchmark() throws IOException {
        TypeSerializer<FeatureBar> serializer = FeatureBarSerializer.INSTANCE;
        FeatureBar copy = Serialized.copy(serializer, serializer, bar.withBenchmark(24_000.5));
        assertThat(copy.benchmark).isEqualTo(24_000.5);
        assertThat(copy.hasValuesOf(bar)).isFalse();
    }

    @Test
    void waitingBarsOfBeforeAreRead() throws IOException {
        // As Flink's snapshot of a serializer with one format was written: number 3, and nothing.
        FeatureBarSerializer.Snapshot before = new FeatureBarSerializer.Snapshot();
        before.readSnapshot(3, new DataInputDeserializer(new byte[0]), null);
        FeatureBar copy =
                Serialized.copy(
                        FeatureBarSerializer.BEFORE_BENCHMARKS, before.restoreSerializer(), bar);
        assertThat(copy.hasValuesOf(bar)).isTrue();
        assertThat(copy.benchmark).isNaN();
        assertThat(migrates(FeatureBarSerializer.INSTANCE, before)).isTrue();
    }

    @Test
    void historiesOfBeforeAreRead() throws IOException {
        FeatureSet set = FeatureSet.standard();
        InstrumentHistorySerializer old = new InstrumentHistorySerializer(set.layout(), false);
        InstrumentHistory history =
                new InstrumentHistory(
                        set.layout(),
                        Long.MIN_VALUE,
                        set.newState(),
                        new ArrayList<>(List.of(new InstrumentHistory.Kept(bar, 2))));
        TypeSerializerSnapshot<InstrumentHistory> before = old.snapshotConfiguration();
        assertThat(before.getCurrentVersion()).isEqualTo(1);
        InstrumentHistory copy = Serialized.copy(old, before.restoreSerializer(), history);
        assertThat(copy.bars().get(0).bar.hasValuesOf(bar)).isTrue();
        assertThat(copy.bars().get(0).version).isEqualTo(2);
        assertThat(migrates(new InstrumentHistorySerializer(set.layout()), before)).isTrue();
    }

    private static <T> boolean migrates(
            TypeSerializer<T> serializer, TypeSerializerSnapshot<T> before) {
        return serializer
                .snapshotConfiguration()
                .resolveSchemaCompatibility(before)
                .isCompatibleAfterMigration();
    }
}
