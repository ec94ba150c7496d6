package io.champion.runtime.exactlyonce;

import io.champion.lake.CommitStep;
import io.champion.local.FaultProxy;
import io.champion.local.faults.FaultStage;
import io.champion.runtime.exactlyonce.FaultPoints.Effect;
import io.champion.warehouse.ProtocolStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Faults that befall a bounded run: at two steps tasks fail or task managers die, and at some
 * request something else goes wrong.
 */
final class ReplacingSchedule extends FaultSchedule {
    /** All are reached by every run. */
    static final List<Enum<?>> STEPS =
            List.of(
                    ProtocolStep.AFTER_SEAL,
                    ProtocolStep.AFTER_LOCK,
                    ProtocolStep.AFTER_STAGED,
                    ProtocolStep.AFTER_COPIED,
                    ProtocolStep.AFTER_VERIFIED,
                    ProtocolStep.AFTER_SWAP,
                    ProtocolStep.AFTER_REPLACED,
                    CommitStep.FILES_VISIBLE,
                    CommitStep.STAGED,
                    CommitStep.OLD_MOVED,
                    CommitStep.SWAPPED,
                    CommitStep.DONE);

    /** Every run sends that many requests. */
    private static final int LATEST_REQUEST = 40;

    private static final int STEP_FAULTS = 1;

    private final Map<Enum<?>, Effect> steps = new LinkedHashMap<>();
    private final String name;
    private final Requests requests;

    /** What goes wrong with the requests of the run. */
    @FunctionalInterface
    private interface Requests {
        FaultProxy.Plan on(Stage stage);
    }

    ReplacingSchedule(long seed) {
        super(seed);
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        List<Enum<?>> shuffled = new ArrayList<>(STEPS);
        Collections.shuffle(shuffled, random);
        shuffled.subList(0, STEP_FAULTS)
                .forEach(step -> steps.put(step, random.nextBoolean() ? Effect.FAIL : Effect.HALT));
        int request = 1 + random.nextInt(LATEST_REQUEST);
        int count = 1 + random.nextInt(3);
        switch (random.nextInt(5)) {
            case 0 -> {
                int which = random.nextInt(2);
                name = "task manager " + which + " is killed at request " + request;
                requests = stage -> stage.processes().taskManagerDies(which, request);
            }
            case 1 -> {
                name = "the job manager is killed at request " + request;
                requests = stage -> stage.processes().jobManagerDies(request);
            }
            case 2 -> {
                name = "ClickHouse is killed at request " + request;
                requests = stage -> stage.processes().clickHouseDies(request);
            }
            case 3 -> {
                name = count + " responses to inserts are lost";
                requests = stage -> FaultStage.inserts(count, FaultProxy.Fault.dropResponse());
            }
            default -> {
                name = count + " inserts are cut off";
                requests = stage -> FaultStage.inserts(count, FaultProxy.Fault.resetMidway());
            }
        }
    }

    @Override
    void befall(Stage stage, Run run) throws Exception {
        stage.replace(run, steps, requests.on(stage));
    }

    @Override
    public String toString() {
        return "partitions are replaced; "
                + steps.entrySet().stream()
                        .map(
                                e ->
                                        (e.getValue() == Effect.HALT
                                                        ? "a task manager dies at "
                                                        : "a task fails at ")
                                                + e.getKey())
                        .collect(Collectors.joining(" and "))
                + ", and "
                + name;
    }
}
