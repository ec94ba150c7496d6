package io.champion.local.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MarketSimulatorTest {

    private static final int TICKS = 200_000;

    /** A market with enough of every fault to count. */
    private static MarketSpec.Builder faulty() {
        return MarketSpec.builder()
                .seed(42)
                .ticks(TICKS)
                .symbols(500)
                .lateRate(0.01)
                .malformedRate(0.01);
    }

    private static List<SimulatedMessage> messages(MarketSpec spec) {
        List<SimulatedMessage> messages = new ArrayList<>();
        new MarketSimulator(spec).forEachRemaining(messages::add);
        return messages;
    }

    private static EquityTrade decode(SimulatedMessage message) throws IOException {
        return EquityTrade.getDecoder().decode(message.value());
    }

    @Test
    void aSeedGivesTheSameMessagesForEver() throws Exception {
        assertThat(hash(MarketSpec.builder().build(), 100_000))
                .isEqualTo(hash(MarketSpec.builder().build(), 100_000))
                .isEqualTo("9b7300e3d96bf7fcfd5d54ab546bb7c29bb8631b7cc0d55572082d6e3a18a786");
        assertThat(hash(MarketSpec.builder().seed(2).build(), 1_000))
                .isNotEqualTo(hash(MarketSpec.builder().build(), 1_000));
    }

    private static String hash(MarketSpec spec, int messages) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        MarketSimulator simulator = new MarketSimulator(spec);
        for (int i = 0; i < messages; i++) {
            SimulatedMessage message = simulator.next();
            digest.update(message.key());
            digest.update(message.value());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Test
    void avroReadsWhatIsWellFormed() throws IOException {
        MarketSpec spec = faulty().build();
        Map<TickKind, Integer> kinds = new EnumMap<>(TickKind.class);
        for (SimulatedMessage message : messages(spec)) {
            if (message.fault().isMalformed()) {
                continue;
            }
            EquityTrade trade = decode(message);
            kinds.merge(trade.getKind(), 1, Integer::sum);
            assertThat(trade.getEventTime()).isEqualTo(message.eventTime());
            assertThat(trade.getEntityId())
                    .isEqualTo(new String(message.key(), StandardCharsets.UTF_8))
                    .isEqualTo("NSE:" + trade.getSymbol() + ":EQ");
            assertThat(trade.getSource()).isEqualTo("simulator");
            assertThat(trade.getReceiveTime()).isNotNull();
            if (trade.getKind() == TickKind.CANCELLATION) {
                assertThat(trade.getPrice()).isNull();
                assertThat(trade.getSize()).isNull();
            } else {
                assertThat(trade.getPrice()).isGreaterThanOrEqualTo(1);
                assertThat(trade.getPrice() * 20).isEqualTo(Math.rint(trade.getPrice() * 20));
                assertThat(trade.getSize()).isGreaterThanOrEqualTo(1);
                assertThat(trade.getSide()).isIn("BUY", "SELL");
            }
        }
        assertThat((double) kinds.get(TickKind.CORRECTION) / TICKS).isBetween(0.004, 0.007);
        assertThat((double) kinds.get(TickKind.CANCELLATION) / TICKS).isBetween(0.0015, 0.003);
    }

    @Test
    void sequenceNumbersAndEventIdsAreDense() throws IOException {
        Map<String, Set<Long>> sequences = new HashMap<>();
        Set<Long> ids = new HashSet<>();
        for (SimulatedMessage message : messages(faulty().build())) {
            if (!message.fault().isMalformed()) {
                EquityTrade trade = decode(message);
                sequences
                        .computeIfAbsent(trade.getSymbol(), s -> new HashSet<>())
                        .add(trade.getSequenceNumber());
                ids.add(trade.getEventId());
            }
        }
        sequences.forEach(
                (symbol, numbers) -> {
                    assertThat(numbers.stream().mapToLong(n -> n).min()).hasValue(1);
                    assertThat(numbers.stream().mapToLong(n -> n).max()).hasValue(numbers.size());
                });
        long first = ids.stream().mapToLong(id -> id).min().orElseThrow();
        assertThat(ids.stream().mapToLong(id -> id).max()).hasValue(first + ids.size() - 1);
    }

    @Test
    void faultsComeAtTheirRates() {
        Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
        List<SimulatedMessage> messages = messages(faulty().build());
        messages.forEach(message -> faults.merge(message.fault(), 1, Integer::sum));

        assertThat(faults).containsOnlyKeys(Fault.values());
        assertThat((double) faults.get(Fault.DUPLICATE) / TICKS).isCloseTo(0.01, within(0.002));
        assertThat((double) faults.get(Fault.LATE) / TICKS).isCloseTo(0.005, within(0.001));
        int malformed =
                faults.entrySet().stream()
                        .filter(entry -> entry.getKey().isMalformed())
                        .mapToInt(Map.Entry::getValue)
                        .sum();
        assertThat((double) malformed / TICKS).isCloseTo(0.01, within(0.002));
    }

    @Test
    void disorderIsBounded() throws IOException {
        MarketSpec spec = faulty().build();
        long latest = Long.MIN_VALUE;
        long greatest = 0;
        int behind = 0;
        for (SimulatedMessage message : messages(spec)) {
            if (message.fault() == Fault.NONE && decode(message).getKind() == TickKind.TRADE) {
                behind += message.eventTime() < latest ? 1 : 0;
                latest = Math.max(latest, message.eventTime());
                greatest = Math.max(greatest, latest - message.eventTime());
            }
        }
        assertThat(greatest)
                .isGreaterThan(spec.maxDisorder().toNanos() / 2)
                .isLessThanOrEqualTo(spec.maxDisorder().toNanos());
        assertThat((double) behind / TICKS).isCloseTo(0.05, within(0.015));
    }

    @Test
    void nothingButLateTradesExceedsTheAllowedDelays() {
        MarketSpec spec = faulty().build();
        long bound =
                spec.maxAmendmentDelay()
                        .plus(spec.maxDisorder())
                        .plus(spec.maxDuplicateDelay())
                        .toNanos();
        long latest = Long.MIN_VALUE;
        int place = 0;
        for (SimulatedMessage message : messages(spec)) {
            place++;
            if (message.fault() == Fault.LATE) {
                assertThat(latest - message.eventTime())
                        .isGreaterThan(Duration.ofHours(20).toNanos());
                assertThat(place).isGreaterThan(TICKS / 2);
            } else {
                latest = Math.max(latest, message.eventTime());
                assertThat(latest - message.eventTime()).isLessThanOrEqualTo(bound);
            }
        }
    }

    @Test
    void amendmentsCarryTheirTradesTimeAndMayOvertakeIt() throws IOException {
        Map<String, Long> times = new HashMap<>();
        Map<String, Long> amended = new HashMap<>();
        Set<String> twice = new HashSet<>();
        int overtaking = 0;
        for (SimulatedMessage message : messages(faulty().build())) {
            if (message.fault() != Fault.NONE) {
                continue;
            }
            EquityTrade trade = decode(message);
            if (trade.getKind() == TickKind.TRADE) {
                times.put(trade.getTradeId(), trade.getEventTime());
            } else {
                overtaking += times.containsKey(trade.getTradeId()) ? 0 : 1;
                if (amended.put(trade.getTradeId(), trade.getEventTime()) != null) {
                    twice.add(trade.getTradeId());
                }
            }
        }
        assertThat(times).containsAllEntriesOf(amended);
        assertThat(twice).isNotEmpty();
        assertThat((double) overtaking / amended.size()).isBetween(0.03, 0.09);
    }

    @Test
    void openAndCloseAreBusierThanNoonAndFewSymbolsHaveMostTrades() {
        MarketSpec spec = MarketSpec.faultless().ticks(TICKS).symbols(1000).build();
        int[] tenths = new int[10];
        Map<String, Integer> symbols = new HashMap<>();
        long length = spec.closeNanos() - spec.openNanos();
        for (SimulatedMessage message : messages(spec)) {
            tenths[(int) (10 * (message.eventTime() - spec.openNanos()) / length)]++;
            symbols.merge(new String(message.key(), StandardCharsets.UTF_8), 1, Integer::sum);
        }
        assertThat(tenths[0] / (double) tenths[5]).isCloseTo(3.4, within(0.5));
        assertThat(tenths[9] / (double) tenths[4]).isCloseTo(3.4, within(0.5));
        // Harmonic number of 1000: 7.485.
        assertThat(symbols.get(spec.instrumentId(1)) / (double) TICKS)
                .isCloseTo(1 / 7.485, within(0.01));
        assertThat(symbols.get(spec.instrumentId(10)) / (double) TICKS)
                .isCloseTo(0.1 / 7.485, within(0.003));
        assertThat(symbols).hasSizeGreaterThan(950);
    }

    @Test
    void someTradesAreOutsideTheSessionAndSomeAtOneInstant() throws IOException {
        MarketSpec spec = faulty().outsideSession(0.01).build();
        Set<List<Object>> instants = new HashSet<>();
        int outside = 0;
        int same = 0;
        for (SimulatedMessage message : messages(spec)) {
            if (message.fault() == Fault.NONE && decode(message).getKind() == TickKind.TRADE) {
                outside += spec.isInSession(message.eventTime()) ? 0 : 1;
                same +=
                        instants.add(List.of(decode(message).getSymbol(), message.eventTime()))
                                ? 0
                                : 1;
            }
        }
        assertThat((double) outside / TICKS).isCloseTo(0.01, within(0.001));
        assertThat((double) same / TICKS).isCloseTo(0.2, within(0.02));
    }

    @Test
    void aCalmMarketHasTradesInOrderAlone() throws IOException {
        List<SimulatedMessage> messages =
                messages(MarketSpec.faultless().ticks(10_000).symbols(3).zipfExponent(0).build());
        assertThat(messages).hasSize(10_000);
        assertThat(messages).extracting(SimulatedMessage::fault).containsOnly(Fault.NONE);
        assertThat(messages.stream().mapToLong(SimulatedMessage::eventTime).toArray()).isSorted();
    }

    @Test
    void anEmptyMarketHasNoMessages() {
        assertThat(new MarketSimulator(MarketSpec.builder().ticks(0).build())).isExhausted();
    }

    @Test
    void allThatIsWrongWithASpecificationIsSaidAtOnce() {
        assertThatThrownBy(
                        () ->
                                MarketSpec.builder()
                                        .symbols(0)
                                        .open(LocalTime.of(16, 0))
                                        .duplicateRate(1.5)
                                        .build())
                .hasMessageContaining("open 16:00 is not before close 15:30")
                .hasMessageContaining("symbols is 0")
                .hasMessageContaining("duplicateRate is 1.5");
        assertThatThrownBy(() -> MarketSpec.builder().lateBy(Duration.ofHours(1)).build())
                .hasMessageContaining("lateBy is PT1H");
    }

    @Test
    void symbolsAreNamedByRank() {
        MarketSpec spec = MarketSpec.builder().symbols(12_000).build();
        assertThat(List.of(spec.symbol(1), spec.symbol(12_000)))
                .isEqualTo(Arrays.asList("SIM00001", "SIM12000"));
    }
}
