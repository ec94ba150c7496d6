package io.champion.ticks;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
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
     * How far event time advances without a watermark. A topic that is read as fast as it can be
     * passes hours within Flink's interval: which of its ticks were late would be a matter of the
     * machine, and all bars of those hours would be held until then.
     */
    static final Duration STEP = Duration.ofMinutes(1);

    /**
     * Watermarks from the event times of the ticks; what is no tick moves none. They come with
     * Flink's interval, and with each {@link #STEP} of event time.
     *
     * @param outOfOrderness how much later than its successors a tick may come
     * @param idleness after how much silence a partition is not waited for; zero for never
     * @param maxDrift how far ahead of the slowest a partition is read; zero for any
     */
    static WatermarkStrategy<TickMessage> strategy(
            Duration outOfOrderness, Duration idleness, Duration maxDrift) {
        WatermarkStrategy<TickMessage> strategy =
                withTimes(WatermarkStrategy.forGenerator(context -> new Steps(outOfOrderness)));
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

    private static final class Steps implements WatermarkGenerator<TickMessage> {
        private final long delayMillis;
        private long maxMillis;
        private long toldMillis;

        Steps(Duration outOfOrderness) {
            // As Flink's own: a watermark is the time that is over, so one before the latest.
            delayMillis = outOfOrderness.toMillis() + 1;
            maxMillis = Long.MIN_VALUE + delayMillis;
            toldMillis = maxMillis;
        }

        @Override
        public void onEvent(TickMessage message, long eventMillis, WatermarkOutput output) {
            if (eventMillis > maxMillis) {
                maxMillis = eventMillis;
                if (maxMillis - STEP.toMillis() >= toldMillis) {
                    onPeriodicEmit(output);
                }
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            toldMillis = maxMillis;
            output.emitWatermark(new Watermark(maxMillis - delayMillis));
        }
    }
}
