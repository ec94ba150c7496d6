package io.champion.local.market;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.Occurrences;
import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExpectedMarketTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;

    @Test
    void itFindsTheFaultsThatTheSimulatorMade() {
        MarketSpec spec =
                MarketSpec.builder()
                        .seed(7)
                        .ticks(100_000)
                        .symbols(300)
                        .lateRate(0.01)
                        .malformedRate(0.01)
                        .build();
        Map<Fault, Long> faults = new EnumMap<>(Fault.class);
        Arrays.stream(Fault.values()).forEach(fault -> faults.put(fault, 0L));
        new MarketSimulator(spec)
                .forEachRemaining(message -> faults.merge(message.fault(), 1L, Long::sum));

        ExpectedMarket market = ExpectedMarket.of(spec);

        assertThat(market.read()).isEqualTo(faults.values().stream().mapToLong(n -> n).sum());
        assertThat(market.accepted()).isEqualTo(faults.get(Fault.NONE));
        assertThat(market.duplicates()).isEqualTo(faults.get(Fault.DUPLICATE));
        assertThat(market.late()).isEqualTo(faults.get(Fault.LATE));
        assertThat(market.rejects())
                .containsOnly(
                        Map.entry("symbol", faults.get(Fault.EMPTY_SYMBOL)),
                        Map.entry("trade_id", faults.get(Fault.EMPTY_TRADE_ID)),
                        Map.entry(
                                "price",
                                sum(
                                        faults,
                                        Fault.NO_PRICE,
                                        Fault.NEGATIVE_PRICE,
                                        Fault.NAN_PRICE,
                                        Fault.INFINITE_PRICE,
                                        Fault.HUGE_PRICE)),
                        Map.entry("size", sum(faults, Fault.NO_SIZE, Fault.NEGATIVE_SIZE)),
                        Map.entry(
                                "value",
                                sum(
                                        faults,
                                        Fault.TRUNCATED,
                                        Fault.NOISE,
                                        Fault.EMPTY_VALUE,
                                        Fault.WRONG_MAGIC,
                                        Fault.UNKNOWN_SCHEMA,
                                        Fault.GARBLED,
                                        Fault.UNKNOWN_KIND)));
        assertThat(market.rows().count()).isEqualTo(market.accepted());
        assertThat(market.bars(Duration.ofMinutes(1)).mapToLong(ExpectedBar::trades).sum())
                .isEqualTo(market.bars(Duration.ofSeconds(1)).mapToLong(ExpectedBar::trades).sum());
        assertThat(market.bars(Duration.ofMinutes(1), spec::isInSession).count())
                .isLessThan(market.bars(Duration.ofMinutes(1)).count());
    }

    private static long sum(Map<Fault, Long> faults, Fault... some) {
        return Arrays.stream(some).mapToLong(faults::get).sum();
    }

    @Test
    void partsOfTheInstrumentsAddUpToTheWhole() {
        MarketSpec spec =
                MarketSpec.builder().seed(3).ticks(20_000).symbols(50).lateRate(0.01).build();
        ExpectedMarket whole = ExpectedMarket.of(spec);

        ExpectedMarket even = part(spec, 0);
        ExpectedMarket odd = part(spec, 1);

        assertThat(List.of(even.read(), even.late(), even.rejects()))
                .isEqualTo(List.of(whole.read(), whole.late(), whole.rejects()))
                .isEqualTo(List.of(odd.read(), odd.late(), odd.rejects()));
        assertThat(even.accepted()).isPositive().isLessThan(whole.accepted());
        assertThat(even.accepted() + odd.accepted()).isEqualTo(whole.accepted());
        assertThat(even.duplicates() + odd.duplicates()).isEqualTo(whole.duplicates());
        assertThat(Occurrences.of(Stream.concat(even.rows(), odd.rows()).toList()))
                .containsExactlyInAnyOrderEntriesOf(Occurrences.of(whole.rows().toList()));
    }

    private static ExpectedMarket part(MarketSpec spec, int remainder) {
        List<byte[]> values = new ArrayList<>();
        new MarketSimulator(spec).forEachRemaining(message -> values.add(message.value()));
        return ExpectedMarket.of(
                values.iterator(),
                spec.lateBy().dividedBy(2),
                instrument -> Math.floorMod(instrument.hashCode(), 2) == remainder);
    }

    @Test
    void aBarOfTradesAtOneInstantIsOrderedBySequence() {
        ExpectedMarket market =
                market(
                        tick(1, "a", TickKind.TRADE, 5 * SECOND, 10.1, 3.0),
                        tick(2, "b", TickKind.TRADE, 5 * SECOND, 10.3, 0.5),
                        tick(3, "c", TickKind.TRADE, 4 * SECOND, 10.2, 2.0),
                        tick(4, "d", TickKind.TRADE, 61 * SECOND, 9.0, 1.0));

        assertThat(market.bars(Duration.ofMinutes(1)))
                .containsExactly(
                        new ExpectedBar(
                                "X:S",
                                0,
                                10.2,
                                10.3,
                                10.1,
                                10.3,
                                5.5,
                                55.85,
                                55.85 / 5.5,
                                3,
                                4 * SECOND,
                                5 * SECOND),
                        new ExpectedBar(
                                "X:S", MINUTE, 9, 9, 9, 9, 1, 9, 9, 1, 61 * SECOND, 61 * SECOND));
    }

    @Test
    void aTradeIsWhatItsLastMessageSays() {
        ExpectedMarket market =
                market(
                        tick(1, "a", TickKind.TRADE, SECOND, 10, 1),
                        tick(2, "b", TickKind.TRADE, SECOND, 11, 1),
                        tick(3, "c", TickKind.TRADE, SECOND, 12, 1),
                        tick(4, "a", TickKind.CORRECTION, SECOND, 20, 5),
                        tick(5, "c", TickKind.CANCELLATION, SECOND, 0, 0),
                        tick(5, "c", TickKind.CANCELLATION, SECOND, 0, 0));

        assertThat(market.accepted()).isEqualTo(5);
        assertThat(market.duplicates()).isEqualTo(1);
        assertThat(market.bars(Duration.ofSeconds(1)))
                .containsExactly(
                        new ExpectedBar(
                                "X:S", SECOND, 11, 20, 11, 20, 6, 111, 18.5, 2, SECOND, SECOND));
        assertThat(market.rows())
                .extracting(ExpectedRow::tradeId)
                .containsExactly("a", "b", "c", "a", "c");
    }

    @Test
    void aWindowOfCancelledTradesHasNoBarWhateverCameFirst() {
        ExpectedMarket market =
                market(
                        tick(2, "7", TickKind.CANCELLATION, SECOND, 0, 0),
                        tick(1, "7", TickKind.TRADE, SECOND, 10, 1));
        assertThat(market.accepted()).isEqualTo(2);
        assertThat(market.bars(Duration.ofSeconds(1))).isEmpty();
    }

    @Test
    void sumsAreExact() {
        byte[][] ticks =
                LongStream.rangeClosed(1, 1000)
                        .mapToObj(i -> tick(i, "" + i, TickKind.TRADE, i, 0.1, 0.7))
                        .toArray(byte[][]::new);
        ExpectedBar bar = market(ticks).bars(Duration.ofMinutes(1)).findFirst().orElseThrow();
        assertThat(bar.volume()).isEqualTo(700.0);
        assertThat(bar.turnover()).isEqualTo(70.0);
    }

    @Test
    void theOrderOfArrivalDoesNotMatter() {
        MarketSpec spec =
                MarketSpec.builder().ticks(20_000).symbols(50).correctionRate(0.05).build();
        List<byte[]> values = new ArrayList<>();
        new MarketSimulator(spec).forEachRemaining(message -> values.add(message.value()));
        ExpectedMarket before = ExpectedMarket.of(values.iterator(), Duration.ofDays(2));
        Collections.shuffle(values, new Random(3));
        ExpectedMarket after = ExpectedMarket.of(values.iterator(), Duration.ofDays(2));

        assertThat(after.rows()).containsExactlyElementsOf(before.rows().toList());
        assertThat(after.bars(Duration.ofSeconds(1)))
                .containsExactlyElementsOf(before.bars(Duration.ofSeconds(1)).toList());
    }

    @Test
    void lateIsWhatLiesTooFarBehindTheGreatestTime() {
        ExpectedMarket market =
                market(
                        tick(1, "a", TickKind.TRADE, 2 * 3600 * SECOND, 10, 1),
                        tick(2, "b", TickKind.TRADE, 3600 * SECOND, 10, 1),
                        tick(3, "c", TickKind.TRADE, 3600 * SECOND - 1, 10, 1));
        assertThat(market.accepted()).isEqualTo(2);
        assertThat(market.late()).isEqualTo(1);
    }

    private static ExpectedMarket market(byte[]... values) {
        return ExpectedMarket.of(Arrays.asList(values).iterator(), Duration.ofHours(1));
    }

    private static byte[] tick(
            long sequence, String id, TickKind kind, long time, double price, double size) {
        boolean amount = kind != TickKind.CANCELLATION;
        EquityTrade trade =
                EquityTrade.newBuilder()
                        .setEventId(sequence)
                        .setEventTime(time)
                        .setIngestTime(Instant.EPOCH)
                        .setSource("test")
                        .setEntityId("X:S")
                        .setSymbol("S")
                        .setExchange("X")
                        .setTradeId(id)
                        .setSequenceNumber(sequence)
                        .setKind(kind)
                        .setPrice(amount ? price : null)
                        .setSize(amount ? size : null)
                        .build();
        try {
            ByteBuffer bytes = trade.toByteBuffer();
            byte[] value = new byte[bytes.remaining()];
            bytes.get(value);
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
