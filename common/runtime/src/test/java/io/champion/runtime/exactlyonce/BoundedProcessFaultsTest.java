package io.champion.runtime.exactlyonce;

import io.champion.lake.CommitStep;
import io.champion.local.FaultProxy.Fault;
import io.champion.local.faults.FaultStage;
import io.champion.runtime.exactlyonce.FaultPoints.Effect;
import io.champion.warehouse.ProtocolStep;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Real processes die under a bounded run, and every row is written once all the same. */
class BoundedProcessFaultsTest extends OnStage {
    @Test
    void aTaskManagerDiesBetweenTheSwapsOfABoundedRun() throws Exception {
        stage.replace(
                stage.prepare("swaps"),
                Map.of(ProtocolStep.AFTER_SWAP, Effect.HALT, CommitStep.OLD_MOVED, Effect.HALT),
                FaultStage.inserts(2, Fault.dropResponse()));
    }

    @Test
    void theJobManagerIsKilledInABoundedRun() throws Exception {
        stage.replace(
                stage.prepare("bounded_job_manager"),
                Map.of(),
                stage.processes().jobManagerDies(30));
    }

    @Test
    void clickHouseIsKilledInABoundedRun() throws Exception {
        stage.replace(
                stage.prepare("bounded_outage"), Map.of(), stage.processes().clickHouseDies(25));
    }
}
