package io.champion.runtime.exactlyonce;

import io.champion.lake.CommitStep;
import io.champion.local.FaultProxy;
import io.champion.warehouse.ProtocolStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Faults that befall an unbounded run, one after the other, each when the job has recovered from
 * the one before.
 */
final class AppendingSchedule extends FaultSchedule {
    private static final List<Enum<?>> STEPS =
            List.of(
                    ProtocolStep.AFTER_SEAL,
                    ProtocolStep.BEFORE_INSERT,
                    ProtocolStep.AFTER_INSERT_BEFORE_RESPONSE,
                    ProtocolStep.AFTER_RESPONSE_BEFORE_LEDGER,
                    ProtocolStep.AFTER_LEDGER,
                    CommitStep.FILES_VISIBLE,
                    CommitStep.DONE);

    private static final int LATEST_REQUEST = 20;

    /** Something that goes wrong. */
    private record Fault(String name, Action action) {}

    /** Lets it go wrong, and waits until it has. */
    @FunctionalInterface
    private interface Action {
        /** Returns the id of the job, which rescaling changes. */
        String befall(Stage stage, Run run, String job) throws Exception;
    }

    private final List<Fault> faults = new ArrayList<>();

    AppendingSchedule(long seed, int number) {
        super(seed);
        // Spread, because generators of neighbouring seeds begin alike.
        Random random = new Random(seed * 0x9E3779B97F4A7C15L);
        for (int i = 0; i < number; i++) {
            faults.add(fault(random));
        }
    }

    private static Fault fault(Random random) {
        int request = 1 + random.nextInt(LATEST_REQUEST);
        int count = 1 + random.nextInt(3);
        Enum<?> step = STEPS.get(random.nextInt(STEPS.size()));
        int kind = random.nextInt(100);
        if (kind < 35) {
            return fault("a task fails at " + step, (stage, run) -> stage.failTask(run, step));
        } else if (kind < 50) {
            return fault(
                    "a task manager dies at " + step,
                    (stage, run) -> stage.haltTaskManager(run, step));
        } else if (kind < 60) {
            int which = random.nextInt(2);
            return fault(
                    "task manager " + which + " is killed at request " + request,
                    (stage, run) -> stage.processes().killTaskManager(which, request));
        } else if (kind < 72) {
            return fault(
                    count + " responses to inserts are lost",
                    (stage, run) ->
                            stage.processes().breakInserts(count, FaultProxy.Fault.dropResponse()));
        } else if (kind < 82) {
            return fault(
                    count + " inserts are cut off",
                    (stage, run) ->
                            stage.processes().breakInserts(count, FaultProxy.Fault.resetMidway()));
        } else if (kind < 90) {
            return fault(
                    "ClickHouse is killed at request " + request,
                    (stage, run) -> stage.processes().killClickHouse(request, 2 + count));
        } else if (kind < 95) {
            return fault(
                    "the job manager is killed at request " + request,
                    (stage, run) -> stage.processes().killJobManager(request));
        }
        int parallelism = count;
        return new Fault(
                "the job is rescaled to " + parallelism,
                (stage, run, job) -> stage.rescale(run, job, parallelism));
    }

    @FunctionalInterface
    private interface SameJob {
        void befall(Stage stage, Run run) throws Exception;
    }

    private static Fault fault(String name, SameJob action) {
        return new Fault(
                name,
                (stage, run, job) -> {
                    action.befall(stage, run);
                    return job;
                });
    }

    @Override
    void befall(Stage stage, Run run) throws Exception {
        String job = stage.submit(run, 2, null);
        stage.awaitProgress(run);
        for (Fault fault : faults) {
            job = fault.action.befall(stage, run, job);
            stage.awaitProgress(run);
        }
        stage.finish(run, job);
    }

    @Override
    public String toString() {
        return faults.stream().map(Fault::name).collect(Collectors.joining(", then "));
    }
}
