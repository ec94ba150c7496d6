package io.champion.ticks;

import io.champion.local.market.MarketSimulator;
import io.champion.local.market.MarketSpec;
import io.champion.local.market.SimulatedMessage;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.datagen.source.GeneratorFunction;

/** The messages of a simulated market by their numbers, which are asked for in their order. */
final class SimulatedTicks implements GeneratorFunction<Long, TickMessage> {
    private static final long serialVersionUID = 1L;

    private final MarketSpec spec;
    private transient MarketSimulator market;
    private transient long next;

    SimulatedTicks(MarketSpec spec) {
        this.spec = spec;
    }

    static long count(MarketSpec spec) {
        long count = 0;
        for (MarketSimulator market = new MarketSimulator(spec); market.hasNext(); count++) {
            market.next();
        }
        return count;
    }

    @Override
    public TickMessage map(Long number) {
        if (market == null || number < next) {
            market = new MarketSimulator(spec);
            next = 0;
        }
        SimulatedMessage message;
        do {
            message = market.next();
        } while (next++ < number);
        TickMessage tick =
                new TickMessage(
                        0,
                        number,
                        message.eventTime() / 1_000_000,
                        message.key(),
                        message.value(),
                        new String(message.key(), StandardCharsets.UTF_8));
        tick.eventMillis =
                message.fault().isMalformed()
                        ? TickMessage.NO_TIME
                        : message.eventTime() / 1_000_000;
        return tick;
    }
}
