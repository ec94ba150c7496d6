package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.indicators.FeatureSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever order bars come in, and whatever is corrected, features are those of the bars. */
final class InstrumentHistoryTest {
    private static final String INSTRUMENT = "NSE:TEST:EQ";
    private static final int HORIZON = 12;
    private static final FeatureSet SET =
            FeatureSet.parse(
                    """
                    name: test
                    version: v1
                    features:
                      - {name: sma_5, indicator: sma, window: 5, group: trend}
                      - {name: ema_26, indicator: ema, window: 26, group: trend}
                      - {name: macd, indicator: macd, group: trend}
                    """,
                    "test");

    /** Keeps the last features of each bar, and counts what happens to bars. */
    private static final class Recorder implements InstrumentHistory.Output {
        final SortedMap<Long, double[]> features = new TreeMap<>();
        final Map<Long, Integer> versions = new HashMap<>();
        int taken;
        int superseded;
        int beyondHorizon;

        @Override
        public void taken(FeatureBar bar) {
            taken++;
        }

        @Override
        public void features(FeatureBar bar, int version, double[] values) {
            assertThat(version).isEqualTo(versions.getOrDefault(bar.time, 0) + 1);
            versions.put(bar.time, version);
            features.put(bar.time, values.clone());
        }

        @Override
        public void superseded(FeatureBar bar) {
            superseded++;
        }

        @Override
        public void beyondHorizon(FeatureBar bar) {
            beyondHorizon++;
        }
    }

    private final InstrumentHistory.Stepper stepper = new InstrumentHistory.Stepper(SET);
    private final Recorder out = new Recorder();

    private InstrumentHistory history = InstrumentHistory.empty(SET);

    private void take(FeatureBar... bars) {
        List<FeatureBar> due = new ArrayList<>(List.of(bars));
        due.sort(Comparator.comparingLong(bar -> bar.time));
        history.take(due, HORIZON, stepper, out);
        assertThat(history.bars()).hasSizeLessThanOrEqualTo(2 * HORIZON);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theOrderOfBarsDoesNotMatter(long seed) throws Exception {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 400, seed);
        Random random = new Random(seed);
        // Each comes up to a horizon late, some twice, some corrected later on.
        record Arrival(double at, FeatureBar bar) {}
        List<Arrival> arrivals = new ArrayList<>();
        List<FeatureBar> last = new ArrayList<>();
        for (int i = 0; i < bars.size(); i++) {
            FeatureBar bar = bars.get(i);
            FeatureBar latest = bar;
            arrivals.add(new Arrival(i + random.nextDouble() * (HORIZON - 2), bar));
            if (random.nextInt(10) == 0) {
                latest = Bars.corrected(bar, 2, 1 + random.nextDouble());
                arrivals.add(new Arrival(i + random.nextDouble() * (HORIZON - 2), latest));
            }
            if (random.nextInt(10) == 0) {
                arrivals.add(new Arrival(i + random.nextDouble() * (HORIZON - 2), bar));
            }
            last.add(latest);
        }
        arrivals.sort(Comparator.comparingDouble(Arrival::at));
        InstrumentHistorySerializer serializer = new InstrumentHistorySerializer(SET.layout());
        for (Arrival arrival : arrivals) {
            take(arrival.bar());
            switch (random.nextInt(20)) {
                case 0 -> history = Serialized.copy(serializer, serializer, history);
                case 1 -> history = history.copy();
                default -> {
                    // Goes on as it is.
                }
            }
        }

        assertThat(out.beyondHorizon).isZero();
        assertThat(out.taken + out.superseded).isEqualTo(arrivals.size());
        assertSame(out.features, Bars.features(SET, last));
    }

    @Test
    void aCorrectionMakesAllFromThereOnAgain() {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        take(bars);
        FeatureBar corrected = Bars.corrected(bars.get(95), 2, 1.5);
        take(corrected);

        assertThat(out.versions.get(bars.get(94).time)).isEqualTo(1);
        for (FeatureBar bar : bars.subList(95, 100)) {
            assertThat(out.versions.get(bar.time)).isEqualTo(2);
        }
        bars.set(95, corrected);
        assertSame(out.features, Bars.features(SET, bars));
    }

    /** One after the other, as a stream brings them. */
    private void take(List<FeatureBar> bars) {
        bars.forEach(bar -> take(bar));
    }

    @Test
    void aBarThatWasTakenAwayHasNoFeatures() {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        take(bars);
        FeatureBar gone = Bars.corrected(bars.get(97), 2, Double.NaN);
        take(gone);

        assertThat(out.features.get(gone.time)).containsOnly(Double.NaN);
        bars.remove(97);
        out.features.remove(gone.time);
        assertSame(out.features, Bars.features(SET, bars));
    }

    @Test
    void whatIsOlderThanTheHorizonIsRefused() {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        take(bars);
        take(Bars.corrected(bars.get(10), 2, 2));

        assertThat(out.beyondHorizon).isEqualTo(1);
        assertSame(out.features, Bars.features(SET, bars));
    }

    @Test
    void aBarThatComesAgainChangesNothing() {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        take(bars);
        take(bars.get(99));
        take(Bars.corrected(bars.get(98), 2, 1));

        assertThat(out.superseded).isEqualTo(2);
        assertThat(out.versions.values()).containsOnly(1);
    }

    @Test
    void withoutAHorizonNothingIsKept() {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        history.take(bars, 0, stepper, out);

        assertThat(history.bars()).isEmpty();
        assertSame(out.features, Bars.features(SET, bars));
        history.take(List.of(bars.get(99)), 0, stepper, out);
        assertThat(out.beyondHorizon).isEqualTo(1);
    }

    @Test
    void aShorterHorizonFoldsWhatIsKept() {
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        take(bars.subList(0, 50));
        history.take(bars.subList(50, 100), 0, stepper, out);

        assertThat(history.bars()).isEmpty();
        assertSame(out.features, Bars.features(SET, bars));
    }

    @Test
    void aNewFeatureBeginsWithTheBarsThatAreKept() throws Exception {
        FeatureSet more =
                FeatureSet.parse(
                        SET.text() + "  - {name: sma_8, indicator: sma, window: 8, group: trend}\n",
                        "more");
        List<FeatureBar> bars = Bars.walk(INSTRUMENT, 100, 1);
        take(bars.subList(0, 60));
        int kept = history.bars().size();
        InstrumentHistorySerializer serializer = new InstrumentHistorySerializer(SET.layout());
        InstrumentHistory moved =
                Serialized.copy(serializer, serializer, history).laidOutBy(more.layout());
        Recorder after = new Recorder();
        moved.take(bars.subList(60, 100), HORIZON, new InstrumentHistory.Stepper(more), after);

        SortedMap<Long, double[]> whole = Bars.features(more, bars);
        SortedMap<Long, double[]> late = Bars.features(more, bars.subList(60 - kept, 100));
        after.features.forEach(
                (time, values) -> {
                    int old = SET.columns().size();
                    for (int i = 0; i < old; i++) {
                        assertThat(values[i]).isEqualTo(whole.get(time)[i]);
                    }
                    assertThat(values[old]).isEqualTo(late.get(time)[old]);
                });
        assertThat(after.features).hasSize(40);
    }

    private static void assertSame(
            SortedMap<Long, double[]> actual, SortedMap<Long, double[]> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((time, values) -> assertThat(values).isEqualTo(expected.get(time)));
    }
}
