package io.champion.cli;

import io.champion.local.LocalFlink;
import io.champion.runtime.Home;
import io.champion.runtime.JobConfig;
import io.champion.runtime.JobEnvironment;
import io.champion.ticks.TickStreamJob;
import io.champion.ticks.TickStreamOptions;
import io.champion.ticks.TickStreamOptions.Start;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * The job tick-stream on the Flink of this process. It continues where its last run on the same
 * home ended, however that ended: from the newest checkpoint or savepoint below {@code
 * <home>/checkpoints/tick-stream}, where it keeps its own.
 */
final class TickRun implements AutoCloseable {

    private static final String NAME = "tick-stream";

    /** More often than on a cluster: somebody watches. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(2);

    private static final int ATTEMPTS = 3;

    /** Why there is no savepoint while tasks are being started. */
    private static final Set<CheckpointFailureReason> RESTARTING =
            EnumSet.of(
                    CheckpointFailureReason.NOT_ALL_REQUIRED_TASKS_RUNNING,
                    CheckpointFailureReason.CHECKPOINT_DECLINED_TASK_NOT_READY);

    private static final long SHOW_EVERY_MS = 250;

    private final Console console;
    private final Broker broker;
    private final JobConfig config;
    private final LiveMetrics metrics;
    private final JobClient job;
    private final CompletableFuture<JobExecutionResult> end;
    private final URI page;
    private final Path states;
    private final boolean continued;
    private final Admin admin;
    private long shownAt = System.nanoTime();
    private long shownRead;

    /**
     * What a run counted, once.
     *
     * @param rejected by reason
     * @param bars by interval
     */
    record Counts(
            long read,
            long accepted,
            long duplicates,
            SortedMap<String, Long> rejected,
            long late,
            SortedMap<String, Long> bars) {

        long rejects() {
            return rejected.values().stream().mapToLong(Long::longValue).sum();
        }

        void print(PrintWriter out) {
            line(out, "messages read", read);
            line(out, "accepted", accepted);
            line(out, "duplicates", duplicates);
            line(out, "rejected", rejects());
            rejected.forEach((reason, count) -> line(out, "  " + reason, count));
            line(out, "late", late);
            bars.forEach((interval, count) -> line(out, "bars of " + interval, count));
        }

        private static void line(PrintWriter out, String what, long count) {
            out.printf("%-46s %,14d%n", what, count);
        }
    }

    private TickRun(
            Console console,
            Broker broker,
            JobConfig config,
            LiveMetrics metrics,
            JobClient job,
            URI page,
            Path states,
            boolean continued,
            Admin admin) {
        this.console = console;
        this.broker = broker;
        this.config = config;
        this.metrics = metrics;
        this.job = job;
        this.end = job.getJobExecutionResult();
        this.page = page;
        this.states = states;
        this.continued = continued;
        this.admin = admin;
    }

    /**
     * Submits the job; makes the topics that it needs and are not there.
     *
     * @param metrics of the cluster; asked for once it has started
     * @param config of the job, with broker and warehouse
     * @throws UserException if Kafka cannot be reached
     */
    static TickRun start(
            Console console,
            LocalFlink flink,
            Supplier<LiveMetrics> metrics,
            Broker broker,
            JobConfig config)
            throws Exception {
        Admin admin = Topics.admin(broker);
        try {
            Topics.make(
                    admin, config.get(TickStreamOptions.TOPIC), TickPublisher.DEFAULT_PARTITIONS);
            Topics.make(
                    admin,
                    config.get(TickStreamOptions.BARS_TOPIC),
                    TickPublisher.DEFAULT_PARTITIONS);
            Topics.make(admin, config.get(TickStreamOptions.DEAD_LETTERS_TOPIC), null);
            StreamExecutionEnvironment env = flink.environment();
            Path states = new Path(Home.of(config).checkpoints(), NAME);
            Optional<Path> newest = newest(states);
            if (newest.isEmpty() && config.get(TickStreamOptions.START) != Start.COMMITTED) {
                // How far another run came is not how far this one is.
                Topics.forget(
                        admin,
                        config.get(TickStreamOptions.GROUP),
                        config.get(TickStreamOptions.TOPIC));
            }
            env.configure(settings(states, newest));
            JobEnvironment.configure(env, config, JobEnvironment.Boundedness.UNBOUNDED);
            TickStreamJob.build(env, config);
            JobClient job = env.executeAsync(NAME);
            return new TickRun(
                    console,
                    broker,
                    config,
                    metrics.get(),
                    job,
                    flink.restAddress(),
                    states,
                    newest.isPresent(),
                    admin);
        } catch (ExecutionException e) {
            admin.close(Duration.ZERO);
            throw broker.failed(e.getCause());
        } catch (Exception e) {
            admin.close(Duration.ZERO);
            throw e;
        }
    }

    private static Configuration settings(Path states, Optional<Path> newest) {
        Configuration settings = new Configuration();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        settings.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ZERO);
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, states.toString());
        settings.set(RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, ATTEMPTS);
        newest.ifPresent(
                state -> {
                    settings.set(StateRecoveryOptions.SAVEPOINT_PATH, state.toString());
                    // So it is removed when it is no longer needed.
                    settings.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
                });
        return settings;
    }

    /** The newest complete checkpoint or savepoint. */
    private static Optional<Path> newest(Path states) throws IOException {
        FileSystem files = states.getFileSystem();
        Optional<FileStatus> newest = Optional.empty();
        for (FileStatus run : list(files, states)) {
            for (FileStatus state : list(files, run.getPath())) {
                newest =
                        Stream.concat(
                                        newest.stream(),
                                        list(files, state.getPath()).stream()
                                                .filter(
                                                        f ->
                                                                f.getPath()
                                                                        .getName()
                                                                        .equals("_metadata")))
                                .max(Comparator.comparingLong(FileStatus::getModificationTime));
            }
        }
        return newest.map(file -> file.getPath().getParent());
    }

    private static List<FileStatus> list(FileSystem files, Path folder) throws IOException {
        FileStatus[] found =
                files.exists(folder) && files.getFileStatus(folder).isDir()
                        ? files.listStatus(folder)
                        : null;
        return found == null ? List.of() : List.of(found);
    }

    /** Flink's web page. */
    URI page() {
        return page;
    }

    /** Whether it continues an earlier run. */
    boolean isContinued() {
        return continued;
    }

    /**
     * Waits, with counters that move.
     *
     * @param done asked four times a second
     * @throws UserException if the job fails
     */
    void await(BooleanSupplier done) throws InterruptedException {
        while (!done.getAsBoolean()) {
            show();
            TimeUnit.MILLISECONDS.sleep(SHOW_EVERY_MS);
        }
    }

    /**
     * Waits, with counters that move, until a checkpoint holds all that the topic has now, or
     * somebody asks to stop.
     *
     * @throws UserException if the job fails
     */
    void awaitEnd(StopSignal stop) throws InterruptedException {
        Map<TopicPartition, Long> ends = Topics.ends(broker, config.get(TickStreamOptions.TOPIC));
        await(
                () ->
                        stop.isAsked()
                                || Topics.areTaken(
                                        broker, admin, config.get(TickStreamOptions.GROUP), ends));
    }

    private void show() throws InterruptedException {
        if (end.isDone()) {
            throw failure();
        }
        Counts counts = counts();
        long now = System.nanoTime();
        long rate = Math.round((counts.read() - shownRead) / ((now - shownAt) / 1e9));
        long restarts = metrics.ofJob(NAME, "numRestarts");
        console.progress(
                "%s, %s a second; %s; %s, %s rejected, %s late; %s%s"
                        .formatted(
                                Text.count(counts.read(), "message"),
                                Text.number(rate),
                                Text.count(
                                        counts.bars().values().stream()
                                                .mapToLong(Long::longValue)
                                                .sum(),
                                        "bar"),
                                Text.count(counts.duplicates(), "duplicate"),
                                Text.number(counts.rejects()),
                                Text.number(counts.late()),
                                Text.count(
                                        metrics.ofJob(NAME, "numberOfCompletedCheckpoints"),
                                        "checkpoint"),
                                restarts == 0 ? "" : ", " + Text.count(restarts, "restart")));
        shownAt = now;
        shownRead = counts.read();
    }

    private UserException failure() throws InterruptedException {
        try {
            end.get();
            return new UserException(ExitCode.FAILED, "The job has ended.");
        } catch (ExecutionException e) {
            return new UserException(ExitCode.FAILED, Failures.explain(e), e);
        }
    }

    private Counts counts() {
        return new Counts(
                metrics.sum(NAME, "ticks"),
                metrics.sum(NAME, "ticksAccepted"),
                metrics.sum(NAME, "ticksDuplicate"),
                metrics.byKind(NAME, "ticksRejected"),
                metrics.sum(NAME, "ticksLate"),
                metrics.byKind(NAME, "bars"));
    }

    /**
     * Stops the job with a savepoint, from which the next run continues, and waits until all that
     * it took is committed.
     *
     * @param drain whether event time comes to its end first, so that all bars are made
     */
    Counts stop(boolean drain) throws InterruptedException {
        console.progress("Stopping with a savepoint ...");
        try {
            while (!isStopped(drain)) {
                TimeUnit.MILLISECONDS.sleep(SHOW_EVERY_MS);
            }
        } catch (ExecutionException e) {
            throw new UserException(
                    ExitCode.FAILED, "The job did not stop: " + Failures.explain(e), e);
        } finally {
            console.endProgress();
        }
        Counts counts = counts();
        long told = counts.accepted() + counts.duplicates() + counts.rejects() + counts.late();
        if (counts.read() != told) {
            throw new UserException(
                    ExitCode.FAILED,
                    "%,d messages were read, but %,d were accepted, duplicates, rejected or late."
                            .formatted(counts.read(), told));
        }
        return counts;
    }

    /** Whether it could be stopped now: a job that is being restarted takes no savepoint. */
    private boolean isStopped(boolean drain) throws ExecutionException, InterruptedException {
        try {
            job.stopWithSavepoint(
                            drain,
                            new Path(states, "savepoints").toString(),
                            SavepointFormatType.NATIVE)
                    .get();
        } catch (ExecutionException e) {
            if (!end.isDone()
                    && ExceptionUtils.findThrowable(e, CheckpointException.class)
                            .filter(
                                    declined ->
                                            RESTARTING.contains(
                                                    declined.getCheckpointFailureReason()))
                            .isPresent()) {
                return false;
            }
            throw e;
        }
        end.get();
        return true;
    }

    /** Ends the job, if it was not stopped, as if it had crashed: the next run continues. */
    @Override
    public void close() {
        console.endProgress();
        admin.close(Duration.ZERO);
        if (!end.isDone()) {
            try {
                job.cancel().join();
            } catch (CompletionException e) {
                throw new UserException(
                        ExitCode.FAILED, "The job did not end: " + Failures.explain(e), e);
            }
        }
    }
}
