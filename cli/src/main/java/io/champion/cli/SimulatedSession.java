package io.champion.cli;

import io.champion.local.market.Fault;
import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.BooleanSupplier;

/** A session of the simulated market on its way to Kafka, and what its messages are like. */
final class SimulatedSession {

    private final MarketSpec market;
    private final long[] faults = new long[Fault.values().length];

    SimulatedSession(MarketSpec market) {
        this.market = market;
    }

    /**
     * Sends all messages, from the first to the last.
     *
     * @param stop asked before each message
     * @return how many and how fast
     */
    String send(TickPublisher publisher, Pace pace, BooleanSupplier stop) {
        MarketSimulator messages = new MarketSimulator(market);
        for (long number = 0; messages.hasNext() && !stop.getAsBoolean(); number++) {
            SimulatedMessage message = messages.next();
            publisher.publish(
                    message.key(),
                    message.value(),
                    pace.due(number, message.eventTime()),
                    () -> clock(message.eventTime()));
            faults[message.fault().ordinal()]++;
        }
        return publisher.finish();
    }

    private String clock(long eventTime) {
        return Instant.ofEpochSecond(0, eventTime)
                        .atZone(market.zone())
                        .toLocalTime()
                        .truncatedTo(ChronoUnit.SECONDS)
                + " at the exchange";
    }

    /** Messages that were sent and are to be accepted. */
    long good() {
        return faults[Fault.NONE.ordinal()];
    }

    /** Messages that were sent a second time. */
    long duplicates() {
        return faults[Fault.DUPLICATE.ordinal()];
    }

    /** Messages that were sent after their time. */
    long late() {
        return faults[Fault.LATE.ordinal()];
    }

    /** Messages that were sent and are to be rejected. */
    long malformed() {
        long malformed = 0;
        for (Fault fault : Fault.values()) {
            malformed += fault.isMalformed() ? faults[fault.ordinal()] : 0;
        }
        return malformed;
    }
}
