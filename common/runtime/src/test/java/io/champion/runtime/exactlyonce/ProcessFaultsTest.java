package io.champion.runtime.exactlyonce;

import io.champion.local.FaultProxy.Fault;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Real processes die under an unbounded run, and every row is written once all the same. */
class ProcessFaultsTest extends OnStage {
    @Test
    void taskManagersAndTheJobManagerAreKilledAndTheJobIsRescaled() throws Exception {
        Run run = stage.prepare("processes");
        String job = stage.submit(run, 2, null);
        Random random = new Random(1);
        for (int kill = 0; kill < 3; kill++) {
            stage.awaitProgress(run);
            stage.processes().killTaskManager(kill % 2, 1 + random.nextInt(10));
        }
        stage.awaitProgress(run);
        stage.processes().killJobManager(3);
        for (int parallelism : new int[] {3, 2}) {
            stage.awaitProgress(run);
            job = stage.rescale(run, job, parallelism);
        }
        stage.awaitProgress(run);
        stage.finish(run, job);
    }

    @Test
    void clickHouseIsDownForLongerThanTheTokenWindowAndResponsesAreLost() throws Exception {
        Run run = stage.prepare("warehouse");
        String job = stage.submit(run, 2, null);
        stage.awaitProgress(run);
        stage.processes().killClickHouse(2, 6);
        stage.awaitProgress(run);
        stage.processes().breakInserts(3, Fault.dropResponse());
        stage.awaitProgress(run);
        stage.processes().breakInserts(3, Fault.resetMidway());
        stage.awaitProgress(run);
        stage.finish(run, job);
    }
}
