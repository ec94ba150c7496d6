package io.champion.local.faults;

import static io.champion.local.faults.Until.until;

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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What can break under a job, as processes of their own: ClickHouse behind a proxy, and a highly
 * available Flink cluster with two task managers of two slots each. Jobs run with the class path of
 * this process.
 *
 * <p>Processes are killed by SIGKILL at the instant in which ClickHouse has answered the so manieth
 * request of the job and the job does not know it yet: so faults fall between the steps of a
 * commit, and not always at the same one.
 */
public final class FaultStage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** Flink's core is in the cluster; the rest of the class path goes with the job. */
    private static final Pattern OF_FLINK = Pattern.compile("flink-(?!avro|parquet|connector).*");

    /** Requests that fail before a ClickHouse that was killed is back. */
    private static final int OUTAGE = 4;

    /** How often a job is asked to stop that fails as it does. */
    private static final int STOPS = 3;

    private final EmbeddedClickHouse engine;
    private final FaultProxy proxy;
    private final ProcessCluster cluster;

    /** Also read by the proxy's threads. */
    private final List<Integer> taskManagers = new CopyOnWriteArrayList<>(List.of(0, 1));

    private final AtomicInteger requestsMissed = new AtomicInteger();

    /** The job that was submitted last. */
    private String running;

    private FaultStage(EmbeddedClickHouse engine, FaultProxy proxy, ProcessCluster cluster) {
        this.engine = engine;
        this.proxy = proxy;
        this.cluster = cluster;
    }

    /**
     * Starts all processes.
     *
     * @param folder of their data
     */
    public static FaultStage set(Path folder) throws IOException {
        EmbeddedClickHouse engine = EmbeddedClickHouse.start(folder.resolve("engine"));
        Configuration configuration = new Configuration();
        configuration.set(
                TaskManagerOptions.TASK_MANAGER_LOAD_BALANCE_MODE,
                TaskManagerOptions.TaskManagerLoadBalanceMode.SLOTS);
        return new FaultStage(
                engine,
                FaultProxy.start(engine.url()),
                ProcessCluster.builder(folder.resolve("cluster"))
                        .taskManagers(2)
                        .slots(2)
                        .highAvailability()
                        .configuration(configuration)
                        .start());
    }

    /** Address of ClickHouse for jobs. */
    public String warehouse() {
        return proxy.url();
    }

    /** Address of ClickHouse without faults, except that it may be dead. */
    public String warehouseWithoutFaults() {
        return engine.url();
    }

    public FaultProxy proxy() {
        return proxy;
    }

    public ProcessCluster cluster() {
        return cluster;
    }

    /**
     * Soon and without an end. A wait that grows with each failure, as jobs have it by themselves,
     * soon outlasts the patience of a test in which one fault follows the other.
     */
    private static final Configuration RESTARTS =
            new Configuration()
                    .set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
                    .set(
                            RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS,
                            Integer.MAX_VALUE)
                    .set(
                            RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY,
                            Duration.ofMillis(200));

    /** Builds a job. */
    @FunctionalInterface
    public interface Job {
        void build(StreamExecutionEnvironment env) throws IOException;
    }

    /**
     * Starts a job.
     *
     * @param savepoint where to start from, or null
     * @return the job's id
     */
    public String submit(Job job, String savepoint) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.CLASSPATHS, classPath());
        if (savepoint != null) {
            configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        URI rest = cluster.restAddress();
        try (StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createRemoteEnvironment(
                        rest.getHost(), rest.getPort(), configuration)) {
            job.build(env);
            env.configure(RESTARTS);
            running = env.executeAsync("exactly-once").getJobID().toHexString();
            return running;
        }
    }

    /** The class path of this process, without Flink itself: what jobs of a test need. */
    public static List<String> classPath() {
        List<String> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (Files.exists(path) && !OF_FLINK.matcher(path.getFileName().toString()).matches()) {
                classPath.add(path.toUri().toString());
            }
        }
        return classPath;
    }

    /** Waits for the end of a job, and starts again whatever dies meanwhile. */
    public void awaitEnd(String job) throws Exception {
        until(
                "the job ends",
                () -> {
                    revive();
                    JobStatus status = cluster.status(job).orElse(JobStatus.RUNNING);
                    if (status.isGloballyTerminalState() && status != JobStatus.FINISHED) {
                        throw new AssertionError(
                                "The job is " + status + ": " + cluster.failure(job));
                    }
                    return status == JobStatus.FINISHED;
                });
    }

    /**
     * Stops a job with a savepoint, as soon as it takes checkpoints. Where a fault of before makes
     * it fail as it stops, it goes on from its last checkpoint, and is stopped once more.
     *
     * @return where the savepoint is
     */
    public String stopWithSavepoint(String job, Path folder) throws Exception {
        for (int attempt = 1; ; attempt++) {
            // While a job restarts it takes no savepoint; a new checkpoint says that it has.
            long last = cluster.lastCheckpoint(job).orElse(0L);
            until(
                    "the job takes checkpoints",
                    () -> {
                        // One that loses its neighbour may end with it, by Flink's own rules.
                        replaceTaskManagers();
                        return cluster.lastCheckpoint(job).orElse(0L) > last;
                    });
            try {
                String savepoint = cluster.stopWithSavepoint(job, folder, PATIENCE);
                cluster.awaitStatus(job, JobStatus.FINISHED, PATIENCE);
                return savepoint;
            } catch (IOException e) {
                if (attempt == STOPS || !e.getMessage().contains("failed during stopping")) {
                    throw e;
                }
            }
        }
    }

    private void revive() throws IOException {
        replaceTaskManagers();
        if (!cluster.isJobManagerAlive()) {
            cluster.startJobManager();
        }
        if (!engine.isAlive() && requestsMissed.get() >= OUTAGE) {
            engine.restart();
        }
    }

    /**
     * Starts a task manager for each that is dead.
     *
     * @return whether one was
     */
    public boolean replaceTaskManagers() throws IOException {
        boolean replaced = false;
        for (int i = 0; i < taskManagers.size(); i++) {
            if (!cluster.isTaskManagerAlive(taskManagers.get(i))) {
                taskManagers.set(i, cluster.startTaskManager());
                replaced = true;
            }
        }
        return replaced;
    }

    /** Kills a task manager at a request of the job's. */
    public FaultProxy.Plan taskManagerDies(int which, int request) {
        return at(request, () -> cluster.killTaskManager(taskManagers.get(which)));
    }

    /** Kills the job manager at a request of the job's. */
    public FaultProxy.Plan jobManagerDies(int request) {
        return at(request, cluster::killJobManager);
    }

    /** Kills ClickHouse at a request of the job's; it is back after some more have failed. */
    public FaultProxy.Plan clickHouseDies(int request) {
        requestsMissed.set(0);
        FaultProxy.Plan dies = at(request, this::killEngine);
        return asked -> {
            if (!engine.isAlive()) {
                requestsMissed.incrementAndGet();
            }
            return dies.faultOf(asked);
        };
    }

    /** A fault of the job's next so many inserts of rows. */
    public static FaultProxy.Plan inserts(int number, Fault fault) {
        return FaultProxy.Plan.next(number, FaultStage::insertsRows, fault);
    }

    private static FaultProxy.Plan at(int number, Runnable action) {
        AtomicInteger left = new AtomicInteger(number);
        return request -> left.decrementAndGet() == 0 ? Fault.afterAnswer(action) : null;
    }

    private void killEngine() {
        try {
            engine.kill();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Does something at the instant when ClickHouse has answered the job's so manieth request from
     * now, and the job does not know it yet.
     */
    public void atRequest(int number, Runnable action) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        proxy.plan(
                at(
                        number,
                        () -> {
                            action.run();
                            done.countDown();
                        }));
        if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The job did not send " + number + " requests.");
        }
        proxy.plan(request -> null);
    }

    /** Kills one of the two task managers at a request of the job's, and starts another. */
    public void killTaskManager(int which, int request) throws Exception {
        int victim = taskManagers.remove(which);
        atRequest(request, () -> cluster.killTaskManager(victim));
        taskManagers.add(cluster.startTaskManager());
    }

    /** Kills the job manager at a request of the job's, and starts another. */
    public void killJobManager(int request) throws Exception {
        atRequest(request, cluster::killJobManager);
        cluster.startJobManager();
    }

    /** Kills ClickHouse at a request of the job's, and starts it when so many more have failed. */
    public void killClickHouse(int request, int failed) throws Exception {
        atRequest(request, this::killEngine);
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
    public void breakInserts(int number, Fault fault) throws Exception {
        int before = proxy.faults();
        proxy.plan(inserts(number, fault));
        until("inserts fail", () -> proxy.faults() >= before + number);
        proxy.plan(request -> null);
    }

    private static boolean insertsRows(Request request) {
        return request.target().contains("insert_deduplication_token");
    }

    /** Clears the stage of a run that went wrong, for the next one. */
    public void abandon(Throwable failure) {
        proxy.plan(request -> null);
        requestsMissed.set(OUTAGE);
        try {
            revive();
            if (running != null) {
                cluster.cancel(running);
            }
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Kills all processes. */
    @Override
    public void close() throws IOException {
        cluster.close();
        proxy.close();
        engine.close();
    }
}
