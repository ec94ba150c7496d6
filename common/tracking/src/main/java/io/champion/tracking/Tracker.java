package io.champion.tracking;

import io.champion.runtime.ConfigException;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import java.awt.AWTError;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps runs on record: below the home, in the layout of MLflow's file store, and on a tracking
 * server, if one is configured.
 *
 * <p>It never fails and never holds up what it records. Threads of its own write and send; what
 * cannot be sent stays below the home, and is sent by the next tracker of that home or by {@link
 * #sendAll}. Only {@link #finish} waits, as long as it is told.
 */
public final class Tracker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tracker.class);

    /** A job records a run now and then; more than this do not wait to be written. */
    private static final int MAX_WAITING = 64;

    /** That are told; all are logged. */
    private static final int MAX_PROBLEMS = 10;

    private final Path root;
    private final MlflowServer server;
    private final Duration patience;
    private final TrackedRun whole;
    private final ExecutorService writer;
    private final ExecutorService sender;

    private final Set<String> problems = Collections.synchronizedSet(new LinkedHashSet<>());
    private final Set<String> recorded = ConcurrentHashMap.newKeySet();
    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    private final Set<String> unsent = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** Whether the server did not take what it was sent last. */
    private volatile boolean isAway;

    /** How many records of a run are under way. */
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    /** The run that goes on, as it began; null where none does. */
    private TrackedRun goesOn;

    private Tracker(Path root, MlflowServer server, Duration patience, String partOf) {
        this.root = root;
        this.server = server;
        this.patience = patience;
        this.whole =
                partOf == null
                        ? null
                        : TrackedRun.of(Experiments.DAILY, partOf, Instant.now()).running();
        this.writer = thread("tracking writer", new ArrayBlockingQueue<>(MAX_WAITING));
        // What waits here is on disk.
        this.sender = thread("tracking sender", new LinkedBlockingQueue<>());
    }

    private static ExecutorService thread(String name, BlockingQueue<Runnable> queue) {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                queue,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * The tracker of a configuration's home.
     *
     * @throws ConfigException if the server's address or credentials make no sense
     */
    public static Tracker open(JobConfig config) {
        return open(
                new Path(Home.of(config).tracking()),
                server(config, System.getenv()),
                config.get(TrackingOptions.FLUSH_TIMEOUT),
                config.get(TrackingOptions.PART_OF));
    }

    /**
     * @param server null for none
     * @param partOf name of the daily run that what is recorded is part of, or null
     */
    static Tracker open(Path root, MlflowServer server, Duration patience, String partOf) {
        return new Tracker(root, server, patience, partOf);
    }

    /**
     * A tracker for as long as a job runs, which it never fails: where credentials cannot be read,
     * runs are kept below the root.
     *
     * @param url address of the server, or null for none
     * @param partOf see {@link TrackingOptions#PART_OF}; may be null
     */
    static Tracker open(String root, String url, String partOf) {
        MlflowServer server = null;
        if (url != null) {
            try {
                server = new MlflowServer(url, System.getenv());
            } catch (IllegalArgumentException e) {
                LOG.warn("Runs are not sent to {}: {}", url, e.getMessage());
            }
        }
        return open(new Path(root), server, Duration.ZERO, partOf);
    }

    /** The server of a configuration, or null for none. */
    static MlflowServer server(JobConfig config, Map<String, String> environment) {
        String url =
                config.getOptional(TrackingOptions.URL)
                        .orElse(environment.get("MLFLOW_TRACKING_URI"));
        if (url == null || url.isBlank()) {
            return null;
        }
        try {
            return new MlflowServer(url, environment);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of("'tracking.url': " + e.getMessage()));
        }
    }

    /** What a run is the record of. */
    public interface Work<R> {
        /**
         * Does it.
         *
         * @param run takes what there is to say of it; also if it fails
         */
        R execute(TrackedRun.Builder run) throws Exception;
    }

    /**
     * Does work and has it on record from its beginning to its end, as failed if it throws.
     *
     * @param run in place of the same run as it was before
     * @throws Exception what the work throws
     */
    public <R> R run(TrackedRun.Builder run, Work<R> work) throws Exception {
        if (whole != null) {
            run.partOf(whole);
        }
        begin(run.running());
        try {
            R result = work.execute(run);
            end(run.finished(Instant.now()), run.artifacts(), run);
            return result;
        } catch (Throwable t) {
            end(run.failed(Instant.now(), t.getMessage()), run.artifacts(), null);
            throw t;
        }
    }

    private synchronized void begin(TrackedRun run) {
        goesOn = run;
        record(run, Map.of());
    }

    /** Records the end of a run, if it has none yet. */
    private synchronized void end(
            TrackedRun run, Map<String, byte[]> artifacts, TrackedRun.Builder inspected) {
        if (goesOn != null) {
            goesOn = null;
            record(run, artifacts, inspected);
        }
    }

    /** For a process that ends: records that the run ends with it, and waits until that is done. */
    private void endWithProcess() {
        synchronized (this) {
            if (goesOn != null) {
                end(
                        goesOn.failed(Instant.now(), "The process was ended by a signal."),
                        Map.of(),
                        null);
            }
        }
        finish();
    }

    /**
     * Runs a bounded job and has it on record, with the options that it was given. What could not
     * be recorded is logged. Where the process is told to end while the job runs, the run has
     * failed.
     *
     * @param name of the job
     * @param runId tells its runs apart
     * @throws Exception what the job throws
     */
    public static <R> R job(
            JobConfig config,
            String experiment,
            String name,
            String runId,
            Instant start,
            Work<R> job)
            throws Exception {
        TrackedRun.Builder run = TrackedRun.of(experiment, name + " " + runId, start);
        config.shown().forEach(run::param);
        run.by(name, runId);
        try (Tracker tracker = open(config)) {
            Thread hook = new Thread(tracker::endWithProcess, "tracking end");
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                return tracker.run(run, job);
            } finally {
                tracker.finish().lines().forEach(LOG::info);
                remove(hook);
            }
        }
    }

    private static void remove(Thread hook) throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends, and the hook still needs the tracker.
            hook.join();
        }
    }

    void record(TrackedRun run, Map<String, byte[]> artifacts) {
        record(run, artifacts, null);
    }

    /**
     * @param inspected the same, with what there is to look at; null for nothing
     */
    private void record(
            TrackedRun run, Map<String, byte[]> artifacts, TrackedRun.Builder inspected) {
        recorded.add(run.id());
        underWay.merge(run.id(), 1, Integer::sum);
        Map<String, byte[]> files = Map.copyOf(artifacts);
        try {
            writer.execute(() -> write(run, files, inspected));
        } catch (RejectedExecutionException e) {
            settled(run);
            lost.add(run.id());
            failed("Runs are recorded faster than they can be written below " + root + ".", e);
        }
    }

    private void write(
            TrackedRun run, Map<String, byte[]> artifacts, TrackedRun.Builder inspected) {
        TrackedRun known = run;
        try {
            FileStore store = store(root);
            if (whole != null && store.find(whole.experiment(), whole.id()).isEmpty()) {
                store.write(whole, Map.of());
            }
            store.write(run, artifacts);
            if (inspected != null && inspect(inspected)) {
                known = inspected.finished(run.end());
                store.write(known, inspected.artifacts());
            }
        } catch (IOException | RuntimeException e) {
            settled(run);
            lost.add(run.id());
            failed("A run cannot be recorded below " + root + ": " + e.getMessage(), e);
            return;
        }
        if (server == null) {
            settled(run);
        } else {
            TrackedRun latest = known;
            try {
                sender.execute(() -> send(latest));
            } catch (RejectedExecutionException e) {
                // Nobody waits for it any more.
                unsent.add(run.id());
                settled(run);
            }
        }
    }

    /** Whether there was anything to look at. */
    private boolean inspect(TrackedRun.Builder run) {
        for (TrackedRun.Inspection inspection : run.inspections()) {
            try {
                inspection.inspect(run);
            } catch (IOException | RuntimeException | LinkageError | AWTError e) {
                failed("A run is on record without all that there is: " + e.getMessage(), e);
            }
        }
        return !run.inspections().isEmpty();
    }

    private void settled(TrackedRun run) {
        underWay.computeIfPresent(run.id(), (id, records) -> records == 1 ? null : records - 1);
    }

    private void send(TrackedRun run) {
        try {
            send(server, store(root), ledger(root), run);
            unsent.remove(run.id());
            refused.remove(run.id());
            if (isAway) {
                isAway = false;
                sendDue();
            }
        } catch (IOException | TrackingException | RuntimeException e) {
            if (e instanceof TrackingException answer && answer.refused()) {
                refused.add(run.id());
            } else {
                isAway = true;
                unsent.add(run.id());
            }
            failed(e.getMessage(), e);
        } finally {
            settled(run);
        }
    }

    /** Sends what earlier trackers could not. */
    void resume() {
        if (server != null) {
            sender.execute(this::sendDue);
        }
    }

    /** How many runs the server has not got, as far as this tracker knows. */
    int waiting() {
        Set<String> waiting = new HashSet<>(unsent);
        waiting.addAll(refused);
        waiting.addAll(underWay.keySet());
        waiting.removeAll(lost);
        return waiting.size();
    }

    /** Sends what earlier trackers could not, unless the server is not there now either. */
    private void sendDue() {
        if (isAway) {
            return;
        }
        try {
            sendAll(root, server);
            unsent.clear();
        } catch (IOException | TrackingException | RuntimeException e) {
            isAway = true;
            failed(e.getMessage(), e);
        }
    }

    private void failed(String problem, Throwable e) {
        LOG.warn("{}", problem);
        LOG.debug("Tracking", e);
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(problem);
        }
    }

    private static FileStore store(Path root) throws IOException {
        return new FileStore(new Path(root, "runs"));
    }

    private static SentRuns ledger(Path root) throws IOException {
        return new SentRuns(new Path(root, "sent"));
    }

    private static List<TrackedRun> due(FileStore store, SentRuns ledger, MlflowServer server)
            throws IOException {
        List<TrackedRun> due = new ArrayList<>();
        for (TrackedRun run : store.runs()) {
            if (ledger.isDue(run, server.url())) {
                due.add(run);
            }
        }
        Collections.reverse(due);
        return due;
    }

    private static void send(MlflowServer server, FileStore store, SentRuns ledger, TrackedRun run)
            throws IOException, TrackingException {
        try {
            String id = server.send(store, run);
            ledger.store(run, SentRuns.Sent.of(server.url(), id, run, null));
        } catch (TrackingException e) {
            if (e.refused()) {
                ledger.store(run, SentRuns.Sent.of(server.url(), null, run, e.getMessage()));
            }
            throw e;
        }
    }

    /**
     * Waits until all is recorded and sent, as long as the configuration says. Nothing is recorded
     * afterwards.
     *
     * @return where the runs are and what went wrong, a line each; empty where nothing was recorded
     */
    public String finish() {
        return finish(patience);
    }

    synchronized String finish(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        writer.shutdown();
        boolean inTime = await(writer, deadline);
        if (server != null && !sender.isShutdown()) {
            sender.execute(this::sendDue);
        }
        sender.shutdown();
        inTime &= await(sender, deadline);
        return recorded.isEmpty() ? "" : summary(inTime, patience);
    }

    private static boolean await(ExecutorService thread, long deadline) {
        try {
            return thread.awaitTermination(
                    Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String summary(boolean inTime, Duration patience) {
        StringBuilder text = new StringBuilder();
        int all = recorded.size();
        int waiting = waiting() - refused.size();
        int there = all - waiting - refused.size() - lost.size();
        if (server == null) {
            text.append("Recorded for MLflow below ").append(new Path(root, "runs")).append('\n');
        } else if (there == all) {
            text.append("Recorded at ").append(server.url()).append('\n');
        } else {
            text.append(
                    "%d of %d runs recorded at %s; %d wait below %s for 'champion runs send'\n"
                            .formatted(there, all, server.url(), waiting, root));
        }
        if (!refused.isEmpty()) {
            text.append(
                    "%d of %d runs were refused, and are not sent there again\n"
                            .formatted(refused.size(), all));
        }
        if (!lost.isEmpty()) {
            text.append("%d of %d runs are not on record\n".formatted(lost.size(), all));
        }
        if (!inTime) {
            text.append("Not all was recorded within %d ms\n".formatted(patience.toMillis()));
        }
        for (String problem : List.copyOf(problems)) {
            text.append(problem).append('\n');
        }
        return text.toString();
    }

    @Override
    public void close() {
        writer.shutdownNow();
        sender.shutdownNow();
        if (server != null) {
            server.close();
        }
    }

    /**
     * The runs on record, the latest first.
     *
     * @param most of each experiment, where they come from a server
     * @throws TrackingException if the server cannot be asked
     */
    public static List<TrackedRun> runs(JobConfig config, List<String> experiments, int most)
            throws IOException, TrackingException {
        List<TrackedRun> runs = new ArrayList<>();
        try (MlflowServer server = server(config, System.getenv())) {
            if (server == null) {
                store(new Path(Home.of(config).tracking())).runs().stream()
                        .filter(run -> experiments.contains(run.experiment()))
                        .forEach(runs::add);
                return runs;
            }
            for (String experiment : experiments) {
                runs.addAll(server.runs(experiment, most));
            }
        }
        runs.sort((a, b) -> b.start().compareTo(a.start()));
        return runs;
    }

    /**
     * What {@link #sendAll} did.
     *
     * @param sent runs that the server has now
     * @param refused what it said to runs that it does not want; they are not sent again
     */
    public record SendResult(int sent, List<String> refused) {}

    /**
     * Sends all that a server has not got yet.
     *
     * @throws TrackingException if it cannot be reached; what was sent by then is sent
     * @throws ConfigException if no server is configured
     */
    public static SendResult sendAll(JobConfig config) throws IOException, TrackingException {
        Path root = new Path(Home.of(config).tracking());
        try (MlflowServer server = server(config, System.getenv())) {
            if (server == null) {
                throw new ConfigException(
                        List.of(
                                "No tracking server is configured: set tracking.url or"
                                        + " MLFLOW_TRACKING_URI."));
            }
            return sendAll(root, server);
        }
    }

    static SendResult sendAll(Path root, MlflowServer server)
            throws IOException, TrackingException {
        FileStore store = store(root);
        SentRuns ledger = ledger(root);
        int sent = 0;
        List<String> refused = new ArrayList<>();
        for (TrackedRun run : due(store, ledger, server)) {
            try {
                send(server, store, ledger, run);
                sent++;
            } catch (TrackingException e) {
                if (!e.refused()) {
                    throw e;
                }
                refused.add(run.name() + ": " + e.getMessage());
            }
        }
        return new SendResult(sent, refused);
    }
}
