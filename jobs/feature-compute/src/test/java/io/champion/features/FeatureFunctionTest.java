package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.indicators.FeatureSet;
import io.champion.lake.ContractTypeInfo;
import io.champion.model.record.EquityIndicators;
import io.champion.model.record.Reject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The operator alone: order, corrections, what is left in state, and other sets after a restore.
 */
final class FeatureFunctionTest {
    private static final int HORIZON = 10;
    private static final String A = "NSE:A:EQ";
    private static final String B = "BSE:500325:A";
    private static final FeatureSet SET =
            FeatureSet.parse(
                    """
                    name: features_equity_indicators
                    version: v1
                    features:
                      - {name: sma_5, indicator: sma, window: 5, group: trend}
                      - {name: ema_12, indicator: ema, window: 12, group: trend}
                    """,
                    "test");

    private static final String ADDED =
            "  - {name: sma_7, indicator: sma, window: 7, group: momentum}\n";

    /** Where state is. */
    enum Backend {
        HEAP,
        ROCKSDB;

        StateBackend backend() {
            return this == HEAP ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend();
        }
    }

    private static KeyedOneInputStreamOperatorTestHarness<String, FeatureBar, SpecificRecordBase>
            harness(FeatureSet set, Backend backend, OperatorSubtaskState state) throws Exception {
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new FeatureOperator<>(
                                new FeatureFunction<>(
                                        set,
                                        HORIZON,
                                        FeatureRows.Run.fromKafka("1d", "test", Instant.EPOCH),
                                        FeatureOutput.ROWS)),
                        bar -> bar.instrument,
                        Types.STRING);
        harness.setStateBackend(backend.backend());
        harness.setup(ContractTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl()));
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    @ParameterizedTest
    @EnumSource
    void featuresAreThoseOfTheBarsWhateverTheirOrder(Backend backend) throws Exception {
        List<FeatureBar> a = Bars.walk(A, 60, 1);
        List<FeatureBar> b = Bars.walk(B, 60, 2);
        List<FeatureBar> all = new ArrayList<>(a);
        all.addAll(b);
        List<SpecificRecordBase> rows = new ArrayList<>();
        OperatorSubtaskState state;
        try (var harness = harness(SET, backend, null)) {
            feed(harness, all, 0, 30, 7);
            state = harness.snapshot(1, 1);
            rows.addAll(harness.extractOutputValues());
        }
        try (var harness = harness(SET, backend, state)) {
            feed(harness, all, 30, 60, 8);
            // A correction, one that was there before, and one that is too late.
            harness.processElement(Bars.corrected(a.get(55), 2, 2), a.get(55).time);
            harness.processElement(a.get(56), a.get(56).time);
            harness.processElement(Bars.corrected(a.get(3), 2, 2), a.get(3).time);
            harness.processWatermark(60 * Bars.DAY);
            rows.addAll(harness.extractOutputValues());

            assertThat(rows)
                    .filteredOn(Reject.class::isInstance)
                    .singleElement()
                    .satisfies(
                            reject -> {
                                Reject row = (Reject) reject;
                                assertThat(row.getReason()).isEqualTo("beyond_horizon");
                                assertThat(row.getRecord())
                                        .startsWith(A + ",1970-01-04T00:00:00Z,2,");
                            });
            rows.removeIf(Reject.class::isInstance);
            // Of each instrument its past; no bar waits, no timer is set.
            if (backend == Backend.HEAP) {
                assertThat(harness.numKeyedStateEntries()).isEqualTo(2);
            }
            assertThat(harness.numEventTimeTimers()).isZero();
        }
        a.set(55, Bars.corrected(a.get(55), 2, 2));
        assertLast(rows, A, "trend", Bars.features(SET, a), a);
        assertLast(rows, B, "trend", Bars.features(SET, b), b);
        assertThat(rows).hasSize(2 * 60 + 5);
        assertThat(rows.stream().map(row -> ((EquityIndicators) row).getEventId()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void anAddedFeatureWarmsUpAlone(Backend backend) throws Exception {
        FeatureSet more = FeatureSet.parse(SET.text() + ADDED, "more");
        List<FeatureBar> bars = Bars.walk(A, 60, 1);
        OperatorSubtaskState state;
        try (var harness = harness(SET, backend, null)) {
            feed(harness, bars, 0, 40, 7);
            state = harness.snapshot(1, 1);
        }
        List<SpecificRecordBase> rows;
        try (var harness = harness(more, backend, state)) {
            feed(harness, bars, 40, 60, 8);
            rows = harness.extractOutputValues();
            state = harness.snapshot(2, 2);
        }
        SortedMap<Long, double[]> whole = Bars.features(more, bars);
        for (EquityIndicators row : last(rows, A, "trend").values()) {
            double[] values = whole.get(row.getEventTime().toEpochMilli());
            assertThat(row.getSma5()).isEqualTo(values[0]);
            assertThat(row.getEma12()).isEqualTo(values[1]);
        }
        // Of the contract it has no column.
        Map<Long, EquityIndicators> added = last(rows, A, "momentum");
        assertThat(added).hasSize(20);
        assertThat(added.get(59 * Bars.DAY).getFeatures())
                .containsExactly(Map.entry("sma_7", whole.get(59 * Bars.DAY)[2]));

        // And back again: what was added is dropped, the rest goes on.
        List<FeatureBar> longer = Bars.walk(A, 70, 1);
        try (var harness = harness(SET, backend, state)) {
            feed(harness, longer, 60, 70, 9);
            assertLast(
                    harness.extractOutputValues(),
                    A,
                    "trend",
                    Bars.features(SET, longer).tailMap(60 * Bars.DAY),
                    longer);
        }
    }

    /** Bars of some days, shuffled, then the watermark of the last. */
    private static void feed(
            KeyedOneInputStreamOperatorTestHarness<String, FeatureBar, SpecificRecordBase> harness,
            List<FeatureBar> bars,
            int from,
            int to,
            long seed)
            throws Exception {
        List<FeatureBar> some =
                new ArrayList<>(
                        bars.stream()
                                .filter(bar -> bar.session >= from && bar.session < to)
                                .toList());
        Collections.shuffle(some, new Random(seed));
        for (FeatureBar bar : some) {
            harness.processElement(bar, bar.time);
        }
        harness.processWatermark(to * Bars.DAY - 1);
    }

    private static void assertLast(
            List<SpecificRecordBase> rows,
            String instrument,
            String group,
            SortedMap<Long, double[]> expected,
            List<FeatureBar> bars) {
        Map<Long, EquityIndicators> last = last(rows, instrument, group);
        assertThat(last.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (time, values) -> {
                    EquityIndicators row = last.get(time);
                    assertThat(row.getSma5()).isEqualTo(orNull(values[0]));
                    assertThat(row.getEma12()).isEqualTo(orNull(values[1]));
                    assertThat(row.getSymbol()).isEqualTo(bars.get(0).symbol);
                    assertThat(row.getFeatureTimestamp())
                            .isEqualTo(Instant.ofEpochMilli(time + Bars.DAY / 2));
                });
    }

    private static Double orNull(double value) {
        return Double.isNaN(value) ? null : value;
    }

    /** The last version of each bar's row. */
    private static Map<Long, EquityIndicators> last(
            List<SpecificRecordBase> rows, String instrument, String group) {
        Map<Long, EquityIndicators> last = new HashMap<>();
        for (SpecificRecordBase each : rows) {
            EquityIndicators row = (EquityIndicators) each;
            if (row.getInstrumentId().equals(instrument) && row.getFeatureGroup().equals(group)) {
                last.merge(
                        row.getEventTime().toEpochMilli(),
                        row,
                        (a, b) -> a.getVersion() > b.getVersion() ? a : b);
            }
        }
        return last;
    }
}
