package io.champion.local.market;

import io.champion.model.record.EquityTrade;
import io.champion.model.record.TickKind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * What is to come of a topic of ticks, computed as plainly as can be: all messages in memory,
 * sorted and grouped. It shares no code with the simulator's encoder or with the job that it is the
 * judge of.
 *
 * <ul>
 *   <li>A message that is no tick of the contract is rejected, and so is one whose fields make no
 *       sense, with the name of the first such field as the reason.
 *   <li>One whose time lies too far behind the greatest time before it is late.
 *   <li>The identity of the others is instrument, day and sequence number: the first with it is
 *       accepted, the others are duplicates.
 *   <li>Of a trade's accepted messages the one with the highest sequence number holds: its price
 *       and size count, or the trade is cancelled.
 *   <li>A trade's place among others is its time, then the sequence number of the message that
 *       holds.
 * </ul>
 *
 * <p>Some 60 bytes a message: 10 million take 900 MB and half a minute of a core. Where that is too
 * much, a part of the instruments can be taken at a time.
 */
public final class ExpectedMarket {

    /** The reason of what cannot be decoded. */
    public static final String UNDECODABLE = "value";

    private static final long FINGERPRINT =
            SchemaNormalization.parsingFingerprint64(EquityTrade.getClassSchema());

    private static final int HEADER = 10;

    private static final long NANOS_PER_DAY = 86_400_000_000_000L;

    /** No price and no size is larger than this. */
    private static final double MAX_AMOUNT = 1e10;

    /** A price or a size that is not there. */
    private static final double NONE = Double.NaN;

    private final long lateAfter;
    private final Predicate<String> chosen;
    private final Map<String, Instrument> instruments = new TreeMap<>();
    private final Map<String, Long> rejects = new TreeMap<>();
    private final TradeIds tradeIds = new TradeIds();
    private final SpecificDatumReader<EquityTrade> reader =
            new SpecificDatumReader<>(EquityTrade.class);
    private BinaryDecoder decoder;
    private EquityTrade trade;
    private long greatestTime = Long.MIN_VALUE;
    private long read;
    private long accepted;
    private long duplicates;
    private long late;

    private ExpectedMarket(Duration lateAfter, Predicate<String> chosen) {
        this.lateAfter = lateAfter.toNanos();
        this.chosen = chosen;
    }

    /** Of a simulated market. */
    public static ExpectedMarket of(MarketSpec spec) {
        MarketSimulator messages = new MarketSimulator(spec);
        Iterator<byte[]> values =
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return messages.hasNext();
                    }

                    @Override
                    public byte[] next() {
                        return messages.next().value();
                    }
                };
        return of(values, spec.lateBy().dividedBy(2));
    }

    /**
     * Of message values in the order in which they arrive.
     *
     * @param lateAfter how far a message's time may lie behind the greatest before it
     */
    public static ExpectedMarket of(Iterator<byte[]> values, Duration lateAfter) {
        return of(values, lateAfter, instrument -> true);
    }

    /**
     * As {@link #of(Iterator, Duration)}, for some of the instruments alone. What was read, is late
     * and is rejected is that of all.
     *
     * @param chosen tells by an instrument's id whether it is one of them
     */
    public static ExpectedMarket of(
            Iterator<byte[]> values, Duration lateAfter, Predicate<String> chosen) {
        ExpectedMarket market = new ExpectedMarket(lateAfter, chosen);
        while (values.hasNext()) {
            market.add(values.next());
        }
        for (Instrument instrument : market.instruments.values()) {
            int messages = instrument.size;
            instrument.settle();
            market.accepted += instrument.size;
            market.duplicates += messages - instrument.size;
        }
        return market;
    }

    /** All messages: accepted, duplicates, rejected and late ones. */
    public long read() {
        return read;
    }

    public long accepted() {
        return accepted;
    }

    public long duplicates() {
        return duplicates;
    }

    public long rejected() {
        return rejects.values().stream().mapToLong(Long::longValue).sum();
    }

    public long late() {
        return late;
    }

    /** Number of rejected messages by the field that is wrong. */
    public Map<String, Long> rejects() {
        return rejects;
    }

    /** Ids of the instruments with accepted messages, in their order. */
    public List<String> instruments() {
        return List.copyOf(instruments.keySet());
    }

    /** The accepted messages, in the order of instrument id, day and sequence number. */
    public Stream<ExpectedRow> rows() {
        return instruments.values().stream().flatMap(Instrument::rows);
    }

    /** The bars that have trades, in the order of instrument id and window. */
    public Stream<ExpectedBar> bars(Duration interval) {
        return bars(interval, time -> true);
    }

    /**
     * @param counted tells by a trade's time, in nanoseconds since the epoch, whether it makes bars
     */
    public Stream<ExpectedBar> bars(Duration interval, LongPredicate counted) {
        long nanos = interval.toNanos();
        return instruments.values().stream()
                .flatMap(instrument -> instrument.bars(nanos, counted).stream());
    }

    private void add(byte[] value) {
        read++;
        if (!decode(value)) {
            rejects.merge(UNDECODABLE, 1L, Long::sum);
            return;
        }
        String wrong = firstWrongField();
        if (wrong != null) {
            rejects.merge(wrong, 1L, Long::sum);
            return;
        }
        long time = trade.getEventTime();
        if (greatestTime != Long.MIN_VALUE && time < greatestTime - lateAfter) {
            late++;
            return;
        }
        greatestTime = Math.max(greatestTime, time);
        String id =
                trade.getExchange()
                        + ":"
                        + trade.getSymbol()
                        + (trade.getSeries().isEmpty() ? "" : ":" + trade.getSeries());
        if (chosen.test(id)) {
            instruments.computeIfAbsent(id, Instrument::new).add(trade);
        }
    }

    private boolean decode(byte[] value) {
        if (value.length < HEADER
                || value[0] != (byte) 0xC3
                || value[1] != 0x01
                || ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(2)
                        != FINGERPRINT) {
            return false;
        }
        decoder = DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, decoder);
        try {
            trade = reader.read(trade, decoder);
            return true;
        } catch (IOException | RuntimeException e) {
            // Avro throws what it likes at bytes that are no record; all of it means just that.
            return false;
        }
    }

    private String firstWrongField() {
        if (trade.getSymbol().isEmpty()) {
            return "symbol";
        }
        if (trade.getExchange().isEmpty()) {
            return "exchange";
        }
        if (trade.getTradeId().isEmpty()) {
            return "trade_id";
        }
        if (trade.getKind() == TickKind.CANCELLATION) {
            return null;
        }
        if (!isAmount(trade.getPrice())) {
            return "price";
        }
        return isAmount(trade.getSize()) ? null : "size";
    }

    private static boolean isAmount(Double amount) {
        return amount != null && amount > 0 && amount <= MAX_AMOUNT;
    }

    /** Trade ids as numbers: themselves where they are numbers. */
    private static final class TradeIds {

        private final Map<String, Long> others = new HashMap<>();
        private final List<String> names = new ArrayList<>();

        long number(String id) {
            boolean isNumber =
                    id.length() <= 18
                            && id.chars().allMatch(c -> c >= '0' && c <= '9')
                            && (id.length() == 1 || id.charAt(0) != '0');
            if (isNumber) {
                return Long.parseLong(id);
            }
            return others.computeIfAbsent(
                    id,
                    name -> {
                        names.add(name);
                        return -(long) names.size();
                    });
        }

        String text(long number) {
            return number < 0 ? names.get((int) (-number - 1)) : Long.toString(number);
        }
    }

    /** The messages of one instrument, as columns. */
    private final class Instrument {

        private final String id;
        private int size;
        private long[] sequences = new long[16];
        private long[] eventIds = new long[16];
        private long[] times = new long[16];
        private long[] trades = new long[16];
        private double[] prices = new double[16];
        private double[] sizes = new double[16];
        private byte[] kinds = new byte[16];

        /** Accepted messages in the order of their sequence numbers. */
        private int[] order;

        Instrument(String id) {
            this.id = id;
        }

        void add(EquityTrade trade) {
            if (size == sequences.length) {
                int more = size + (size >> 2) + 16;
                sequences = Arrays.copyOf(sequences, more);
                eventIds = Arrays.copyOf(eventIds, more);
                times = Arrays.copyOf(times, more);
                trades = Arrays.copyOf(trades, more);
                prices = Arrays.copyOf(prices, more);
                sizes = Arrays.copyOf(sizes, more);
                kinds = Arrays.copyOf(kinds, more);
            }
            boolean cancellation = trade.getKind() == TickKind.CANCELLATION;
            sequences[size] = trade.getSequenceNumber();
            eventIds[size] = trade.getEventId();
            times[size] = trade.getEventTime();
            trades[size] = tradeIds.number(trade.getTradeId());
            prices[size] = cancellation ? NONE : trade.getPrice();
            sizes[size] = cancellation ? NONE : trade.getSize();
            kinds[size] = (byte) trade.getKind().ordinal();
            size++;
        }

        private long day(int message) {
            return Math.floorDiv(times[message], NANOS_PER_DAY);
        }

        private int compare(int a, int b) {
            return day(a) != day(b)
                    ? Long.compare(day(a), day(b))
                    : Long.compare(sequences[a], sequences[b]);
        }

        /** Keeps the first message of each sequence number of a day. */
        void settle() {
            // Sorting is stable, so the first of equals stays first.
            int[] sorted =
                    IntStream.range(0, size)
                            .boxed()
                            .sorted(this::compare)
                            .mapToInt(Integer::intValue)
                            .toArray();
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (i == 0 || compare(sorted[i], sorted[i - 1]) != 0) {
                    sorted[kept++] = sorted[i];
                }
            }
            order = Arrays.copyOf(sorted, kept);
            size = kept;
        }

        Stream<ExpectedRow> rows() {
            return Arrays.stream(order)
                    .mapToObj(
                            i ->
                                    new ExpectedRow(
                                            id,
                                            sequences[i],
                                            eventIds[i],
                                            times[i],
                                            tradeIds.text(trades[i]),
                                            TickKind.values()[kinds[i]],
                                            amount(prices[i]),
                                            amount(sizes[i])));
        }

        private Double amount(double amount) {
            return Double.isNaN(amount) ? null : amount;
        }

        /** A trade: its time, and its message with the highest sequence number. */
        private record Held(long time, int last) {}

        /** Trade ids count within a day, too. */
        private record TradeKey(long day, long id) {}

        List<ExpectedBar> bars(long interval, LongPredicate counted) {
            Map<TradeKey, Held> held = new HashMap<>();
            for (int i : order) {
                held.merge(
                        new TradeKey(day(i), trades[i]),
                        new Held(times[i], i),
                        (before, after) -> new Held(before.time, after.last));
            }
            List<Held> standing =
                    held.values().stream()
                            .filter(t -> kinds[t.last] != TickKind.CANCELLATION.ordinal())
                            .filter(t -> counted.test(t.time))
                            .sorted(
                                    (a, b) ->
                                            a.time != b.time
                                                    ? Long.compare(a.time, b.time)
                                                    : Long.compare(
                                                            sequences[a.last], sequences[b.last]))
                            .toList();
            List<ExpectedBar> bars = new ArrayList<>();
            int from = 0;
            for (int to = 1; to <= standing.size(); to++) {
                long window = Math.floorDiv(standing.get(from).time, interval);
                if (to == standing.size()
                        || Math.floorDiv(standing.get(to).time, interval) != window) {
                    bars.add(bar(window * interval, standing.subList(from, to)));
                    from = to;
                }
            }
            return bars;
        }

        private ExpectedBar bar(long start, List<Held> held) {
            double high = Double.NEGATIVE_INFINITY;
            double low = Double.POSITIVE_INFINITY;
            BigDecimal volume = BigDecimal.ZERO;
            BigDecimal turnover = BigDecimal.ZERO;
            for (Held one : held) {
                double price = prices[one.last];
                high = Math.max(high, price);
                low = Math.min(low, price);
                BigDecimal shares = BigDecimal.valueOf(sizes[one.last]);
                volume = volume.add(shares);
                turnover = turnover.add(BigDecimal.valueOf(price).multiply(shares));
            }
            Held first = held.get(0);
            Held last = held.get(held.size() - 1);
            return new ExpectedBar(
                    id,
                    start,
                    prices[first.last],
                    high,
                    low,
                    prices[last.last],
                    volume.doubleValue(),
                    turnover.doubleValue(),
                    turnover.doubleValue() / volume.doubleValue(),
                    held.size(),
                    first.time,
                    last.time);
        }
    }
}
