package io.champion.ticks;

import static io.champion.local.faults.Until.until;

import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.FaultProxy;
import io.champion.local.LocalFlink;
import io.champion.local.market.MarketSpec;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouseConfig;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job, from a real Kafka into Kafka, lake and a real ClickHouse. */
final class TickStreamJobTest {
    private static final MarketSpec MARKET =
            MarketSpec.builder().ticks(100_000).symbols(200).seed(11).build();

    private static final MarketSpec SMALL =
            MarketSpec.builder()
                    .ticks(5_000)
                    .symbols(20)
                    .seed(12)
                    .lateRate(0.01)
                    .malformedRate(0.01)
                    .build();

    @TempDir Path home;

    @Test
    void everyOutputIsThatOfThePlainComputation() throws Exception {
        try (Processes processes = new Processes(MARKET)) {
            MarketRun run = processes.run;
            JobClient job = processes.start();
            String id = job.getJobID().toHexString();
            run.feed().produce(MARKET.ticks() / 4);
            run.awaitStart(processes.rest(), id);
            run.feed().finish();
            run.awaitEnd(processes.rest(), id);
            run.assertCounters(processes.rest(), id);
            run.awaitCommittedOffsets();
            processes.stop(job);
            run.assertOutputs();
            run.assertRollUp(false);
        }
    }

    /** The job waits in its commits to the warehouse until the brokers end what is still open. */
    @Test
    void noBarIsLostWhileClickHouseIsAwayForLongerThanATransactionMayLast() throws Exception {
        try (Processes processes = new Processes(SMALL)) {
            MarketRun run = processes.run;
            JobClient job =
                    processes.start(
                            "kafka.transaction-timeout=60 s",
                            "execution.checkpointing.interval=1 h");
            String id = job.getJobID().toHexString();
            run.feed().produce(SMALL.ticks() / 4);
            run.awaitStart(processes.rest(), id);
            run.feed().finish();
            run.awaitEnd(processes.rest(), id);
            processes.proxy.plan(request -> FaultProxy.Fault.reset());
            run.checkpoint(processes.rest(), id);
            until("the job misses ClickHouse", () -> processes.proxy.faults() > 0);
            run.awaitNoTransaction();
            processes.proxy.plan(request -> null);
            run.awaitCommittedOffsets();
            processes.stop(job);
            run.assertOutputs();
            run.assertTransactionalIds();
        }
    }

    /** What the job needs, in processes of their own, and a cluster in this one. */
    private final class Processes implements AutoCloseable {
        final EmbeddedKafka kafka;
        final EmbeddedClickHouse engine;
        final FaultProxy proxy;
        final MarketRun run;
        final LocalFlink cluster;

        Processes(MarketSpec market) throws Exception {
            kafka = EmbeddedKafka.start(home.resolve("kafka"));
            engine = EmbeddedClickHouse.start(home.resolve("engine"));
            proxy = FaultProxy.start(engine.url());
            run =
                    new MarketRun(
                            home,
                            market,
                            kafka,
                            ClickHouseConfig.of(engine.url()).withDatabase("market"));
            Configuration flink = new Configuration();
            flink.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(100));
            cluster = LocalFlink.start(home.resolve("flink"), flink);
        }

        URI rest() throws Exception {
            return cluster.restAddress();
        }

        JobClient start(String... options) throws Exception {
            JobConfig config = run.config(proxy.url(), options);
            StreamExecutionEnvironment env = cluster.environment();
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            TickStreamJob.build(env, config);
            return env.executeAsync();
        }

        void stop(JobClient job) throws Exception {
            job.stopWithSavepoint(
                            false, run.savepoints().toUri().toString(), SavepointFormatType.NATIVE)
                    .get();
        }

        @Override
        public void close() throws Exception {
            try (kafka;
                    engine;
                    proxy;
                    run;
                    cluster) {
                // Nothing else.
            }
        }
    }
}
