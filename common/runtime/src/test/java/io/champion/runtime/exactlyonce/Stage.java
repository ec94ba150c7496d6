package io.champion.runtime.exactlyonce;

import static io.champion.runtime.exactlyonce.Until.until;

import io.champion.local.EmbeddedClickHouse;
import io.champion.local.FaultProxy;
import io.champion.local.FaultProxy.Fault;
import io.champion.local.FaultProxy.Request;
import io.champion.local.ProcessCluster;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Everything that can break, as processes of their own: ClickHouse behind a proxy, and a Flink
 * cluster with two task managers of two slots each.
 */
final class Stage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** Flink's core is in the cluster; the rest of the class path goes with the job. */
    private static final Pattern OF_FLINK = Pattern.compile("flink-(?!avro|parquet|connector).*");

    private final Path folder;
    private final EmbeddedClickHouse engine;
    private final FaultProxy proxy;
    private final ProcessCluster cluster;
    private final List<Integer> taskManagers = new ArrayList<>(List.of(0, 1));

    private Stage(
            Path folder, EmbeddedClickHouse engine, FaultProxy proxy, ProcessCluster cluster) {
        this.folder = folder;
        this.engine = engine;
        this.proxy = proxy;
        this.cluster = cluster;
    }

    static Stage set(Path folder) throws IOException {
        EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("engine"));
        Configuration configuration = new Configuration();
        configuration.set(
                TaskManagerOptions.TASK_MANAGER_LOAD_BALANCE_MODE,
                TaskManagerOptions.TaskManagerLoadBalanceMode.SLOTS);
        return new Stage(
                folder,
                engine,
                FaultProxy.start(engine.url()),
                ProcessCluster.builder(folder.resolve("cluster"))
                        .taskManagers(2)
                        .slots(2)
                        .highAvailability()
                        .configuration(configuration)
                        .start());
    }

    Run prepare(String name) throws Exception {
        return Run.prepare(folder, name, proxy.url(), engine.url());
    }

    /**
     * Starts the job.
     *
     * @param savepoint where to start from, or null
     * @return the job's id
     */
    String submit(Run run, int parallelism, String savepoint) throws Exception {
        Configuration configuration = new Configuration();
        List<String> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.exists(path) && !OF_FLINK.matcher(path.getFileName().toString()).matches()) {
                classPath.add(path.toUri().toString());
            }
        }
        configuration.set(PipelineOptions.CLASSPATHS, classPath);
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        URI rest = cluster.restAddress();
        try (StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createRemoteEnvironment(
                        rest.getHost(), rest.getPort(), configuration)) {
            ExactlyOnceJob.build(env, run.options().withParallelism(parallelism));
            return env.executeAsync("exactly-once").getJobID().toHexString();
        }
    }

    String stopWithSavepoint(Run run, String job) throws IOException {
        // While a job restarts it takes no savepoint; a new checkpoint says that it has.
        cluster.awaitCheckpointAfter(job, cluster.lastCheckpoint(job).orElse(0L), PATIENCE);
        String savepoint = cluster.stopWithSavepoint(job, run.options().savepoints(), PATIENCE);
        cluster.awaitStatus(job, JobStatus.FINISHED, PATIENCE);
        return savepoint;
    }

    /**
     * Does something at the instant when ClickHouse has answered the job's so manieth request from
     * now, and the job does not know it yet.
     */
    void atRequest(int number, Runnable action) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        AtomicInteger left = new AtomicInteger(number);
        proxy.plan(
                request ->
                        left.decrementAndGet() == 0
                                ? Fault.afterAnswer(
                                        () -> {
                                            action.run();
                                            done.countDown();
                                        })
                                : null);
        if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The job did not send " + number + " requests.");
        }
        proxy.plan(request -> null);
    }

    /** Kills one of the two task managers at a request of the job's, and starts another. */
    void killTaskManager(int which, int request) throws Exception {
        int victim = taskManagers.remove(which);
        atRequest(request, () -> cluster.killTaskManager(victim));
        taskManagers.add(cluster.startTaskManager());
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
        until("a task manager dies at " + step, () -> taskManagers.stream().anyMatch(this::isDead));
        taskManagers.removeIf(this::isDead);
        taskManagers.add(cluster.startTaskManager());
    }

    private boolean isDead(int taskManager) {
        return !cluster.isTaskManagerAlive(taskManager);
    }

    /** Kills the job manager at a request of the job's, and starts another. */
    void killJobManager(int request) throws Exception {
        atRequest(request, cluster::killJobManager);
        cluster.startJobManager();
    }

    /** Kills ClickHouse at a request of the job's, and starts it when so many more have failed. */
    void killClickHouse(int request, int failed) throws Exception {
        atRequest(
                request,
                () -> {
                    try {
                        engine.kill();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        AtomicInteger requests = new AtomicInteger();
        proxy.plan(
                ignored -> {
                    requests.incrementAndGet();
                    return null;
                });
        until("the job misses ClickHouse", () -> requests.get() >= failed);
        engine.restart();
        proxy.plan(ignored -> null);
    }

    /** Lets a fault befall the job's next so many inserts of rows. */
    void breakInserts(int number, Fault fault) throws Exception {
        int before = proxy.faults();
        proxy.plan(FaultProxy.Plan.next(number, Stage::insertsRows, fault));
        until("inserts fail", () -> proxy.faults() >= before + number);
        proxy.plan(request -> null);
    }

    private static boolean insertsRows(Request request) {
        return request.target().contains("insert_deduplication_token");
    }

    /** Waits until the job writes. */
    void awaitProgress(Run run) throws Exception {
        long before = run.written();
        until("the job writes", () -> run.written() > before);
    }

    /** Lets the job come to its end, and asserts that it wrote each row once. */
    void finish(Run run, String job) throws Exception {
        run.release();
        cluster.awaitStatus(job, JobStatus.FINISHED, PATIENCE);
        run.assertEachRowOnce();
    }

    /** Clears the stage of a run that went wrong, for the next one. */
    void abandon(String job, Throwable failure) {
        proxy.plan(request -> null);
        try {
            if (job != null) {
                cluster.cancel(job);
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        proxy.close();
        engine.close();
    }
}
