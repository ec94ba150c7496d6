package io.champion.local.market;

import java.io.Serial;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * What market is simulated.
 *
 * @param seed two markets of one seed and otherwise equal specifications are equal, byte for byte.
 * @param exchange code of the exchange, not empty.
 * @param series series of every instrument; empty where the market has none.
 * @param date the session's day at the exchange.
 * @param zone the exchange's time zone.
 * @param open begin of the session, inclusive.
 * @param close end of the session, exclusive; after {@code open}.
 * @param symbols number of instruments.
 * @param zipfExponent the instrument of rank {@code r} trades in proportion to {@code 1 /
 *     r^exponent}; 0: all alike.
 * @param uShape how many times busier open and close are than half time; 1: even.
 * @param ticks number of trades. Corrections, cancellations, duplicates and malformed messages come
 *     on top.
 * @param outsideSession part of the trades that take place before open or after close.
 * @param disorderRate part of the messages that are overtaken by later ones.
 * @param maxDisorder by how much event time, at most, an undisturbed feed is out of order: a
 *     message comes after no trade that is more than this younger.
 * @param duplicateRate part of the messages that come again.
 * @param maxDuplicateDelay how much later, at most, the copy comes.
 * @param correctionRate part of the trades whose price and size are corrected; one in ten of them
 *     is amended once more.
 * @param cancellationRate part of the trades that are cancelled.
 * @param maxAmendmentDelay within what time of the trade corrections and cancellations are
 *     published. With what disorder and duplicates add, it has to be within the allowed lateness.
 * @param lateRate part of the trades that are late. None is among the first half, so that
 *     watermarks are established.
 * @param lateBy how late they are: at least twice as long as the session, so that they are late
 *     whatever the order in which partitions are read.
 * @param malformedRate part of the messages before which a damaged copy of them comes.
 */
public record MarketSpec(
        long seed,
        String exchange,
        String series,
        LocalDate date,
        ZoneId zone,
        LocalTime open,
        LocalTime close,
        int symbols,
        double zipfExponent,
        double uShape,
        long ticks,
        double outsideSession,
        double disorderRate,
        Duration maxDisorder,
        double duplicateRate,
        Duration maxDuplicateDelay,
        double correctionRate,
        double cancellationRate,
        Duration maxAmendmentDelay,
        double lateRate,
        Duration lateBy,
        double malformedRate)
        implements Serializable {

    @Serial private static final long serialVersionUID = 1L;

    /** How long before the open and after the close trades outside the session may be. */
    static final Duration OUTSIDE = Duration.ofMinutes(15);

    /** {@link #eventIdOf} leaves this much room for the messages of a day. */
    static final long MAX_TICKS = 1_000_000_000L;

    public MarketSpec {
        List<String> problems = new ArrayList<>();
        check(
                problems,
                !exchange.isEmpty() && !exchange.contains(":"),
                "exchange is '" + exchange + "', but has to be a code without ':'");
        check(problems, !series.contains(":"), "series is '" + series + "', but may hold no ':'");
        check(problems, open.isBefore(close), "open " + open + " is not before close " + close);
        check(problems, symbols > 0, "symbols is " + symbols + ", but has to be above 0");
        check(
                problems,
                zipfExponent >= 0 && zipfExponent <= 10,
                "zipfExponent is " + zipfExponent + ", but has to be in 0 to 10");
        check(
                problems,
                uShape >= 1 && uShape <= 1000,
                "uShape is " + uShape + ", but has to be in 1 to 1000");
        check(
                problems,
                ticks >= 0 && ticks <= MAX_TICKS,
                "ticks is " + ticks + ", but has to be in 0 to " + MAX_TICKS);
        checkRate(problems, "outsideSession", outsideSession);
        checkRate(problems, "disorderRate", disorderRate);
        checkRate(problems, "duplicateRate", duplicateRate);
        checkRate(problems, "correctionRate", correctionRate);
        checkRate(problems, "cancellationRate", cancellationRate);
        checkRate(problems, "lateRate", lateRate);
        checkRate(problems, "malformedRate", malformedRate);
        checkDelay(problems, "maxDisorder", maxDisorder);
        checkDelay(problems, "maxDuplicateDelay", maxDuplicateDelay);
        checkDelay(problems, "maxAmendmentDelay", maxAmendmentDelay);
        check(
                problems,
                correctionRate + cancellationRate <= 1,
                "correctionRate and cancellationRate are above 1 together");
        check(
                problems,
                lateRate == 0
                        || lateBy.compareTo(Duration.between(open, close).multipliedBy(2)) >= 0,
                "lateBy is " + lateBy + ", but has to be twice the session at least");
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "No such market can be simulated: " + String.join("; ", problems) + ".");
        }
    }

    private static void check(List<String> problems, boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    private static void checkRate(List<String> problems, String name, double rate) {
        check(problems, rate >= 0 && rate <= 1, name + " is " + rate + ", but has to be in 0 to 1");
    }

    private static void checkDelay(List<String> problems, String name, Duration delay) {
        check(
                problems,
                delay.compareTo(Duration.ofMillis(1)) >= 0
                        && delay.compareTo(Duration.ofHours(1)) <= 0,
                name + " is " + delay + ", but has to be in 1 ms to 1 h");
    }

    /** One million trades of two thousand instruments, with a little of every fault. */
    public static Builder builder() {
        return new Builder();
    }

    /** The market without faults: every message is in order and accepted as a trade. */
    public static Builder faultless() {
        return builder()
                .outsideSession(0)
                .disorderRate(0)
                .duplicateRate(0)
                .correctionRate(0)
                .cancellationRate(0)
                .lateRate(0)
                .malformedRate(0);
    }

    /** Symbol of the instrument that trades most at rank 1, and least at rank {@link #symbols}. */
    public String symbol(int rank) {
        int digits = Math.max(4, Integer.toString(symbols).length());
        String number = Integer.toString(rank);
        return "SIM" + "0".repeat(digits - number.length()) + number;
    }

    /** The instrument's id, which is the key of its messages too. */
    public String instrumentId(int rank) {
        return TradeEncoder.instrumentId(exchange, symbol(rank), series);
    }

    /** Whether a time, in nanoseconds since the epoch, is within the session. */
    public boolean isInSession(long eventTime) {
        return eventTime >= openNanos() && eventTime < closeNanos();
    }

    long openNanos() {
        return nanos(date.atTime(open).atZone(zone).toInstant());
    }

    long closeNanos() {
        return nanos(date.atTime(close).atZone(zone).toInstant());
    }

    private static long nanos(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
    }

    /** The event id of the message at a position of the day's log: no two days share one. */
    long eventIdOf(long position) {
        return date.toEpochDay() * 10_000_000_000L + position;
    }

    /** Sets what should differ from the usual market. */
    public static final class Builder {
        private long seed = 1;
        private String exchange = "NSE";
        private String series = "EQ";
        private LocalDate date = LocalDate.of(2025, 6, 18);
        private ZoneId zone = ZoneId.of("Asia/Kolkata");
        private LocalTime open = LocalTime.of(9, 15);
        private LocalTime close = LocalTime.of(15, 30);
        private int symbols = 2000;
        private double zipfExponent = 1.0;
        private double uShape = 4.0;
        private long ticks = 1_000_000;
        private double outsideSession = 0.001;
        private double disorderRate = 0.05;
        private Duration maxDisorder = Duration.ofSeconds(2);
        private double duplicateRate = 0.01;
        private Duration maxDuplicateDelay = Duration.ofSeconds(5);
        private double correctionRate = 0.005;
        private double cancellationRate = 0.002;
        private Duration maxAmendmentDelay = Duration.ofSeconds(30);
        private double lateRate = 0.0005;
        private Duration lateBy = Duration.ofHours(24);
        private double malformedRate = 0.0005;

        private Builder() {}

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder exchange(String exchange) {
            this.exchange = exchange;
            return this;
        }

        public Builder series(String series) {
            this.series = series;
            return this;
        }

        public Builder date(LocalDate date) {
            this.date = date;
            return this;
        }

        public Builder zone(ZoneId zone) {
            this.zone = zone;
            return this;
        }

        public Builder open(LocalTime open) {
            this.open = open;
            return this;
        }

        public Builder close(LocalTime close) {
            this.close = close;
            return this;
        }

        public Builder symbols(int symbols) {
            this.symbols = symbols;
            return this;
        }

        public Builder zipfExponent(double zipfExponent) {
            this.zipfExponent = zipfExponent;
            return this;
        }

        public Builder uShape(double uShape) {
            this.uShape = uShape;
            return this;
        }

        public Builder ticks(long ticks) {
            this.ticks = ticks;
            return this;
        }

        public Builder outsideSession(double outsideSession) {
            this.outsideSession = outsideSession;
            return this;
        }

        public Builder disorderRate(double disorderRate) {
            this.disorderRate = disorderRate;
            return this;
        }

        public Builder maxDisorder(Duration maxDisorder) {
            this.maxDisorder = maxDisorder;
            return this;
        }

        public Builder duplicateRate(double duplicateRate) {
            this.duplicateRate = duplicateRate;
            return this;
        }

        public Builder maxDuplicateDelay(Duration maxDuplicateDelay) {
            this.maxDuplicateDelay = maxDuplicateDelay;
            return this;
        }

        public Builder correctionRate(double correctionRate) {
            this.correctionRate = correctionRate;
            return this;
        }

        public Builder cancellationRate(double cancellationRate) {
            this.cancellationRate = cancellationRate;
            return this;
        }

        public Builder maxAmendmentDelay(Duration maxAmendmentDelay) {
            this.maxAmendmentDelay = maxAmendmentDelay;
            return this;
        }

        public Builder lateRate(double lateRate) {
            this.lateRate = lateRate;
            return this;
        }

        public Builder lateBy(Duration lateBy) {
            this.lateBy = lateBy;
            return this;
        }

        public Builder malformedRate(double malformedRate) {
            this.malformedRate = malformedRate;
            return this;
        }

        /**
         * @throws IllegalArgumentException if there can be no such market; it names all reasons
         */
        public MarketSpec build() {
            return new MarketSpec(
                    seed,
                    exchange,
                    series,
                    date,
                    zone,
                    open,
                    close,
                    symbols,
                    zipfExponent,
                    uShape,
                    ticks,
                    outsideSession,
                    disorderRate,
                    maxDisorder,
                    duplicateRate,
                    maxDuplicateDelay,
                    correctionRate,
                    cancellationRate,
                    maxAmendmentDelay,
                    lateRate,
                    lateBy,
                    malformedRate);
        }
    }
}
