package io.champion.ticks;

import io.champion.local.EmbeddedClickHouse;
import io.champion.local.EmbeddedKafka;
import io.champion.local.LocalFlink;
import io.champion.local.market.MarketSpec;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouseConfig;
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

    @TempDir Path home;

    @Test
    void everyOutputIsThatOfThePlainComputation() throws Exception {
        Configuration flink = new Configuration();
        flink.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofMillis(100));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"));
                EmbeddedClickHouse engine = EmbeddedClickHouse.start(home.resolve("engine"));
                MarketRun run =
                        new MarketRun(
                                home,
                                MARKET,
                                kafka,
                                ClickHouseConfig.of(engine.url()).withDatabase("market"));
                LocalFlink cluster = LocalFlink.start(home.resolve("flink"), flink)) {
            JobConfig config = run.config(engine.url());
            StreamExecutionEnvironment env = cluster.environment();
            JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
            TickStreamJob.build(env, config);
            JobClient job = env.executeAsync();
            String id = job.getJobID().toHexString();
            run.feed().produce(MARKET.ticks() / 4);
            run.awaitStart(cluster.restAddress(), id);
            run.feed().finish();
            run.awaitEnd(cluster.restAddress(), id);
            run.assertCounters(cluster.restAddress(), id);
            run.awaitCommittedOffsets();
            job.stopWithSavepoint(
                            false, run.savepoints().toUri().toString(), SavepointFormatType.NATIVE)
                    .get();
            run.assertOutputs();
            run.assertRollUp(false);
        }
    }
}
