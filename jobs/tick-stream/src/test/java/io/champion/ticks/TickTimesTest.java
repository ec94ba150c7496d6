package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.junit.jupiter.api.Test;

class TickTimesTest {
    private static final long START = 1_700_000_000_000L;

    private final List<Long> told = new ArrayList<>();
    private final WatermarkOutput output =
            new WatermarkOutput() {
                @Override
                public void emitWatermark(Watermark watermark) {
                    told.add(watermark.getTimestamp());
                }

                @Override
                public void markIdle() {
                    throw new IllegalStateException("Nothing is idle here.");
                }

                @Override
                public void markActive() {}
            };
    private final WatermarkGenerator<TickMessage> generator =
            TickTimes.strategy(Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO)
                    .createWatermarkGenerator(null);

    @Test
    void eventTimeThatPassesTellsOfItWithoutAClock() {
        for (int second = 0; second < 600; second++) {
            generator.onEvent(null, START + second * 1_000L, output);
        }
        assertThat(told).hasSize(10).first().isEqualTo(START - 5_001);
        assertThat(told).last().isEqualTo(START + 540_000 - 5_001);
        generator.onPeriodicEmit(output);
        assertThat(told).last().isEqualTo(START + 599_000 - 5_001);
    }

    @Test
    void aTickOutOfOrderAndWhatIsNoTickTellNothing() {
        generator.onEvent(null, START, output);
        generator.onEvent(null, START - 3_600_000, output);
        generator.onEvent(null, TickMessage.NO_TIME, output);
        generator.onPeriodicEmit(output);
        assertThat(told).containsOnly(START - 5_001);
    }

    @Test
    void nothingIsSaidOfATopicWithoutTicks() {
        generator.onEvent(null, TickMessage.NO_TIME, output);
        generator.onPeriodicEmit(output);
        assertThat(told).containsOnly(Long.MIN_VALUE);
    }
}
