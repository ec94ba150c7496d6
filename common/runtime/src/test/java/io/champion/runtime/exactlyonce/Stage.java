package io.champion.runtime.exactlyonce;

import static io.champion.local.faults.Until.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.local.FaultProxy;
import io.champion.local.faults.FaultStage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.JobStatus;

/** Lets {@link ExactlyOnceJob} run in real processes that break. */
final class Stage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Path folder;
    private final FaultStage processes;

    private Stage(Path folder, FaultStage processes) {
        this.folder = folder;
        this.processes = processes;
    }

    static Stage set(Path folder) throws IOException {
        return new Stage(folder, FaultStage.set(folder));
    }

    FaultStage processes() {
        return processes;
    }

    Run prepare(String name) throws Exception {
        return Run.prepare(folder, name, processes.warehouse(), processes.warehouseWithoutFaults());
    }

    /**
     * Starts the unbounded job.
     *
     * @param savepoint where to start from, or null
     * @return the job's id
     */
    String submit(Run run, int parallelism, String savepoint) throws Exception {
        return processes.submit(
                env -> ExactlyOnceJob.append(env, run.options().withParallelism(parallelism)),
                savepoint);
    }

    /** Stops the job with a savepoint, and starts it from there. */
    String rescale(Run run, String job, int parallelism) throws Exception {
        String savepoint = processes.stopWithSavepoint(job, run.options().savepoints());
        return submit(run, parallelism, savepoint);
    }

    /**
     * Lets a bounded run replace what an earlier one has written, while others read it, and asserts
     * that they never saw anything between old and new, and that the new is right.
     *
     * @param steps steps at which the run breaks
     * @param requests what befalls its requests
     */
    void replace(Run run, Map<Enum<?>, FaultPoints.Effect> steps, FaultProxy.Plan requests)
            throws Exception {
        processes.awaitEnd(processes.submit(run::writeEarlier, null));
        run.assertEarlier();
        FaultProxy proxy = processes.proxy();
        int before = proxy.faults();
        try (Onlooker onlooker = run.watch()) {
            run.faults().arm(steps);
            proxy.plan(requests);
            processes.awaitEnd(processes.submit(run::replace, null));
            proxy.plan(request -> null);
            onlooker.assertNothingBetween();
        }
        assertThat(steps.keySet()).as("steps that were reached").allMatch(run.faults()::struck);
        assertThat(proxy.faults()).as("requests that met a fault").isGreaterThan(before);
        run.assertReplaced();
    }

    /** Lets the task fail that is the first to reach the step. */
    void failTask(Run run, Enum<?> step) throws Exception {
        FaultPoints faults = run.faults();
        faults.arm(step, FaultPoints.Effect.FAIL);
        until("a task fails at " + step, () -> faults.struck(step));
    }

    /** Lets the task manager die that is the first to reach the step, and starts another. */
    void haltTaskManager(Run run, Enum<?> step) throws Exception {
        run.faults().arm(step, FaultPoints.Effect.HALT);
        until("a task manager dies at " + step, processes::replaceTaskManagers);
    }

    /** Waits until the job writes. */
    void awaitProgress(Run run) throws Exception {
        long before = run.written();
        until("the job writes", () -> run.written() > before);
    }

    /** Lets the job come to its end, and asserts that it wrote each row once. */
    void finish(Run run, String job) throws Exception {
        run.release();
        processes.cluster().awaitStatus(job, JobStatus.FINISHED, PATIENCE);
        run.assertEachRowOnce();
    }

    @Override
    public void close() throws IOException {
        processes.close();
    }
}
