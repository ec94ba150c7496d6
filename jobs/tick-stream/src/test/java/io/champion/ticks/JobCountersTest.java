package io.champion.ticks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobCountersTest {
    private static final JobID JOB = new JobID(1, 2);

    private final MetricGroup metrics = new UnregisteredMetricsGroup();
    private OperatorStateBackend store;

    @BeforeEach
    void open() throws Exception {
        store =
                new DefaultOperatorStateBackendBuilder(
                                getClass().getClassLoader(),
                                new ExecutionConfig(),
                                false,
                                List.of(),
                                new CloseableRegistry())
                        .build();
    }

    @AfterEach
    void close() {
        store.dispose();
    }

    @Test
    void aRestartGoesOnFromWhatTheCheckpointHadCounted() throws Exception {
        JobCounters before = new JobCounters(store, JOB, metrics);
        before.counter("ticks").inc(7);
        before.counter("reason", "price", "ticksRejected").inc(2);
        before.snapshot();
        before.counter("ticks").inc(100);

        JobCounters after = new JobCounters(store, JOB, metrics);
        assertThat(after.counter("ticks").getCount()).isEqualTo(7);
        assertThat(after.values("ticksRejected")).containsExactly("price");
        assertThat(after.counter("reason", "price", "ticksRejected").getCount()).isEqualTo(2);
        assertThat(after.counter("reason", "size", "ticksRejected").getCount()).isZero();
        after.counter("ticks").inc();
        after.snapshot();
        assertThat(new JobCounters(store, JOB, metrics).counter("ticks").getCount()).isEqualTo(8);
    }

    @Test
    void anotherJobBeginsAnew() throws Exception {
        JobCounters before = new JobCounters(store, JOB, metrics);
        before.counter("ticks").inc(7);
        before.snapshot();
        JobCounters other = new JobCounters(store, new JobID(3, 4), metrics);
        assertThat(other.counter("ticks").getCount()).isZero();
        assertThat(other.values("ticks")).isEmpty();
    }
}
