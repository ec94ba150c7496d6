package io.champion.local.market;

import io.champion.model.record.TickKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * The messages of a simulated trading day, in the order in which they arrive.
 *
 * <p>The exchange publishes trades, and later corrections and cancellations of some. Each message
 * of an instrument has the next sequence number, from 1, and the next event id of the day. On the
 * way from there some are held up and overtaken, some come twice, and before some comes a damaged
 * copy. So without the damaged ones and the duplicates each sequence number and each event id is
 * there once, and none is missing.
 *
 * <p>Trades follow each other as in a real session: busy at its ends, most in few instruments,
 * prices as random walks on the tick size, and orders that hit several others give several trades
 * of one instrument at one nanosecond.
 *
 * <p>The same specification gives the same bytes, whenever and wherever. Nothing is kept but what
 * is on its way, so memory does not depend on the number of ticks.
 */
public final class MarketSimulator implements Iterator<SimulatedMessage> {

    /** Of the records it makes. */
    public static final String SOURCE = "simulator";

    /** Prices are multiples of 0.05, the tick size of NSE's cash market for most shares. */
    private static final double TICKS_PER_UNIT = 20;

    private static final int LOWEST_PRICE = 20;

    /** A trade hits another order at the same instant. */
    private static final double SWEEP_RATE = 0.2;

    /** A corrected trade is amended again. */
    private static final double SECOND_AMENDMENT_RATE = 0.1;

    /** An amendment overtakes its trade. */
    private static final double OVERTAKING_RATE = 0.05;

    private static final double ODD_LOT_RATE = 0.01;

    /** Of the US tape; no other sale condition occurs. */
    private static final int ODD_LOT = 37;

    private static final byte[] BUY = "BUY".getBytes(StandardCharsets.UTF_8);
    private static final byte[] SELL = "SELL".getBytes(StandardCharsets.UTF_8);

    private final MarketSpec spec;
    private final SplitMix64 random;
    private final AliasTable popularity;
    private final IntradayCurve curve;
    private final long open;
    private final long close;
    private final long outside;
    private final long ingestTime;
    private final long maxDisorder;
    private final long maxDuplicateDelay;
    private final long maxAmendmentDelay;
    private final long lateBy;
    private final long early;
    private final long after;

    private final byte[][] keys;
    private final byte[][] instruments;
    private final byte[] namelessInstrument;
    private final long[] prices;
    private final long[] sequences;
    private final TradeEncoder encoder = new TradeEncoder();

    private final PriorityQueue<Amendment> amendments =
            new PriorityQueue<>(
                    Comparator.<Amendment>comparingLong(amendment -> amendment.at)
                            .thenComparingLong(amendment -> amendment.order));
    private final PriorityQueue<Underway> underway =
            new PriorityQueue<>(
                    Comparator.<Underway>comparingLong(message -> message.arrival)
                            .thenComparingLong(message -> message.order));

    private long tick;
    private long tradeTime;
    private int tradeInstrument;
    private long published;
    private long order;
    private SimulatedMessage next;

    /** A correction or cancellation that will be published. */
    private record Amendment(
            long at,
            long order,
            int instrument,
            long tradeId,
            long tradeTime,
            long price,
            boolean overtaking) {}

    /** A published message that has not arrived. */
    private record Underway(long arrival, long order, SimulatedMessage message) {}

    public MarketSimulator(MarketSpec spec) {
        this.spec = spec;
        this.random = new SplitMix64(spec.seed());
        this.popularity = AliasTable.zipf(spec.symbols(), spec.zipfExponent());
        this.curve = new IntradayCurve(spec.uShape());
        this.open = spec.openNanos();
        this.close = spec.closeNanos();
        this.outside = MarketSpec.OUTSIDE.toNanos();
        this.ingestTime = open / 1_000_000;
        this.maxDisorder = spec.maxDisorder().toNanos();
        this.maxDuplicateDelay = spec.maxDuplicateDelay().toNanos();
        this.maxAmendmentDelay = spec.maxAmendmentDelay().toNanos();
        this.lateBy = spec.lateBy().toNanos();
        this.early = Math.round(spec.ticks() * spec.outsideSession() / 2);
        this.after = early;
        this.keys = new byte[spec.symbols()][];
        this.instruments = new byte[spec.symbols()][];
        this.prices = new long[spec.symbols()];
        this.sequences = new long[spec.symbols()];
        for (int i = 0; i < spec.symbols(); i++) {
            keys[i] = spec.instrumentId(i + 1).getBytes(StandardCharsets.UTF_8);
            instruments[i] =
                    TradeEncoder.instrument(
                            SOURCE, spec.exchange(), spec.symbol(i + 1), spec.series());
            // From 50 to 5,000, as many between 50 and 500 as above.
            prices[i] = (long) (1000 * StrictMath.pow(100, random.nextDouble()));
        }
        this.namelessInstrument =
                TradeEncoder.instrument(SOURCE, spec.exchange(), "", spec.series());
        prepareTrade();
    }

    @Override
    public boolean hasNext() {
        if (next == null) {
            next = arrive();
        }
        return next != null;
    }

    @Override
    public SimulatedMessage next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        SimulatedMessage message = next;
        next = null;
        return message;
    }

    private SimulatedMessage arrive() {
        while (true) {
            long amendment = amendments.isEmpty() ? Long.MAX_VALUE : amendments.peek().at;
            long now = Math.min(tradeTime, amendment);
            if (!underway.isEmpty() && underway.peek().arrival <= now) {
                return underway.remove().message;
            }
            if (now == Long.MAX_VALUE) {
                return null;
            }
            SimulatedMessage message = now == tradeTime ? trade() : amend(amendments.remove());
            if (message != null) {
                return message;
            }
        }
    }

    /** Chooses time and instrument of the next trade. */
    private void prepareTrade() {
        if (tick == spec.ticks()) {
            tradeTime = Long.MAX_VALUE;
            return;
        }
        if (tick > 0 && random.chance(SWEEP_RATE)) {
            return;
        }
        tradeInstrument = popularity.draw(random);
        double share = random.nextDouble();
        if (tick < early) {
            tradeTime = between(open - outside, open, (tick + share) / early);
        } else if (tick >= spec.ticks() - after) {
            double done = tick - (spec.ticks() - after) + share;
            tradeTime = between(close, close + outside, done / after);
        } else {
            double done = (tick - early + share) / (spec.ticks() - early - after);
            tradeTime = between(open, close, curve.time(done));
        }
    }

    private static long between(long from, long to, double part) {
        return Math.min(from + (long) (part * (to - from)), to - 1);
    }

    private SimulatedMessage trade() {
        int instrument = tradeInstrument;
        long now = tradeTime;
        boolean late = tick >= spec.ticks() / 2 && random.chance(spec.lateRate());
        long price = walk(instrument);
        long tradeId = spec.eventIdOf(published);
        long hold = random.chance(spec.disorderRate()) ? random.upTo(maxDisorder) : 0;
        if (!late && random.chance(spec.correctionRate() + spec.cancellationRate())) {
            boolean overtaking = random.chance(OVERTAKING_RATE);
            long at = now + random.upTo(overtaking ? maxDisorder / 4 : maxAmendmentDelay);
            amendments.add(new Amendment(at, order++, instrument, tradeId, now, price, overtaking));
            if (overtaking) {
                hold = maxDisorder;
            }
        }
        tick++;
        prepareTrade();
        long eventTime = late ? now - lateBy : now;
        return publish(
                now,
                hold,
                late ? Fault.LATE : Fault.NONE,
                instrument,
                tradeId,
                eventTime,
                TickKind.TRADE,
                price);
    }

    private long walk(int instrument) {
        long bits = random.nextLong();
        // Half of the trades are at the last price, the others up to two ticks away.
        long step = (bits & 1) == 0 ? 0 : ((bits >>> 1) & 1) + ((bits >>> 2) & 1);
        long price = prices[instrument] + ((bits & 8) == 0 ? step : -step);
        prices[instrument] = Math.max(price, LOWEST_PRICE);
        return prices[instrument];
    }

    private SimulatedMessage amend(Amendment amendment) {
        double corrections =
                spec.correctionRate() / (spec.correctionRate() + spec.cancellationRate());
        TickKind kind = random.chance(corrections) ? TickKind.CORRECTION : TickKind.CANCELLATION;
        long price = Math.max(amendment.price + random.nextInt(41) - 20, LOWEST_PRICE);
        long end = amendment.tradeTime + maxAmendmentDelay;
        if (kind == TickKind.CORRECTION
                && end > amendment.at
                && random.chance(SECOND_AMENDMENT_RATE)) {
            amendments.add(
                    new Amendment(
                            amendment.at + random.upTo(end - amendment.at),
                            order++,
                            amendment.instrument,
                            amendment.tradeId,
                            amendment.tradeTime,
                            price,
                            false));
        }
        boolean held = !amendment.overtaking && random.chance(spec.disorderRate());
        return publish(
                amendment.at,
                held ? random.upTo(maxDisorder) : 0,
                Fault.NONE,
                amendment.instrument,
                amendment.tradeId,
                amendment.tradeTime,
                kind,
                price);
    }

    /** Sends a message on its way; returns what arrives at once, or null. */
    private SimulatedMessage publish(
            long now,
            long hold,
            Fault fault,
            int instrument,
            long tradeId,
            long eventTime,
            TickKind kind,
            long priceTicks) {
        long eventId = spec.eventIdOf(published++);
        long sequence = ++sequences[instrument];
        double price = priceTicks / TICKS_PER_UNIT;
        long bits = random.nextLong();
        // Sizes with a long tail: each doubling is half as likely.
        int scale = 3 + Math.min(Long.numberOfTrailingZeros(bits), 12);
        double size = 1 + ((bits >>> 16) & ((1 << scale) - 1));
        byte[] side = bits < 0 ? BUY : SELL;
        int condition = random.chance(ODD_LOT_RATE) ? ODD_LOT : 0;
        long receiveTime = now + 20_000 + ((bits >>> 32) & 0x3FFFF);

        encoder.begin(eventId, eventTime, ingestTime, instruments[instrument])
                .tradeId(tradeId)
                .sequence(sequence)
                .kind(kind)
                .receiveTime(receiveTime);
        if (kind == TickKind.CANCELLATION) {
            encoder.missing().missing().missing();
        } else {
            encoder.amount(price).amount(size).side(side);
        }
        byte[] value = encoder.end(condition);
        SimulatedMessage message = new SimulatedMessage(keys[instrument], value, eventTime, fault);

        if (random.chance(spec.duplicateRate())) {
            // A late message's copy is late before it is a duplicate.
            Fault copyFault = fault == Fault.NONE ? Fault.DUPLICATE : fault;
            SimulatedMessage copy =
                    new SimulatedMessage(keys[instrument], value, eventTime, copyFault);
            long delay = random.upTo(maxDuplicateDelay);
            underway.add(new Underway(now + hold + delay, order++, copy));
        }
        SimulatedMessage damaged = null;
        if (fault == Fault.NONE && random.chance(spec.malformedRate())) {
            Fault damage = Fault.malformed(random.nextLong());
            byte[] bytes =
                    damage(damage, value, instrument, eventId, eventTime, tradeId, sequence, price);
            damaged = new SimulatedMessage(keys[instrument], bytes, eventTime, damage);
        }
        if (hold > 0 || damaged != null) {
            underway.add(new Underway(now + hold, order++, message));
            return damaged;
        }
        return message;
    }

    private byte[] damage(
            Fault damage,
            byte[] value,
            int instrument,
            long eventId,
            long eventTime,
            long tradeId,
            long sequence,
            double price) {
        switch (damage) {
            case TRUNCATED:
                // From a part of the magic to all but the last byte.
                return Arrays.copyOf(value, 1 + random.nextInt(value.length - 1));
            case EMPTY_VALUE:
                return new byte[0];
            case NOISE:
                byte[] noise = new byte[8 + random.nextInt(200)];
                scribble(noise);
                noise[0] = 'x';
                return noise;
            case WRONG_MAGIC:
                byte[] other = value.clone();
                other[0] = (byte) 0xC4;
                return other;
            case UNKNOWN_SCHEMA:
                byte[] unknown = value.clone();
                unknown[TradeEncoder.HEADER - 1] ^= 0x55;
                return unknown;
            case GARBLED:
                byte[] garbled = value.clone();
                // No number is longer than ten bytes.
                Arrays.fill(garbled, TradeEncoder.HEADER, garbled.length, (byte) 0xFF);
                return garbled;
            default:
                break;
        }
        encoder.begin(
                eventId,
                eventTime,
                ingestTime,
                damage == Fault.EMPTY_SYMBOL ? namelessInstrument : instruments[instrument]);
        if (damage == Fault.EMPTY_TRADE_ID) {
            encoder.noTradeId();
        } else {
            encoder.tradeId(tradeId);
        }
        encoder.sequence(sequence);
        if (damage == Fault.UNKNOWN_KIND) {
            encoder.unknownKind();
        } else {
            encoder.kind(TickKind.TRADE);
        }
        encoder.receiveTime(eventTime);
        switch (damage) {
            case NO_PRICE -> encoder.missing();
            case NEGATIVE_PRICE -> encoder.amount(-price);
            case NAN_PRICE -> encoder.amount(Double.NaN);
            case INFINITE_PRICE -> encoder.amount(Double.POSITIVE_INFINITY);
            case HUGE_PRICE -> encoder.amount(1e12);
            default -> encoder.amount(price);
        }
        switch (damage) {
            case NO_SIZE -> encoder.missing();
            case NEGATIVE_SIZE -> encoder.amount(-1);
            default -> encoder.amount(1);
        }
        return encoder.side(BUY).end(0);
    }

    private void scribble(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) random.nextLong();
        }
    }
}
