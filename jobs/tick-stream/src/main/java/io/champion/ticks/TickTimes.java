package io.champion.ticks;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;

/** Watermarks of a topic. */
final class TickTimes {
    private TickTimes() {}

    private static final String ALIGNMENT_GROUP = "ticks";

    /**
     * How often partitions learn how far they may be read. Between two updates event time advances
     * by the drift at most: this, not the machine, would be the speed of a job that catches up.
     */
    private static final Duration ALIGNMENT_UPDATE = Duration.ofMillis(100);

    /**
     * Watermarks from the event times of the ticks; what is no tick moves none.
     *
     * @param outOfOrderness how much later than its successors a tick may come
     * @param idleness after how much silence a partition is not waited for; zero for never
     * @param maxDrift how far ahead of the slowest a partition is read; zero for any
     */
    static WatermarkStrategy<TickMessage> strategy(
            Duration outOfOrderness, Duration idleness, Duration maxDrift) {
        WatermarkStrategy<TickMessage> strategy =
                withTimes(WatermarkStrategy.forBoundedOutOfOrderness(outOfOrderness));
        if (!idleness.isZero()) {
            strategy = strategy.withIdleness(idleness);
        }
        if (!maxDrift.isZero()) {
            strategy = strategy.withWatermarkAlignment(ALIGNMENT_GROUP, maxDrift, ALIGNMENT_UPDATE);
        }
        return strategy;
    }

    static WatermarkStrategy<TickMessage> withTimes(WatermarkStrategy<TickMessage> strategy) {
        return strategy.withTimestampAssigner((message, before) -> message.eventMillis);
    }
}
