package io.champion.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.CommitStep;
import io.champion.lake.ContractTypeInfo;
import io.champion.lake.LakeReader;
import io.champion.lake.LakeSink;
import io.champion.model.Dataset;
import io.champion.model.record.EquityOhlc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.GatedRateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.apache.flink.core.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lake on an S3-compatible server with its objects on a disk: through a server that loses power,
 * and a link that is cut and slow.
 */
@RequiresEngine
@Timeout(300)
final class S3ContainerIT {

    private static final int ROWS = 20_000;
    private static final int ROWS_PER_CHECKPOINT = 20;
    private static final LocalDate DAY = LocalDate.of(2025, 6, 16);
    private static final String LAKE = "s3://" + S3Container.BUCKET + "/lake";

    // The sink's listener and the source's limit run in this JVM, but as copies.
    private static final AtomicInteger COMMITS = new AtomicInteger();
    private static final AtomicBoolean UNLIMITED = new AtomicBoolean();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @TempDir private static Path folder;
    private static S3Container s3;

    @BeforeAll
    static void start() throws Exception {
        s3 = new S3Container();
        s3.start();
        Configuration configuration = new Configuration();
        Map.of(
                        "s3.endpoint", s3.endpoint(),
                        "s3.path.style.access", "true",
                        "s3.access-key", s3.accessKey(),
                        "s3.secret-key", s3.secretKey(),
                        // The job's restarts are what is tested here, not the client's patience.
                        "s3.attempts.maximum", "2",
                        "s3.retry.limit", "2",
                        "s3.retry.interval", "100ms",
                        // By itself it waits minutes for a server that died with a request.
                        "s3.connection.timeout", "10000")
                .forEach(configuration::setString);
        configuration.set(CoreOptions.TMP_DIRS, folder.toString());
        FileSystem.initialize(
                configuration,
                new DefaultPluginManager(
                        new DirectoryBasedPluginFinder(Path.of("target", "plugins")).findPlugins(),
                        CoreOptions.getPluginParentFirstLoaderPatterns(configuration)));
    }

    @AfterAll
    static void stop() {
        FileSystem.initialize(new Configuration(), null);
        s3.stop();
    }

    @Test
    void eachRowIsInTheLakeOnceThroughKillsCutsAndASlowLink() throws Exception {
        JobClient job = write().executeAsync("write");
        awaitMoreCommits(job);
        s3.kill();
        s3.startAgain();
        awaitMoreCommits(job);

        s3.link().cut();
        await(() -> s3.link().refused() > 0, "nobody misses the link");
        s3.link().mend();
        awaitMoreCommits(job);

        s3.link().slow(Duration.ofMillis(20));
        awaitMoreCommits(job);
        s3.link().slow(Duration.ZERO);
        assertThat(job.getJobStatus().get().isTerminalState())
                .as("all of it happened while the job ran")
                .isFalse();
        UNLIMITED.set(true);
        job.getJobExecutionResult().get();

        assertThat(rows())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, ROWS).mapToObj(i -> row(i).getEventId()).toList());
    }

    private static void awaitMoreCommits(JobClient job) throws Exception {
        int before = COMMITS.get();
        await(() -> COMMITS.get() > before + 1, "the job " + job.getJobID() + " stands still");
    }

    private static void await(Supplier<Boolean> condition, String otherwise) throws Exception {
        CommonTestUtils.waitUtil(
                condition, Duration.ofSeconds(90), Duration.ofMillis(20), otherwise);
    }

    /** So many rows a checkpoint, until the test has seen what it wants to see. */
    private static final class LimitedForATime<S extends SourceSplit> implements RateLimiter<S> {
        private final GatedRateLimiter<S> gate = new GatedRateLimiter<>(ROWS_PER_CHECKPOINT);

        @Override
        public CompletionStage<Void> acquire(int rows) {
            return UNLIMITED.get() ? CompletableFuture.completedFuture(null) : gate.acquire(rows);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            gate.notifyCheckpointComplete(checkpointId);
        }
    }

    private static StreamExecutionEnvironment write() {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1000);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(1);
        env.fromSource(
                        new DataGeneratorSource<SpecificRecordBase>(
                                S3ContainerIT::row,
                                ROWS,
                                readers -> new LimitedForATime<>(),
                                ContractTypeInfo.INSTANCE),
                        WatermarkStrategy.noWatermarks(),
                        "rows")
                .uid("rows")
                .sinkTo(
                        LakeSink.builder(new org.apache.flink.core.fs.Path(LAKE))
                                .uid("test")
                                .listener(
                                        step -> {
                                            if (step == CommitStep.DONE) {
                                                COMMITS.incrementAndGet();
                                            }
                                        })
                                .build())
                .name("lake")
                .uid("lake");
        return env;
    }

    private static List<String> rows() {
        List<String> rows = new ArrayList<>();
        try (var all =
                new LakeReader(new org.apache.flink.core.fs.Path(LAKE))
                        .read(Dataset.of("normalized.equity_ohlc").partitionOf(DAY))) {
            all.forEachRemaining(row -> rows.add(((EquityOhlc) row).getEventId()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private static EquityOhlc row(long number) {
        String symbol = "SYM" + number;
        return EquityOhlc.newBuilder()
                .setEventId("NSE:" + symbol + ":EQ:" + DAY)
                .setEventTime(DAY.atStartOfDay(ZoneOffset.UTC).toInstant())
                .setIngestTime(Instant.parse("2025-06-20T13:00:00Z"))
                .setSource("nse_udiff_cm")
                .setEntityId("NSE:" + symbol + ":EQ")
                .setInstrumentId("NSE:" + symbol + ":EQ")
                .setSymbol(symbol)
                .setExchange("NSE")
                .setSeries("EQ")
                .setTradeDate(DAY)
                .setClose(100 + number * 0.05)
                .setVolume(number)
                .setTurnover(100.0 * number)
                .setIsTradingDay(true)
                .build();
    }
}
