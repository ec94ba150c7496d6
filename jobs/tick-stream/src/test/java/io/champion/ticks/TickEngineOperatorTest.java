package io.champion.ticks;

import static io.champion.ticks.Ticks.INFY;
import static io.champion.ticks.Ticks.TEN;
import static io.champion.ticks.Ticks.message;
import static io.champion.ticks.Ticks.trade;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.kafka.WireSchemas;
import io.champion.lake.ColumnBatchTypeInfo;
import io.champion.model.ColumnBatch;
import io.champion.model.record.Bar;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackend;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TickEngineOperatorTest {
    private static final Duration LATENESS = Duration.ofMinutes(5);
    private static final int MAX_PARALLELISM = 16;

    private enum Backend {
        HEAP,
        ROCKSDB;

        StateBackend make() {
            return this == HEAP ? new HashMapStateBackend() : new EmbeddedRocksDBStateBackend(true);
        }
    }

    private static TickEngineOperator.Settings settings(long maxHeap, Duration... intervals) {
        return new TickEngineOperator.Settings(
                new BookSettings(
                        BarIntervals.of(List.of(intervals)), LATENESS.toMillis(), 1_000_000),
                SessionCalendar.of(List.of("NSE 09:15-15:30 Asia/Kolkata"), List.of()),
                false,
                Duration.ofDays(1).toMillis(),
                maxHeap,
                Instant.EPOCH);
    }

    /** An operator and what came out of it. */
    private static final class Engine implements AutoCloseable {
        final KeyedOneInputStreamOperatorTestHarness<String, TickBatch, ColumnBatch> harness;

        Engine(Backend backend, long maxHeap, int parallelism, int subtask) throws Exception {
            this(
                    backend,
                    parallelism,
                    subtask,
                    settings(maxHeap, Duration.ofSeconds(1), Duration.ofMinutes(1)));
        }

        Engine(Backend backend, int parallelism, int subtask, TickEngineOperator.Settings settings)
                throws Exception {
            harness =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new TickEngineOperator(settings, WireSchemas::released),
                            TickBatch::instrument,
                            Types.STRING,
                            MAX_PARALLELISM,
                            parallelism,
                            subtask);
            harness.setStateBackend(backend.make());
            harness.setup(
                    ColumnBatchTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl()));
        }

        static Engine open(Backend backend) throws Exception {
            Engine engine = new Engine(backend, Long.MAX_VALUE, 1, 0);
            engine.harness.open();
            return engine;
        }

        static Engine restored(Backend backend, OperatorSubtaskState state) throws Exception {
            Engine engine = new Engine(backend, Long.MAX_VALUE, 1, 0);
            engine.harness.initializeState(state);
            engine.harness.open();
            return engine;
        }

        Engine take(EquityTrade... trades) throws Exception {
            for (EquityTrade trade : trades) {
                take(message(trade));
            }
            return this;
        }

        void take(TickMessage message) throws Exception {
            harness.processElement(new StreamRecord<>(TickBatch.of(message)));
        }

        Engine watermark(long millis) throws Exception {
            harness.processWatermark(millis);
            return this;
        }

        OperatorSubtaskState snapshot() throws Exception {
            harness.getOperator().prepareSnapshotPreBarrier(1);
            return harness.snapshot(1, 1);
        }

        List<Long> accepted() throws Exception {
            harness.getOperator().prepareSnapshotPreBarrier(0);
            return Ticks.rows(harness.extractOutputValues()).stream()
                    .map(EquityTrade::getSequenceNumber)
                    .toList();
        }

        /** As interval, start of the window after ten in seconds, version, and the numbers. */
        List<String> bars() {
            List<String> bars = new ArrayList<>();
            Queue<StreamRecord<SpecificRecordBase>> out =
                    harness.getSideOutput(TickEngineOperator.BARS);
            if (out != null) {
                for (StreamRecord<SpecificRecordBase> element : out) {
                    Bar bar = (Bar) element.getValue();
                    bars.add(
                            "%s@%d v%d O%s H%s L%s C%s V%s T%s n%d"
                                    .formatted(
                                            bar.getBarInterval(),
                                            (bar.getWindowStart() / 1_000_000 - TEN) / 1000,
                                            bar.getVersion(),
                                            bar.getOpen(),
                                            bar.getHigh(),
                                            bar.getLow(),
                                            bar.getClose(),
                                            bar.getVolume(),
                                            bar.getTurnover(),
                                            bar.getTrades()));
                }
                out.clear();
            }
            return bars;
        }

        List<String> letters() {
            List<String> letters = new ArrayList<>();
            Queue<StreamRecord<RefusedTick>> out =
                    harness.getSideOutput(TickEngineOperator.DEAD_LETTERS);
            if (out != null) {
                out.forEach(
                        element ->
                                letters.add(
                                        element.getValue().kind()
                                                + " "
                                                + element.getValue().field()
                                                + " "
                                                + element.getValue().message().offset()));
            }
            return letters;
        }

        long keysWithState() {
            return Stream.of("trades", "windows", "forgotten")
                    .mapToLong(
                            state ->
                                    ((TickEngineOperator) harness.getOperator())
                                            .<String>getKeyedStateBackend()
                                            .getKeys(state, VoidNamespace.INSTANCE)
                                            .count())
                    .sum();
        }

        @Override
        public void close() throws Exception {
            harness.close();
        }
    }

    private static final long HORIZON = TEN + 60_000 + LATENESS.toMillis();

    @Test
    void aNumberThatAFeedBeginsWithAgainTheNextDayIsNoDuplicate() throws Exception {
        long nextDay = TEN + Duration.ofDays(1).toMillis();
        try (Engine engine = Engine.open(Backend.values()[0])) {
            engine.take(trade(1, TEN, 100, 1), trade(2, TEN + 500, 101, 1));
            engine.watermark(TEN);
            engine.take(
                    trade(1, nextDay, 102, 1),
                    trade(1, nextDay, 102, 1),
                    trade(2, TEN + 500, 101, 1),
                    trade(2, nextDay + 10, 103, 1));
            assertThat(engine.accepted()).containsExactly(1L, 2L, 1L, 2L);
            engine.watermark(nextDay + 59_999);
            assertThat(engine.bars())
                    .contains("1s@0 v1 O100.0 H101.0 L100.0 C101.0 V2.0 T201.0 n2");
        }
    }

    /** Whichever of two messages of one number comes first, days apart they are two. */
    @Test
    void aNumberOfTheDayBeforeIsNoDuplicateOfTheNextDays() throws Exception {
        long nextDay = TEN + Duration.ofDays(1).toMillis();
        try (Engine engine = Engine.open(Backend.values()[0])) {
            engine.watermark(TEN);
            engine.take(
                    trade(1, nextDay, 102, 1),
                    trade(2, nextDay + 10, 103, 1),
                    trade(1, TEN, 100, 1),
                    trade(2, TEN + 500, 101, 1),
                    trade(2, TEN + 500, 101, 1));
            assertThat(engine.accepted()).containsExactly(1L, 2L, 1L, 2L);
        }
    }

    /** Where it was read nobody could say which instrument it is of: it would meet others. */
    @Test
    void aTickWhoseSchemaWasUnknownToTheSourceIsADeadLetter() throws Exception {
        try (Engine engine = Engine.open(Backend.HEAP)) {
            engine.take(
                    new TickMessage(0, 3, TEN, null, message(trade(3, TEN, 1, 1)).value(), "?0"));
            assertThat(engine.accepted()).isEmpty();
            assertThat(engine.letters()).containsExactly("REJECT  3");
            assertThat(engine.keysWithState()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void makesBarsAndLeavesNothingBehind(Backend backend) throws Exception {
        try (Engine engine = Engine.open(backend)) {
            engine.take(
                    trade(1, TEN + 100, 100.5, 10),
                    trade(3, TEN + 900, 99.5, 20),
                    trade(2, TEN + 200, 101.25, 5),
                    trade(2, TEN + 200, 101.25, 5),
                    trade(4, TEN + 30_000, 102, 1));
            engine.watermark(TEN + 998);
            assertThat(engine.bars()).isEmpty();
            engine.watermark(TEN + 999);
            assertThat(engine.bars())
                    .containsExactly("1s@0 v1 O100.5 H101.25 L99.5 C99.5 V35.0 T3501.25 n3");
            engine.watermark(TEN + 59_999);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@30 v1 O102.0 H102.0 L102.0 C102.0 V1.0 T102.0 n1",
                            "1m@0 v1 O100.5 H102.0 L99.5 C102.0 V36.0 T3603.25 n4");
            assertThat(engine.accepted()).containsExactly(1L, 3L, 2L, 4L);

            engine.snapshot();
            assertThat(engine.keysWithState()).isPositive();
            engine.watermark(HORIZON - 2);
            assertThat(engine.keysWithState()).isPositive();
            assertThat(engine.harness.numEventTimeTimers()).isOne();
            engine.watermark(HORIZON - 1);
            assertThat(engine.keysWithState()).isZero();
            assertThat(engine.harness.numEventTimeTimers()).isZero();
            assertThat(engine.bars()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void amendsWhatWasEmittedAlsoAfterARestore(Backend backend) throws Exception {
        OperatorSubtaskState state;
        try (Engine engine = Engine.open(backend)) {
            engine.take(trade(1, TEN, 100, 10), trade(2, TEN + 10, 110, 10));
            engine.watermark(TEN + 60_000);
            assertThat(engine.bars()).hasSize(2);
            EquityTrade correction = trade("INFY", 3, TEN + 10, 105.0, 10.0, TickKind.CORRECTION);
            correction.setTradeId("T2");
            engine.take(correction);
            // Changed, and not yet emitted again.
            state = engine.snapshot();
        }
        try (Engine engine = Engine.restored(backend, state)) {
            engine.take(trade(2, TEN + 10, 110, 10));
            assertThat(engine.accepted()).isEmpty();
            engine.watermark(TEN + 60_001);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@0 v2 O100.0 H105.0 L100.0 C105.0 V20.0 T2050.0 n2",
                            "1m@0 v2 O100.0 H105.0 L100.0 C105.0 V20.0 T2050.0 n2");
            EquityTrade cancellation = trade("INFY", 4, TEN, null, null, TickKind.CANCELLATION);
            cancellation.setTradeId("T1");
            EquityTrade other = trade("INFY", 5, TEN + 10, null, null, TickKind.CANCELLATION);
            other.setTradeId("T2");
            engine.take(other, cancellation);
            engine.watermark(TEN + 60_002);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@0 v3 Onull Hnull Lnull Cnull V0.0 T0.0 n0",
                            "1m@0 v3 Onull Hnull Lnull Cnull V0.0 T0.0 n0");
            engine.watermark(HORIZON);
            assertThat(engine.keysWithState()).isZero();
            assertThat(engine.harness.numEventTimeTimers()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatWasLateStaysLateAfterARestore(Backend backend) throws Exception {
        OperatorSubtaskState state;
        try (Engine engine = Engine.open(backend)) {
            engine.take(trade(1, TEN, 100, 10), trade(2, TEN + 60_000, 100, 10));
            engine.watermark(HORIZON);
            state = engine.snapshot();
        }
        try (Engine engine = Engine.restored(backend, state)) {
            engine.take(trade(1, TEN, 100, 10), trade(3, TEN + 60_001, 100, 10));
            assertThat(engine.accepted()).containsExactly(3L);
            assertThat(engine.letters()).containsExactly("LATE event_time 1");
            // A watermark from before the snapshot changes nothing.
            engine.watermark(TEN);
            engine.take(trade(1, TEN, 100, 10), trade(2, TEN + 60_000, 100, 10));
            assertThat(engine.letters()).hasSize(3);
            assertThat(engine.accepted()).containsExactly(3L);
        }
    }

    /** As when the job is restored at night: between the last tick and the next lie hours. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatWasDueIsEmittedHoweverFarTheFirstWatermarkAfterARestore(Backend backend)
            throws Exception {
        OperatorSubtaskState state;
        try (Engine engine = Engine.open(backend)) {
            engine.take(trade(1, TEN, 100, 10), trade(2, TEN + 10_000, 110, 10));
            engine.watermark(TEN + 5_000);
            assertThat(engine.bars()).hasSize(1);
            state = engine.snapshot();
        }
        try (Engine engine = Engine.restored(backend, state)) {
            engine.watermark(HORIZON + 60_000);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@10 v1 O110.0 H110.0 L110.0 C110.0 V10.0 T1100.0 n1",
                            "1m@0 v1 O100.0 H110.0 L100.0 C110.0 V20.0 T2100.0 n2");
            assertThat(engine.keysWithState()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatWasDueIsEmittedHoweverFarTheWatermarkAfterABookWasDropped(Backend backend)
            throws Exception {
        try (Engine engine = new Engine(backend, 0, 1, 0)) {
            engine.harness.open();
            engine.take(trade(1, TEN, 100, 10));
            engine.watermark(TEN + 500);
            engine.snapshot();
            engine.watermark(HORIZON + 60_000);
            assertThat(engine.bars()).hasSize(2);
        }
    }

    private static TickEngineOperator.Settings lateness(Duration lateness) {
        TickEngineOperator.Settings settings =
                settings(Long.MAX_VALUE, Duration.ofSeconds(1), Duration.ofMinutes(1));
        return new TickEngineOperator.Settings(
                new BookSettings(settings.books().intervals(), lateness.toMillis(), 1_000_000),
                settings.calendar(),
                settings.outsideSession(),
                settings.maxAhead(),
                settings.maxHeap(),
                settings.ingestTime());
    }

    /** The state is the operator's own, the same on every backend. */
    @Test
    void whatWasLateStaysLateWithAGreaterLateness() throws Exception {
        OperatorSubtaskState state;
        try (Engine engine = Engine.open(Backend.HEAP)) {
            engine.take(
                    trade(1, TEN + 5_000, 100, 10),
                    trade(2, TEN + 50_000, 101, 10),
                    trade(3, TEN + 400_000, 102, 10));
            // Of the first second nothing is left but a message of its minute.
            engine.watermark(TEN + 30_000 + LATENESS.toMillis());
            assertThat(engine.bars()).hasSize(3);
            state = engine.snapshot();
        }
        Duration hour = Duration.ofHours(1);
        try (Engine engine = new Engine(Backend.HEAP, 1, 0, lateness(hour))) {
            engine.harness.initializeState(state);
            engine.harness.open();
            engine.watermark(TEN + 2 * hour.toMillis());
            assertThat(engine.bars()).hasSize(2).allMatch(bar -> bar.contains("O102.0"));
            assertThat(engine.keysWithState()).isZero();
        }
        for (Duration lateness : List.of(hour, LATENESS, hour)) {
            try (Engine engine = new Engine(Backend.HEAP, 1, 0, lateness(lateness))) {
                engine.harness.initializeState(state);
                engine.harness.open();
                engine.take(
                        trade(1, TEN + 5_000, 100, 10),
                        trade(4, TEN + 29_999, 100, 10),
                        trade(2, TEN + 50_000, 101, 10));
                assertThat(engine.accepted()).isEmpty();
                assertThat(engine.letters())
                        .containsExactly("LATE event_time 1", "LATE event_time 4");
                engine.watermark(TEN + 30_001 + LATENESS.toMillis());
                assertThat(engine.bars()).isEmpty();
                state = engine.snapshot();
            }
        }
        try (Engine engine = new Engine(Backend.HEAP, 1, 0, lateness(hour))) {
            engine.harness.initializeState(state);
            engine.harness.open();
            engine.take(trade(5, TEN + 50_001, 103, 10));
            engine.watermark(TEN + 400_999);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@50 v2 O101.0 H103.0 L101.0 C103.0 V20.0 T2040.0 n2",
                            "1s@400 v1 O102.0 H102.0 L102.0 C102.0 V10.0 T1020.0 n1",
                            "1m@0 v2 O100.0 H103.0 L100.0 C103.0 V30.0 T3040.0 n3");
            engine.watermark(TEN + 420_000 + hour.toMillis());
            assertThat(engine.keysWithState()).isZero();
            assertThat(engine.harness.numEventTimeTimers()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void goesOnAfterItWasDrained(Backend backend) throws Exception {
        OperatorSubtaskState state;
        try (Engine engine = Engine.open(backend)) {
            engine.take(
                    trade("TCS", 1, TEN - 400_000, 5.0, 1.0, TickKind.TRADE),
                    trade(1, TEN, 100, 10),
                    trade(2, TEN + 30_000, 101, 10));
            engine.watermark(TEN + 10_000);
            assertThat(engine.bars()).hasSize(3);
            engine.watermark(Long.MAX_VALUE);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@30 v1 O101.0 H101.0 L101.0 C101.0 V10.0 T1010.0 n1",
                            "1m@0 v1 O100.0 H101.0 L100.0 C101.0 V20.0 T2010.0 n2");
            state = engine.snapshot();
        }
        try (Engine engine = Engine.restored(backend, state)) {
            engine.take(
                    trade(1, TEN, 100, 10),
                    trade(2, TEN + 30_000, 101, 10),
                    trade(3, TEN + 10_000 - LATENESS.toMillis(), 99, 10),
                    trade(4, TEN + 30_001, 102, 10));
            assertThat(engine.accepted()).containsExactly(4L);
            assertThat(engine.letters()).containsExactly("LATE event_time 3");
            engine.watermark(TEN + 60_000);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@30 v2 O101.0 H102.0 L101.0 C102.0 V20.0 T2030.0 n2",
                            "1m@0 v2 O100.0 H102.0 L100.0 C102.0 V30.0 T3030.0 n3");
            // The timers came back, too.
            engine.watermark(HORIZON);
            assertThat(engine.keysWithState()).isZero();
            assertThat(engine.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void theWatermarkGoesWithTheKeyGroupsWhenRescaled() throws Exception {
        List<EquityTrade> first = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            first.add(trade("S" + i, 1, TEN, 100.0, 1.0, TickKind.TRADE));
        }
        OperatorSubtaskState[] states = new OperatorSubtaskState[2];
        long[] watermarks = {TEN + 1_000, HORIZON};
        for (int subtask = 0; subtask < 2; subtask++) {
            try (Engine engine = new Engine(Backend.HEAP, Long.MAX_VALUE, 2, subtask)) {
                engine.harness.open();
                engine.take(of(first, 2, subtask)).watermark(watermarks[subtask]);
                states[subtask] = engine.snapshot();
            }
        }
        OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(states);
        int late = 0;
        int duplicates = 0;
        for (int subtask = 0; subtask < 3; subtask++) {
            OperatorSubtaskState part =
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            both, MAX_PARALLELISM, 2, 3, subtask);
            try (Engine engine = new Engine(Backend.HEAP, Long.MAX_VALUE, 3, subtask)) {
                engine.harness.initializeState(part);
                engine.harness.open();
                EquityTrade[] own = of(first, 3, subtask);
                engine.take(own);
                assertThat(engine.accepted()).isEmpty();
                late += engine.letters().size();
                duplicates += own.length - engine.letters().size();
            }
        }
        assertThat(late).isEqualTo(of(first, 2, 1).length).isPositive();
        assertThat(duplicates).isEqualTo(of(first, 2, 0).length).isPositive();
    }

    /** What is restored is state of the operator, the same on every backend. */
    @Test
    void windowsOfAnAddedIntervalBeginWithWhatIsRemembered() throws Exception {
        long minute = 60_000;
        OperatorSubtaskState state;
        try (Engine engine = Engine.open(Backend.HEAP)) {
            EquityTrade other = trade("TCS", 1, TEN, 5.0, 1.0, TickKind.TRADE);
            engine.take(other, trade(1, TEN + 14 * minute, 100, 1));
            engine.take(trade(2, TEN + 19 * minute, 101, 1));
            engine.watermark(TEN + 20 * minute);
            state = engine.snapshot();
        }
        Duration[] intervals = {Duration.ofMinutes(5), Duration.ofHours(1)};
        // TCS is forgotten; that its hour is not whole has to be known in the second restore, too.
        try (Engine engine = new Engine(Backend.HEAP, 1, 0, settings(1, intervals))) {
            engine.harness.initializeState(state);
            engine.harness.open();
            engine.take(trade("TCS", 2, TEN + 21 * minute, 6.0, 1.0, TickKind.TRADE));
            engine.watermark(TEN + 24 * minute);
            state = engine.snapshot();
        }
        try (Engine engine = new Engine(Backend.HEAP, 1, 0, settings(1, intervals))) {
            engine.harness.initializeState(state);
            engine.harness.open();
            engine.take(
                    trade("TCS", 3, TEN + 22 * minute, 7.0, 1.0, TickKind.TRADE),
                    trade("TCS", 4, TEN + 40 * minute, 8.0, 1.0, TickKind.TRADE),
                    trade(3, TEN + 23 * minute, 102, 1),
                    trade(4, TEN + 30 * minute, 103, 1));
            engine.watermark(TEN + 95 * minute);
            assertThat(engine.bars())
                    .containsExactlyInAnyOrder(
                            // TCS
                            "5m@1200 v1 O6.0 H7.0 L6.0 C7.0 V2.0 T13.0 n2",
                            "5m@2400 v1 O8.0 H8.0 L8.0 C8.0 V1.0 T8.0 n1",
                            "1h@1800 v1 O8.0 H8.0 L8.0 C8.0 V1.0 T8.0 n1",
                            // INFY
                            "5m@900 v1 O101.0 H101.0 L101.0 C101.0 V1.0 T101.0 n1",
                            "5m@1200 v1 O102.0 H102.0 L102.0 C102.0 V1.0 T102.0 n1",
                            "5m@1800 v1 O103.0 H103.0 L103.0 C103.0 V1.0 T103.0 n1",
                            "1h@1800 v1 O103.0 H103.0 L103.0 C103.0 V1.0 T103.0 n1");
            engine.watermark(TEN + 200 * minute);
            assertThat(engine.bars()).isEmpty();
            assertThat(engine.keysWithState()).isZero();
            assertThat(engine.harness.numEventTimeTimers()).isZero();
        }
    }

    private static EquityTrade[] of(List<EquityTrade> trades, int parallelism, int subtask) {
        return trades.stream()
                .filter(
                        trade ->
                                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                                                message(trade).instrument(),
                                                MAX_PARALLELISM,
                                                parallelism)
                                        == subtask)
                .toArray(EquityTrade[]::new);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void booksThatLeftTheHeapAreLoadedAgain(Backend backend) throws Exception {
        try (Engine engine = new Engine(backend, 0, 1, 0)) {
            engine.harness.open();
            for (int i = 0; i < 50; i++) {
                engine.take(trade(2 * i, TEN + i * 10, 100 + i, 1));
                engine.snapshot();
                engine.take(trade(2 * i, TEN + i * 10, 100 + i, 1));
            }
            assertThat(engine.accepted()).hasSize(50);
            engine.watermark(TEN + 59_999);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@0 v1 O100.0 H149.0 L100.0 C149.0 V50.0 T6225.0 n50",
                            "1m@0 v1 O100.0 H149.0 L100.0 C149.0 V50.0 T6225.0 n50");
            engine.watermark(HORIZON);
            assertThat(engine.keysWithState()).isZero();
        }
    }

    /** As a TRADE again, and not as a correction; the contract forbids it. */
    @Test
    void aTradeThatIsAnnouncedTwiceCountsOnce() throws Exception {
        try (Engine engine = Engine.open(Backend.HEAP)) {
            EquityTrade again = trade(2, TEN, 101, 10);
            again.setTradeId("T1");
            engine.take(again, trade(1, TEN, 100, 10));
            engine.watermark(TEN + 59_999);
            assertThat(engine.accepted()).containsExactly(2L, 1L);
            assertThat(engine.bars())
                    .containsExactly(
                            "1s@0 v1 O101.0 H101.0 L101.0 C101.0 V10.0 T1010.0 n1",
                            "1m@0 v1 O101.0 H101.0 L101.0 C101.0 V10.0 T1010.0 n1");
        }
    }

    @Test
    void noBarsOutsideTheSession() throws Exception {
        try (Engine engine = Engine.open(Backend.HEAP)) {
            long night = TEN + Duration.ofHours(8).toMillis();
            engine.take(trade(1, night, 100, 10));
            engine.watermark(night + HORIZON - TEN);
            assertThat(engine.accepted()).containsExactly(1L);
            assertThat(engine.bars()).isEmpty();
            assertThat(engine.keysWithState()).isZero();
        }
    }

    @Test
    void whatCannotBeTakenIsADeadLetter() throws Exception {
        try (Engine engine = Engine.open(Backend.HEAP)) {
            engine.take(
                    trade("INFY", 1, TEN, null, 1.0, TickKind.TRADE),
                    trade("INFY", 2, TEN, Double.NaN, 1.0, TickKind.TRADE),
                    trade("INFY", 3, TEN, 1.0, -1.0, TickKind.CORRECTION),
                    trade("INFY", 4, TEN, 1e8, 1e8, TickKind.TRADE),
                    trade("", 5, TEN, 1.0, 1.0, TickKind.TRADE),
                    trade("INFY", 6, -1, 1.0, 1.0, TickKind.TRADE));
            TickMessage ahead =
                    new TickMessage(
                            0, 7, TEN, null, message(trade(7, TEN * 2, 1, 1)).value(), INFY);
            engine.take(ahead);
            engine.take(new TickMessage(0, 8, TEN, null, new byte[] {1, 2, 3}, "?0"));
            engine.take(new TickMessage(0, 9, TEN, null, null, "?0"));
            assertThat(engine.accepted()).isEmpty();
            assertThat(engine.letters())
                    .containsExactly(
                            "REJECT price 1",
                            "REJECT price 2",
                            "REJECT size 3",
                            "REJECT size 4",
                            "REJECT symbol 5",
                            "REJECT event_time 6",
                            "REJECT event_time 7",
                            "REJECT  8",
                            "REJECT  9");
            assertThat(engine.keysWithState()).isZero();
        }
    }
}
