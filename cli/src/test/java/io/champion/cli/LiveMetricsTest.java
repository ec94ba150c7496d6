package io.champion.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.LocalFlink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveMetricsTest {
    private static final int NUMBERS = 1_000;

    // The function runs in this JVM, but as a copy.
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    @TempDir Path home;

    @Test
    void whatAFailedAttemptCountedIsNotCountedTwice() throws Exception {
        Configuration settings = new Configuration();
        settings.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1);
        settings.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
        settings.set(PipelineOptions.AUTO_GENERATE_UIDS, true);
        LiveMetrics.reportAs("test", settings);
        try (LocalFlink flink = LocalFlink.start(home, settings)) {
            StreamExecutionEnvironment env = flink.environment();
            env.fromSequence(1, NUMBERS)
                    .map(new Counts(), Types.LONG)
                    .sinkTo(new DiscardingSink<>());
            env.execute("counts");
            assertThat(FAILED).isTrue();
            assertThat(LiveMetrics.of("test").sum("counts", "numbers")).isEqualTo(NUMBERS);
        }
    }

    /** Counts, and fails once in the middle. */
    private static final class Counts extends RichMapFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        private transient Counter numbers;

        @Override
        public void open(OpenContext context) {
            numbers = getRuntimeContext().getMetricGroup().counter("numbers");
        }

        @Override
        public Long map(Long number) {
            numbers.inc();
            if (number == NUMBERS / 4 && !FAILED.getAndSet(true)) {
                throw new IllegalStateException("once");
            }
            return number;
        }
    }
}
