package io.champion.ticks;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.EmbeddedKafka;
import io.champion.local.faults.FaultStage;
import io.champion.local.market.MarketSpec;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.runtime.JobEnvironment.Boundedness;
import io.champion.warehouse.ClickHouse;
import io.champion.warehouse.ClickHouseConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that the job hangs on is killed under it, in real processes and while ticks come, and
 * its outputs are those of the plain computation all the same.
 */
final class TickStreamFaultsTest {
    /** The seed of market and faults. */
    private static final String SEED = "champion.proof.seed";

    /** How many ticks the soak has. */
    private static final String TICKS = "champion.proof.ticks";

    /** How many of them come in a second, while things break. */
    private static final String RATE = "champion.proof.rate";

    /** What comes before the first fault. */
    private static final int BEFORE = 10_000;

    @TempDir Path home;

    private final List<MarketFaults.Fault> befallen = new ArrayList<>();

    private ClickHouseConfig warehouse;

    /** A round of faults, each kind once. */
    @Test
    void everyOutputIsRightAfterFaultsOfEveryKind() throws Exception {
        long seed = Long.getLong(SEED, 1);
        MarketSpec market = MarketSpec.builder().ticks(100_000).symbols(200).seed(seed).build();
        // Slowly, so that the market outlasts the faults on a busy machine, too.
        play(market, 300, "500 ms", feed -> false);
        assertThat(befallen)
                .extracting(MarketFaults.Fault::kind)
                .containsExactlyInAnyOrder(MarketFaults.Kind.values());
    }

    /** Rounds of faults, until the market is over. */
    @Test
    @Tag("soak")
    void everyOutputOfManyTicksIsRight() throws Exception {
        long seed = Long.getLong(SEED, 1);
        MarketSpec market =
                MarketSpec.builder().ticks(Long.getLong(TICKS, 10_000_000)).seed(seed).build();
        play(market, Integer.getInteger(RATE, 12_000), "2 s", MarketFeed::isRunning);
    }

    /**
     * @param rate messages a second
     * @param more whether there is to be one more fault when the round is over
     */
    private void play(MarketSpec market, int rate, String checkpoints, Predicate<MarketFeed> more)
            throws Exception {
        try {
            befall(market, rate, checkpoints, more);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "With -D"
                            + SEED
                            + "="
                            + market.seed()
                            + ", after "
                            + befallen
                            + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private void befall(MarketSpec market, int rate, String checkpoints, Predicate<MarketFeed> more)
            throws Exception {
        try (FaultStage stage = FaultStage.set(home.resolve("stage"));
                EmbeddedKafka kafka = EmbeddedKafka.start(home.resolve("kafka"))) {
            warehouse = ClickHouseConfig.of(stage.warehouseWithoutFaults()).withDatabase("market");
            try (MarketRun run = new MarketRun(home, market, kafka, warehouse)) {
                JobConfig config =
                        run.config(
                                stage.warehouse(),
                                "tracking.interval=10 s",
                                "execution.checkpointing.interval=" + checkpoints);
                // A task manager that loses its neighbour may end with it, by Flink's own rules.
                run.upkeep(stage::replaceTaskManagers);
                String job = submit(stage, config, 1, null);
                run.feed().produce(BEFORE);
                run.awaitStart(stage.cluster().restAddress(), job);
                run.feed().start(rate);
                MarketFaults faults = new MarketFaults(market.seed());
                do {
                    awaitProgress(stage);
                    MarketFaults.Fault fault = faults.next();
                    befallen.add(fault);
                    switch (fault.kind()) {
                        case RESCALED_UP -> job = rescale(stage, run, config, job, 2);
                        case RESCALED_DOWN -> job = rescale(stage, run, config, job, 1);
                        default -> fault.befall(stage, kafka);
                    }
                } while (!faults.isRoundOver() || more.test(run.feed()));
                awaitProgress(stage);
                run.feed().finish();
                run.awaitEnd(stage.cluster().restAddress(), job);
                run.assertCountersAddUp(stage.cluster().restAddress(), job);
                run.awaitCommittedOffsets();
                stage.stopWithSavepoint(job, run.savepoints());
                run.assertOutputs();
                assertThat(run.assertIntervals(config)).isGreaterThan(1);
                long lacking = run.assertRollUp(true);
                System.out.printf(
                        "Seed %d: %s%n%s%nMinutes that the roll-up lacked: %d%n",
                        market.seed(), befallen, run, lacking);
            }
        }
    }

    private static String submit(
            FaultStage stage, JobConfig config, int parallelism, String savepoint)
            throws Exception {
        return stage.submit(
                env -> {
                    JobEnvironment.configure(env, config, Boundedness.UNBOUNDED);
                    env.setParallelism(parallelism);
                    TickStreamJob.build(env, config);
                },
                savepoint);
    }

    private static String rescale(
            FaultStage stage, MarketRun run, JobConfig config, String job, int parallelism)
            throws Exception {
        return submit(stage, config, parallelism, stage.stopWithSavepoint(job, run.savepoints()));
    }

    /** Waits until rows of one more checkpoint are in the warehouse. */
    private void awaitProgress(FaultStage stage) throws Exception {
        try (ClickHouse clickHouse = ClickHouse.connect(warehouse)) {
            String written =
                    "SELECT countIf(state = 'written') FROM "
                            + clickHouse.table("champion_commits");
            long before = clickHouse.queryLong(written);
            until(
                    "the job writes",
                    () -> {
                        // One that loses its neighbour may end with it, by Flink's own rules.
                        stage.replaceTaskManagers();
                        return clickHouse.queryLong(written) > before;
                    });
        }
    }
}
