package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories with duplicates, amendments and disorder, shuffled: the last version of every
 * bar is bit for bit what a plain computation over sorted lists gives, restored in between or not.
 */
final class InstrumentBookPropertyTest {
    private static final long START = 1_750_218_300_000L;
    private static final long LATENESS = 150_000;
    private static final BarIntervals INTERVALS =
            BarIntervals.of(
                    List.of(
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(7),
                            Duration.ofMinutes(1),
                            Duration.ofSeconds(90),
                            Duration.ofMinutes(15),
                            Duration.ofDays(1)));
    private static final BookSettings SETTINGS =
            new BookSettings(INTERVALS, LATENESS, Integer.MAX_VALUE);

    private record Message(
            long sequence, String tradeId, long time, double price, double size, boolean counts) {

        InstrumentBook.Verdict giveTo(InstrumentBook book, long watermark) {
            return book.accept(
                    sequence,
                    TradeKeys.of(tradeId),
                    time,
                    FixedPoint.of(price),
                    FixedPoint.of(size),
                    counts,
                    watermark);
        }

        long millis() {
            return time / 1_000_000;
        }
    }

    private record BarKey(int interval, long start) {}

    private record BarValue(
            long trades,
            double open,
            double high,
            double low,
            double close,
            double volume,
            double turnover,
            long first,
            long last) {

        static final BarValue EMPTY = new BarValue(0, 0, 0, 0, 0, 0, 0, 0, 0);

        static BarValue of(BarAggregate bar) {
            return bar.trades() == 0
                    ? EMPTY
                    : new BarValue(
                            bar.trades(),
                            bar.open(),
                            bar.high(),
                            bar.low(),
                            bar.close(),
                            bar.volume(),
                            bar.turnover(),
                            bar.firstTime(),
                            bar.lastTime());
        }
    }

    /** What was emitted: the last version of each bar; versions are checked to go up by one. */
    private static final class Emitted implements InstrumentBook.Bars {
        final Map<BarKey, BarValue> last = new HashMap<>();
        final Map<BarKey, Integer> versions = new HashMap<>();

        @Override
        public void emit(int interval, long start, int version, BarAggregate aggregate) {
            BarKey key = new BarKey(interval, start);
            assertThat(version).as("%s", key).isEqualTo(versions.merge(key, 1, Integer::sum));
            last.put(key, BarValue.of(aggregate));
        }

        Map<BarKey, BarValue> withTrades() {
            Map<BarKey, BarValue> bars = new HashMap<>(last);
            bars.values().removeIf(BarValue.EMPTY::equals);
            return bars;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void arrivalDoesNotMatter(int seed) {
        Random random = new Random(seed);
        List<Message> history = history(random, 3_000);
        Map<BarKey, BarValue> expected = plainly(history);
        for (int repetition = 0; repetition < 4; repetition++) {
            List<Message> arrivals = new ArrayList<>(history);
            repeatSome(arrivals, random);
            Map<BarKey, BarValue> bars =
                    run(disordered(arrivals, 100_000, random), random, repetition % 2 == 1);
            assertThat(differences(bars, expected)).isEmpty();
        }
    }

    private static List<String> differences(
            Map<BarKey, BarValue> bars, Map<BarKey, BarValue> expected) {
        Set<BarKey> keys = new HashSet<>(expected.keySet());
        keys.addAll(bars.keySet());
        return keys.stream()
                .filter(key -> !expected.getOrDefault(key, BarValue.EMPTY).equals(bars.get(key)))
                .limit(5)
                .map(key -> key + ": " + bars.get(key) + ", expected " + expected.get(key))
                .toList();
    }

    private static Map<BarKey, BarValue> run(
            List<Message> arrivals, Random random, boolean restoring) {
        MemoryStore store = new MemoryStore();
        Varints buffer = Varints.writer();
        InstrumentBook book = new InstrumentBook(SETTINGS, store);
        Emitted emitted = new Emitted();
        Set<Long> seen = new HashSet<>();
        long watermark = Long.MIN_VALUE;
        long greatest = 0;
        for (Message message : arrivals) {
            assertThat(message.giveTo(book, watermark))
                    .isEqualTo(
                            seen.add(message.sequence())
                                    ? InstrumentBook.Verdict.ACCEPTED
                                    : InstrumentBook.Verdict.DUPLICATE);
            greatest = Math.max(greatest, message.millis());
            if (random.nextInt(20) == 0) {
                // Ahead of some of the disorder, so that fired windows change.
                watermark = Math.max(watermark, greatest - random.nextInt(40_000));
                if (book.nextDue() <= watermark) {
                    book.advance(watermark, emitted);
                }
            }
            if (restoring && random.nextInt(100) == 0) {
                book.flush(buffer);
                if (random.nextBoolean()) {
                    book = store.restore(SETTINGS, watermark);
                }
            }
        }
        book.advance(Long.MAX_VALUE, emitted);
        assertThat(book.isEmpty()).isTrue();
        assertThat(book.heapBytes()).isEqualTo(new InstrumentBook(SETTINGS, store).heapBytes());
        assertThat(book.nextDue()).isEqualTo(Long.MAX_VALUE);
        assertThat(store.isEmpty()).isTrue();
        return emitted.withTrades();
    }

    /** Trades of an hour; some are corrected and some cancelled, all within the lateness. */
    private static List<Message> history(Random random, int trades) {
        List<Message> history = new ArrayList<>();
        long sequence = 0;
        long time = START * 1_000_000;
        double price = 1_000;
        for (int i = 0; i < trades; i++) {
            // Several share a nanosecond.
            time += random.nextInt(3) == 0 ? 0 : (long) (random.nextDouble() * 1.8e9);
            price = Math.max(1, Math.rint((price + random.nextGaussian()) * 100) / 100);
            String id = random.nextBoolean() ? String.valueOf(700_000 + i) : "T-" + i;
            boolean inSession = random.nextInt(50) != 0;
            history.add(new Message(++sequence, id, time, price, size(random), inSession));
            for (int more = random.nextInt(12); more > 9; more--) {
                boolean cancelled = random.nextBoolean();
                history.add(
                        new Message(
                                ++sequence,
                                id,
                                time,
                                Math.rint((price + 1 + random.nextInt(3)) * 100) / 100,
                                size(random),
                                !cancelled && inSession));
            }
        }
        return history;
    }

    private static double size(Random random) {
        return random.nextInt(10) == 0
                ? (1 + random.nextInt(100_000_000)) / 1e6
                : 1 + random.nextInt(5_000);
    }

    private static void repeatSome(List<Message> messages, Random random) {
        for (int i = messages.size() / 20; i > 0; i--) {
            int at = random.nextInt(messages.size());
            messages.add(at, messages.get(Math.min(messages.size() - 1, at + random.nextInt(5))));
        }
    }

    /** Moves each message by less than a time; the result is within the allowed lateness. */
    private static List<Message> disordered(List<Message> messages, long millis, Random random) {
        List<Map.Entry<Double, Message>> keyed = new ArrayList<>();
        for (Message message : messages) {
            keyed.add(Map.entry(message.millis() + random.nextDouble() * millis, message));
        }
        Collections.shuffle(keyed, random);
        keyed.sort(Comparator.comparingDouble(Map.Entry::getKey));
        return keyed.stream().map(Map.Entry::getValue).toList();
    }

    /** Bars by sorting, grouping and decimal arithmetic. */
    private static Map<BarKey, BarValue> plainly(List<Message> history) {
        Map<String, Message> holding = new HashMap<>();
        for (Message message : history) {
            holding.merge(
                    message.tradeId(),
                    message,
                    (one, other) -> one.sequence() > other.sequence() ? one : other);
        }
        Map<BarKey, BarValue> bars = new TreeMap<>(Comparator.comparing(BarKey::toString));
        for (int interval = 0; interval < INTERVALS.count(); interval++) {
            long length = INTERVALS.millis(interval);
            Map<Long, List<Message>> windows = new HashMap<>();
            for (Message message : holding.values()) {
                if (message.counts()) {
                    windows.computeIfAbsent(
                                    message.millis() / length * length, start -> new ArrayList<>())
                            .add(message);
                }
            }
            for (Map.Entry<Long, List<Message>> window : windows.entrySet()) {
                bars.put(new BarKey(interval, window.getKey()), bar(window.getValue()));
            }
        }
        return new HashMap<>(bars);
    }

    private static BarValue bar(List<Message> trades) {
        List<Message> sorted = new ArrayList<>(trades);
        sorted.sort(Comparator.comparingLong(Message::time).thenComparing(Message::sequence));
        BigDecimal volume = BigDecimal.ZERO;
        BigDecimal turnover = BigDecimal.ZERO;
        for (Message trade : sorted) {
            BigDecimal size = BigDecimal.valueOf(trade.size());
            volume = volume.add(size);
            turnover = turnover.add(size.multiply(BigDecimal.valueOf(trade.price())));
        }
        Message first = sorted.get(0);
        Message last = sorted.get(sorted.size() - 1);
        return new BarValue(
                sorted.size(),
                first.price(),
                sorted.stream().mapToDouble(Message::price).max().orElseThrow(),
                sorted.stream().mapToDouble(Message::price).min().orElseThrow(),
                last.price(),
                volume.doubleValue(),
                turnover.doubleValue(),
                first.time(),
                last.time());
    }
}
