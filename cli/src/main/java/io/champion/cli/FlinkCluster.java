package io.champion.cli;

import java.io.File;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.JobManagerOptions.SchedulerType;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobResourceRequirements;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.rest.messages.ClusterConfigurationInfoHeaders;
import org.apache.flink.runtime.rest.messages.EmptyMessageParameters;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.messages.JobExceptionsHeaders;
import org.apache.flink.runtime.rest.messages.JobExceptionsInfoWithHistory.RootExceptionInfo;
import org.apache.flink.runtime.rest.messages.JobMessageParameters;
import org.apache.flink.runtime.rest.messages.checkpoints.CheckpointStatistics.CompletedCheckpointStatistics;
import org.apache.flink.runtime.rest.messages.checkpoints.CheckpointingStatisticsHeaders;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo.JobVertexDetailsInfo;
import org.apache.flink.runtime.rest.messages.job.JobExceptionsMessageParameters;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.ExceptionUtils;

/**
 * The jobs of a Flink cluster, by its REST endpoint. Failures are {@link UserException}s that name
 * the cause as the cluster states it.
 */
final class FlinkCluster implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    /** The innermost cause in a stack trace that came as text. */
    private static final Pattern CAUSE =
            Pattern.compile("(?m)^(?:Caused by: |\\[)?(?:[\\w$]+\\.)+[\\w$]+: (.+?)\\]?$");

    private final String url;
    private final RestClusterClient<String> client;

    /**
     * A job as the cluster sees it.
     *
     * @param uptime since it was submitted
     * @param parallelism the largest of its operators; 0 where no details are known
     * @param checkpoint the last completed one, null if there is none
     */
    record Job(
            JobID id,
            String name,
            JobStatus status,
            Duration uptime,
            int parallelism,
            Checkpoint checkpoint) {}

    /** A completed checkpoint or savepoint. */
    record Checkpoint(long id, Instant at, Duration took, long bytes, String path) {}

    /**
     * What is submitted.
     *
     * @param mainClass null for the one that the jar's manifest names
     * @param savepoint where to start from, null for nowhere
     * @param dropState whether state of operators that the jar no longer has may be dropped
     */
    record Program(
            Path jar,
            String mainClass,
            List<String> arguments,
            int parallelism,
            String savepoint,
            boolean dropState) {

        private Program from(String other) {
            return new Program(jar, mainClass, arguments, parallelism, other, dropState);
        }
    }

    private FlinkCluster(String url, RestClusterClient<String> client) {
        this.url = url;
        this.client = client;
    }

    /**
     * @param url as {@code http://host:8081}
     */
    static FlinkCluster at(String url) throws Exception {
        URI address;
        try {
            address = new URI(url);
        } catch (URISyntaxException e) {
            throw noAddress(url);
        }
        if (!"http".equals(address.getScheme()) || address.getHost() == null) {
            throw noAddress(url);
        }
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.ADDRESS, address.getHost());
        configuration.set(RestOptions.PORT, address.getPort() < 0 ? 80 : address.getPort());
        // Somebody waits for the answer: an address where nobody listens is said to be one soon.
        configuration.set(RestOptions.CONNECTION_TIMEOUT, Duration.ofSeconds(5));
        configuration.set(RestOptions.RETRY_MAX_ATTEMPTS, 3);
        configuration.set(RestOptions.RETRY_DELAY, Duration.ofMillis(500));
        return new FlinkCluster(url, new RestClusterClient<>(configuration, url));
    }

    private static UserException noAddress(String url) {
        return new UserException(
                ExitCode.USAGE,
                "'"
                        + url
                        + "' is no address of a Flink cluster; give --cluster http://host:8081, or"
                        + " CHAMPION_FLINK_URL.");
    }

    /** Where jobs are built that run on this cluster, with the classes of a jar. */
    StreamExecutionEnvironment environment(Path jar) {
        Configuration configuration = client.getFlinkConfiguration();
        return StreamExecutionEnvironment.createRemoteEnvironment(
                configuration.get(RestOptions.ADDRESS),
                configuration.get(RestOptions.PORT),
                jar.toString());
    }

    /** All jobs that the cluster remembers, the latest first. */
    List<Job> jobs() throws InterruptedException {
        List<Job> jobs = new ArrayList<>();
        for (JobStatusMessage job :
                messages().stream()
                        .sorted(Comparator.comparingLong(JobStatusMessage::getStartTime).reversed())
                        .toList()) {
            jobs.add(job(job.getJobId()));
        }
        return jobs;
    }

    private Collection<JobStatusMessage> messages() throws InterruptedException {
        return get(client.listJobs(), "The jobs cannot be listed");
    }

    /**
     * The job of an id or a name; of several with the name, the one that has not ended.
     *
     * @throws UserException if there is no such job, or several
     */
    Job find(String idOrName) throws InterruptedException {
        Collection<JobStatusMessage> all = messages();
        List<JobStatusMessage> found =
                all.stream()
                        .filter(
                                job ->
                                        job.getJobId().toHexString().equals(idOrName)
                                                || (job.getJobName().equals(idOrName)
                                                        && !job.getJobState()
                                                                .isGloballyTerminalState()))
                        .toList();
        if (found.size() == 1) {
            return job(found.get(0).getJobId());
        }
        String running =
                (found.isEmpty() ? all : found)
                        .stream()
                                .filter(job -> !job.getJobState().isGloballyTerminalState())
                                .map(job -> job.getJobName() + " (" + job.getJobId() + ")")
                                .sorted()
                                .collect(Collectors.joining(", "));
        throw new UserException(
                ExitCode.USAGE,
                found.isEmpty()
                        ? "No job '"
                                + idOrName
                                + "' at "
                                + url
                                + (running.isEmpty()
                                        ? ", where none runs."
                                        : ", where these run: " + running + ".")
                        : "Several jobs are called '" + idOrName + "', name one by id: " + running);
    }

    private Job job(JobID id) throws InterruptedException {
        JobDetailsInfo details = details(id);
        JobMessageParameters parameters = new JobMessageParameters();
        parameters.jobPathParameter.resolve(id);
        CompletedCheckpointStatistics last =
                get(
                                client.sendRequest(
                                        CheckpointingStatisticsHeaders.getInstance(),
                                        parameters,
                                        EmptyRequestBody.getInstance()),
                                "The checkpoints of job " + id + " cannot be read")
                        .getLatestCheckpoints()
                        .getCompletedCheckpointStatistics();
        return new Job(
                id,
                details.getName(),
                details.getJobStatus(),
                Duration.ofMillis(details.getDuration()),
                parallelism(details),
                last == null
                        ? null
                        : new Checkpoint(
                                last.getId(),
                                Instant.ofEpochMilli(last.getLatestAckTimestamp()),
                                Duration.ofMillis(last.getDuration()),
                                last.getStateSize(),
                                last.getExternalPath()));
    }

    private JobDetailsInfo details(JobID id) throws InterruptedException {
        return get(client.getJobDetails(id), "The details of job " + id + " cannot be read");
    }

    private static int parallelism(JobDetailsInfo details) {
        return details.getJobVertexInfos().stream()
                .mapToInt(JobVertexDetailsInfo::getParallelism)
                .max()
                .orElse(0);
    }

    /**
     * Takes a savepoint; the job goes on.
     *
     * @param folder null for the one of the cluster's configuration
     * @return where it is
     */
    String savepoint(Job job, String folder) throws InterruptedException {
        return get(
                client.triggerSavepoint(job.id(), folder, SavepointFormatType.CANONICAL),
                "The savepoint of " + job.name() + " failed");
    }

    /**
     * Ends a job with a savepoint and waits until it has ended.
     *
     * @param drain whether event time comes to its end first, so that all windows are emitted; a
     *     job is not to go on from such a savepoint
     * @param folder null for the one of the cluster's configuration
     * @return where the savepoint is
     */
    String stop(Job job, boolean drain, String folder) throws InterruptedException {
        String savepoint =
                get(
                        client.stopWithSavepoint(
                                job.id(), drain, folder, SavepointFormatType.CANONICAL),
                        job.name() + " was not stopped, because its savepoint failed");
        awaitEnd(job);
        return savepoint;
    }

    /** Ends a job without a savepoint and waits until it has ended. */
    void cancel(Job job) throws InterruptedException {
        get(client.cancel(job.id()), job.name() + " was not cancelled");
        awaitEnd(job);
    }

    /**
     * Of a job whose end the cluster has begun. In application mode the cluster ends with its job,
     * and need not be there any more to say so.
     */
    private void awaitEnd(Job job) throws InterruptedException {
        try {
            get(client.requestJobResult(job.id()), "The end of " + job.name() + " was not seen");
        } catch (UserException e) {
            if (e.exitCode() != ExitCode.UNAVAILABLE) {
                throw e;
            }
        }
    }

    /**
     * Submits a job and waits until all its tasks run.
     *
     * @throws UserException if the cluster refuses it, it fails as it starts, or its tasks do not
     *     run within the time; in the last case it stays submitted
     */
    Job submit(Program program, Duration patience) throws InterruptedException {
        JobGraph graph = graph(program);
        requireAlone(graph.getName(), null);
        JobID id = get(client.submitJob(graph), "The cluster did not take " + program.jar());
        awaitRunning(id, patience, Long.MIN_VALUE);
        return job(id);
    }

    /**
     * @param but a job that does not count, null for none
     */
    private void requireAlone(String name, JobID but) throws InterruptedException {
        Optional<JobStatusMessage> same =
                messages().stream()
                        .filter(job -> !job.getJobState().isGloballyTerminalState())
                        .filter(job -> job.getJobName().equals(name))
                        .filter(job -> !job.getJobId().equals(but))
                        .findFirst();
        if (same.isPresent()) {
            throw new UserException(
                    ExitCode.USAGE,
                    "A job "
                            + name
                            + " runs already ("
                            + same.get().getJobId()
                            + "); two would write everything twice. Stop it first.");
        }
    }

    /**
     * Stops a job with a savepoint and submits it again from there.
     *
     * @param program whose savepoint is the one that this takes
     * @param folder of the savepoint, null for the one of the cluster's configuration
     * @param stopped is told the savepoint
     * @throws UserException as of {@link #stop} and {@link #submit}; if the program makes no job,
     *     or another of its name runs, the one that runs is not stopped
     */
    Job restart(
            Job job, Program program, String folder, Duration patience, Consumer<String> stopped)
            throws InterruptedException {
        requireAlone(graph(program).getName(), job.id());
        String savepoint = stop(job, false, folder);
        stopped.accept(savepoint);
        return submit(program.from(savepoint), patience);
    }

    private JobGraph graph(Program program) {
        if (!Files.isRegularFile(program.jar())) {
            throw new UserException(ExitCode.USAGE, "There is no jar " + program.jar() + ".");
        }
        Configuration configuration = client.getFlinkConfiguration().clone();
        configuration.set(DeploymentOptions.TARGET, "remote");
        configuration.set(DeploymentOptions.ATTACHED, false);
        // Flink's connector for Kafka, which is here too, must meet the client that it was loaded
        // with, not that of the jar.
        configuration.set(
                CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL,
                List.of("org.apache.kafka."));
        SavepointRestoreSettings restore =
                program.savepoint() == null
                        ? SavepointRestoreSettings.none()
                        : SavepointRestoreSettings.forPath(
                                program.savepoint(), program.dropState());
        SavepointRestoreSettings.toConfiguration(restore, configuration);
        File jar = program.jar().toFile();
        try (PackagedProgram packaged =
                PackagedProgram.newBuilder()
                        .setJarFile(jar)
                        .setEntryPointClassName(program.mainClass())
                        .setArguments(program.arguments().toArray(String[]::new))
                        .setConfiguration(configuration)
                        .setSavepointRestoreSettings(restore)
                        .build()) {
            JobGraph graph =
                    PackagedProgramUtils.createJobGraph(
                            packaged, configuration, program.parallelism(), false);
            graph.setSavepointRestoreSettings(restore);
            return graph;
        } catch (ProgramInvocationException e) {
            throw new UserException(
                    ExitCode.FAILED, jar + " made no job: " + reason(e) + full(reason(e)), e);
        }
    }

    /**
     * @param lastFailure when the job failed before it was to start, milliseconds
     */
    private void awaitRunning(JobID id, Duration patience, long lastFailure)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            JobStatus status = get(client.getJobStatus(id), "Job " + id + " cannot be asked");
            Collection<JobVertexDetailsInfo> vertices =
                    status == JobStatus.INITIALIZING ? List.of() : details(id).getJobVertexInfos();
            boolean running =
                    !vertices.isEmpty()
                            && vertices.stream()
                                    .allMatch(
                                            vertex ->
                                                    vertex.getExecutionState()
                                                                    == ExecutionState.RUNNING
                                                            || vertex.getExecutionState()
                                                                    == ExecutionState.FINISHED);
            if (status == JobStatus.FINISHED || running) {
                return;
            }
            Optional<RootExceptionInfo> failure =
                    failure(id).filter(found -> found.getTimestamp() > lastFailure);
            if (failure.isPresent()) {
                String cause = innermost(failure.get().getStacktrace());
                throw new UserException(
                        ExitCode.FAILED,
                        "Job "
                                + id
                                + " is "
                                + status
                                + ", because it failed as it started: "
                                + cause
                                + full(cause)
                                + (status.isGloballyTerminalState()
                                        ? ""
                                        : " It is tried again until you cancel it."));
            }
            if (System.nanoTime() > deadline) {
                throw new UserException(
                        ExitCode.FAILED,
                        "Job "
                                + id
                                + " was submitted and is "
                                + status
                                + ", but not all of its tasks run after "
                                + patience.toSeconds()
                                + " s. It may wait for slots.");
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /** What the job failed of last. */
    private Optional<RootExceptionInfo> failure(JobID id) throws InterruptedException {
        JobExceptionsMessageParameters parameters =
                JobExceptionsHeaders.getInstance().getUnresolvedMessageParameters();
        parameters.jobPathParameter.resolve(id);
        return get(
                        client.sendRequest(
                                JobExceptionsHeaders.getInstance(),
                                parameters,
                                EmptyRequestBody.getInstance()),
                        "The failures of job " + id + " cannot be read")
                .getExceptionHistory()
                .getEntries()
                .stream()
                .findFirst();
    }

    /** Whether the cluster's scheduler changes the parallelism of a running job. */
    boolean rescalesInPlace() throws InterruptedException {
        return get(
                        client.sendRequest(
                                ClusterConfigurationInfoHeaders.getInstance(),
                                EmptyMessageParameters.getInstance(),
                                EmptyRequestBody.getInstance()),
                        "The cluster's configuration cannot be read")
                .stream()
                .anyMatch(
                        entry ->
                                entry.getKey().equals(JobManagerOptions.SCHEDULER.key())
                                        && entry.getValue()
                                                .equalsIgnoreCase(SchedulerType.Adaptive.name()));
    }

    /**
     * Changes the parallelism of a running job, where {@link #rescalesInPlace}, and waits until it
     * has it. Operators that cannot have it keep to their largest.
     *
     * @throws UserException if it does not have it within the time, as where slots are missing; it
     *     then runs with what there is
     */
    Job rescale(Job job, int parallelism, Duration patience) throws InterruptedException {
        JobResourceRequirements.Builder requirements = JobResourceRequirements.newBuilder();
        for (JobVertexDetailsInfo vertex : details(job.id()).getJobVertexInfos()) {
            requirements.setParallelismForJobVertex(
                    vertex.getJobVertexID(), 1, Math.min(parallelism, vertex.getMaxParallelism()));
        }
        long lastFailure =
                failure(job.id()).map(RootExceptionInfo::getTimestamp).orElse(Long.MIN_VALUE);
        get(
                client.updateJobResourceRequirements(job.id(), requirements.build()),
                job.name() + " was not rescaled");
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            JobDetailsInfo details = details(job.id());
            if (parallelism(details) == parallelism
                    && details.getJobStatus() == JobStatus.RUNNING) {
                awaitRunning(job.id(), patience, lastFailure);
                return job(job.id());
            }
            if (System.nanoTime() > deadline) {
                throw new UserException(
                        ExitCode.FAILED,
                        "%s was asked to run with parallelism %d and runs with %d after %d s; it may miss slots."
                                .formatted(
                                        job.name(),
                                        parallelism,
                                        parallelism(details),
                                        patience.toSeconds()));
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private <T> T get(CompletableFuture<T> answer, String failed) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (ExceptionUtils.findThrowable(e, ConnectException.class).isPresent()
                    || ExceptionUtils.findThrowable(e, UnknownHostException.class).isPresent()) {
                throw new UserException(
                        ExitCode.UNAVAILABLE,
                        "No Flink cluster answers at "
                                + url
                                + "; give --cluster http://host:8081, or CHAMPION_FLINK_URL.",
                        e);
            }
            String reason = reason(e);
            throw new UserException(ExitCode.FAILED, failed + ": " + reason + full(reason), e);
        }
    }

    private static String reason(Throwable failure) {
        return innermost(Failures.explain(failure));
    }

    /** The last cause of a stack trace, or the text itself where it is none. */
    private static String innermost(String text) {
        Matcher matcher = CAUSE.matcher(text);
        String last = text.lines().findFirst().orElse(text);
        while (matcher.find()) {
            last = matcher.group(1);
        }
        return last.strip();
    }

    private static String full(String sentence) {
        return sentence.endsWith(".") ? "" : ".";
    }

    @Override
    public void close() {
        client.close();
    }
}
