package io.champion.local;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint;
import org.apache.flink.runtime.taskexecutor.TaskManagerRunner;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * A Flink cluster of real processes on this machine, for tests that kill them: a job manager, task
 * managers, and a ZooKeeper for high availability where it is asked for. To a session cluster jobs
 * are submitted as jars, by Flink's own command line; the cluster of an application has its job
 * from the beginning, and ends with it.
 *
 * <p>Processes may be killed and started from any thread. All listen on 127.0.0.1 alone, and end
 * with this object or with the process that holds it. Failures are noticed within a few seconds,
 * and jobs that say nothing else restart after a moment, without an end.
 */
public final class ProcessCluster implements AutoCloseable {

    private static final Path LIBRARIES = Path.of("local", "target", "flink", "lib");
    private static final Duration START = Duration.ofMinutes(2);

    /** Of flink-container, which a distribution has and nobody compiles against. */
    private static final String APPLICATION =
            "org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint";

    private static final Pattern SUBMITTED =
            Pattern.compile("Job has been submitted with JobID ([0-9a-f]{32})");

    /** Flink on Java 17 reflects into the JDK; these are the openings of its own start scripts. */
    private static final List<String> JVM_OPTIONS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xshare:auto",
                    "-XX:TieredStopAtLevel=1",
                    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
                    "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.net=ALL-UNNAMED",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/java.text=ALL-UNNAMED",
                    "--add-opens=java.base/java.time=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED");

    private static final String LOGGING =
            """
            rootLogger.level = ${sys:log.level}
            rootLogger.appenderRef.out.ref = Out
            appender.out.name = Out
            appender.out.type = CONSOLE
            appender.out.layout.type = PatternLayout
            appender.out.layout.pattern = %d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
            """;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Path home;
    private final String classPath;
    private final ZooKeeper zooKeeper;
    private final int restPort;

    /** Null for none. */
    private final Path plugins;

    /** Arguments of the job manager of an application; null for a session cluster. */
    private final List<String> application;

    private final List<Process> taskManagers = new CopyOnWriteArrayList<>();
    private volatile Process jobManager;
    private int jobManagersStarted;
    private final AtomicInteger clientsStarted = new AtomicInteger();

    /** What a cluster is made of. */
    public static final class Builder {

        private final Path home;
        private int taskManagers = 1;
        private int slots = 2;
        private boolean highAvailability;
        private Configuration configuration = new Configuration();
        private Path logging;
        private Path plugins;
        private Path applicationJar;
        private List<String> application;

        private Builder(Path home) {
            this.home = home;
        }

        /** Task managers to begin with; one by default. */
        public Builder taskManagers(int number) {
            taskManagers = number;
            return this;
        }

        /** Slots of each task manager; two by default. */
        public Builder slots(int number) {
            slots = number;
            return this;
        }

        /** Keeps jobs in ZooKeeper, so that they outlive their job manager. */
        public Builder highAvailability() {
            highAvailability = true;
            return this;
        }

        /** Settings of Flink that go before those of this class. */
        public Builder configuration(Configuration settings) {
            configuration = settings;
            return this;
        }

        /**
         * Runs one job, in application mode.
         *
         * @param options of the job manager, as {@code --fromSavepoint PATH}
         */
        public Builder application(
                Path jar, String mainClass, List<String> options, String... arguments) {
            applicationJar = jar;
            application = new ArrayList<>(List.of("--job-classname", mainClass));
            application.addAll(options);
            // What follows is the job's, whatever it looks like: Flink's parser takes --config for
            // its own --configDir, and each -D for an option of the cluster.
            application.add("--");
            application.addAll(List.of(arguments));
            return this;
        }

        /** A folder of Flink's plugins, such as file systems. */
        public Builder plugins(Path folder) {
            plugins = folder;
            return this;
        }

        /** A log4j configuration instead of plain lines. */
        public Builder logging(Path properties) {
            logging = properties;
            return this;
        }

        /** Starts the processes and waits until the task managers have registered. */
        public ProcessCluster start() throws IOException {
            ProcessCluster cluster = new ProcessCluster(this);
            try {
                cluster.startJobManager();
                for (int i = 0; i < taskManagers; i++) {
                    cluster.startTaskManager();
                }
                cluster.awaitStart();
                return cluster;
            } catch (IOException | RuntimeException e) {
                cluster.close();
                throw e;
            }
        }
    }

    private ProcessCluster(Builder builder) throws IOException {
        home = Files.createDirectories(builder.home).toRealPath();
        Path libraries =
                ProjectFiles.find(LIBRARIES)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "Flink's jars are not in "
                                                        + LIBRARIES
                                                        + " of the project: run 'mvn"
                                                        + " process-resources -pl local'."));
        classPath =
                String.join(
                        File.pathSeparator,
                        libraries.resolve("*").toString(),
                        ProjectFiles.locationOf(ChildMain.class).toString());
        List<Integer> ports = Loopback.freePorts(2);
        restPort = ports.get(0);
        zooKeeper = builder.highAvailability ? new ZooKeeper(home.resolve("zookeeper")) : null;
        plugins = builder.plugins;
        application = builder.application;
        if (application != null) {
            // Beside lib, where an image has it, too.
            Path userLibraries = Files.createDirectories(home.resolve("usrlib"));
            Files.copy(
                    builder.applicationJar,
                    userLibraries.resolve(builder.applicationJar.getFileName()));
        }
        Files.createDirectories(logs());
        Path conf = Files.createDirectories(home.resolve("conf"));
        Files.writeString(conf.resolve("config.yaml"), yaml(configuration(builder, ports.get(1))));
        Files.writeString(
                conf.resolve("log4j.properties"),
                builder.logging == null ? LOGGING : Files.readString(builder.logging));
    }

    /**
     * A cluster to be described and started.
     *
     * @param home the cluster's folder: configuration, logs, ZooKeeper's data
     */
    public static Builder builder(Path home) {
        return new Builder(home);
    }

    private Configuration configuration(Builder builder, int rpcPort) throws IOException {
        Configuration c = new Configuration();
        c.set(JobManagerOptions.ADDRESS, "127.0.0.1");
        c.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
        c.set(JobManagerOptions.PORT, rpcPort);
        c.set(RestOptions.ADDRESS, "127.0.0.1");
        c.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        c.set(RestOptions.PORT, restPort);
        c.set(RestOptions.BIND_PORT, Integer.toString(restPort));
        c.set(BlobServerOptions.PORT, "0");
        c.set(TaskManagerOptions.HOST, "127.0.0.1");
        c.set(TaskManagerOptions.BIND_HOST, "127.0.0.1");
        c.set(TaskManagerOptions.NUM_TASK_SLOTS, builder.slots);
        c.set(TaskManagerOptions.CPU_CORES, 2.0);
        // Without Flink's scripts, which compute the rest, every part has to be named.
        c.set(TaskManagerOptions.FRAMEWORK_HEAP_MEMORY, MemorySize.ofMebiBytes(128));
        c.set(TaskManagerOptions.FRAMEWORK_OFF_HEAP_MEMORY, MemorySize.ofMebiBytes(128));
        c.set(TaskManagerOptions.JVM_METASPACE, MemorySize.ofMebiBytes(256));
        c.set(TaskManagerOptions.JVM_OVERHEAD_MIN, MemorySize.ofMebiBytes(128));
        c.set(TaskManagerOptions.JVM_OVERHEAD_MAX, MemorySize.ofMebiBytes(128));
        c.set(TaskManagerOptions.TASK_HEAP_MEMORY, MemorySize.ofMebiBytes(384));
        c.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.ofMebiBytes(128));
        c.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
        c.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
        c.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
        c.set(CoreOptions.TMP_DIRS, Files.createDirectories(home.resolve("tmp")).toString());
        c.set(DeploymentOptions.TARGET, "remote");
        c.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, Duration.ofSeconds(1));
        c.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofSeconds(6));
        c.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        c.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, Integer.MAX_VALUE);
        c.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(200));
        if (zooKeeper != null) {
            c.set(HighAvailabilityOptions.HA_MODE, "zookeeper");
            c.set(HighAvailabilityOptions.HA_ZOOKEEPER_QUORUM, zooKeeper.connectString());
            c.set(SecurityOptions.ZOOKEEPER_SASL_DISABLE, true);
            c.set(HighAvailabilityOptions.HA_STORAGE_PATH, home.resolve("ha").toUri().toString());
            c.set(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, Duration.ofSeconds(4));
        }
        c.addAll(builder.configuration);
        return c;
    }

    private static String yaml(Configuration configuration) {
        StringBuilder text = new StringBuilder();
        configuration
                .toMap()
                .forEach(
                        (key, value) ->
                                text.append(key)
                                        .append(": '")
                                        .append(value.replace("'", "''"))
                                        .append("'\n"));
        return text.toString();
    }

    /** Address of the REST interface. */
    public URI restAddress() {
        return URI.create("http://127.0.0.1:" + restPort);
    }

    /** The folder with one log per process that was started. */
    public Path logs() {
        return home.resolve("log");
    }

    /** Starts a job manager in place of one that was killed. */
    public synchronized void startJobManager() throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("--configDir", home.resolve("conf").toString()));
        if (application != null) {
            arguments.addAll(application);
        }
        jobManager =
                start(
                        "jobmanager-" + jobManagersStarted++,
                        List.of("-Xmx320m", "-Dlog.level=INFO"),
                        application == null
                                ? StandaloneSessionClusterEntrypoint.class.getName()
                                : APPLICATION,
                        arguments);
    }

    /** Kills the job manager by SIGKILL and waits until it is gone. */
    public void killJobManager() {
        kill(jobManager);
    }

    /** Whether the process of the job manager lives. */
    public boolean isJobManagerAlive() {
        return jobManager.isAlive();
    }

    /**
     * Starts one more task manager.
     *
     * @return its index, for {@link #killTaskManager}
     */
    public synchronized int startTaskManager() throws IOException {
        taskManagers.add(
                start(
                        "taskmanager-" + taskManagers.size(),
                        List.of("-Xmx512m", "-XX:MaxDirectMemorySize=384m", "-Dlog.level=INFO"),
                        TaskManagerRunner.class.getName(),
                        List.of("--configDir", home.resolve("conf").toString())));
        return taskManagers.size() - 1;
    }

    /** Kills a task manager by SIGKILL and waits until it is gone. */
    public void killTaskManager(int index) {
        kill(taskManagers.get(index));
    }

    /** Whether the process of a task manager lives. */
    public synchronized boolean isTaskManagerAlive(int index) {
        return taskManagers.get(index).isAlive();
    }

    /**
     * Waits until so many task managers are registered; those that died count until the job manager
     * notices.
     */
    public void awaitTaskManagers(int number) throws IOException {
        await(START, number + " registered task managers", () -> registered(number));
    }

    private Optional<JsonNode> registered(int number) throws IOException {
        return get("/overview").filter(o -> o.get("taskmanagers").asInt() == number);
    }

    private void awaitStart() throws IOException {
        await(
                START,
                "the cluster's start",
                () -> {
                    if (!jobManager.isAlive()) {
                        throw endedAsItStarted("jobmanager-" + (jobManagersStarted - 1));
                    }
                    for (int index = 0; index < taskManagers.size(); index++) {
                        if (!taskManagers.get(index).isAlive()) {
                            throw endedAsItStarted("taskmanager-" + index);
                        }
                    }
                    return registered(taskManagers.size());
                });
    }

    private IOException endedAsItStarted(String process) throws IOException {
        List<String> lines = Files.readAllLines(log(process));
        return new IOException(
                "The process "
                        + process
                        + " ended as it started. The end of "
                        + log(process)
                        + ":\n"
                        + String.join(
                                "\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
    }

    /** As {@link #submit(List, Path, String, String...)}, without options. */
    public String submit(Path jar, String mainClass, String... arguments) throws IOException {
        return submit(List.of(), jar, mainClass, arguments);
    }

    /**
     * Submits a job and does not wait for its end.
     *
     * @param options of {@code flink run}, as {@code -p 3} or {@code -s PATH}
     * @return the job's id
     * @throws IOException if Flink refuses the job; the message quotes what it printed
     */
    public String submit(List<String> options, Path jar, String mainClass, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("run", "--detached", "--class", mainClass));
        command.addAll(options);
        command.add(jar.toString());
        command.addAll(Arrays.asList(arguments));
        String output = flink(START, command);
        Matcher submitted = SUBMITTED.matcher(output);
        if (!submitted.find()) {
            throw new IOException("Flink did not take the job:\n" + output);
        }
        return submitted.group(1);
    }

    /**
     * Runs a job to its end, as {@code flink run} does in the foreground.
     *
     * @param options of {@code flink run}, as {@code -t local}
     * @return what its {@code main} printed
     * @throws IOException if it fails or takes longer; the message quotes what was printed
     */
    public String run(
            List<String> options, Duration timeout, Path jar, String mainClass, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("run", "--class", mainClass));
        command.addAll(options);
        command.add(jar.toString());
        command.addAll(Arrays.asList(arguments));
        return flink(timeout, command);
    }

    /**
     * Runs Flink's command line.
     *
     * @param command for example {@code stop JOB}
     * @return what it printed
     * @throws IOException if it fails; the message quotes what was printed
     */
    public String flink(String... command) throws IOException {
        return flink(START, List.of(command));
    }

    private String flink(Duration timeout, List<String> command) throws IOException {
        String name = "client-" + clientsStarted.getAndIncrement();
        Process process =
                start(
                        name,
                        List.of("-Xmx512m", "-Dlog.level=ERROR"),
                        CliFrontend.class.getName(),
                        command);
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(
                        "'flink " + command.get(0) + "' does not end; see " + log(name));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while a job is submitted.", e);
        } finally {
            kill(process);
        }
        String output = Files.readString(log(name), StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new IOException("'flink " + command.get(0) + "' failed:\n" + output);
        }
        return output;
    }

    /** The job's status; empty while no job manager answers or none knows the job. */
    public Optional<JobStatus> status(String job) throws IOException {
        return get("/jobs/" + job).map(j -> JobStatus.valueOf(j.get("state").asText()));
    }

    /** Waits until the process of the job manager has ended, as that of an application does. */
    public void awaitEnd(Duration timeout) throws IOException {
        await(
                timeout,
                "the end of the job manager",
                () -> jobManager.isAlive() ? Optional.empty() : Optional.of(true));
    }

    /** Waits until the job has the status. Fails at once when it ended in another one. */
    public void awaitStatus(String job, JobStatus wanted, Duration timeout) throws IOException {
        await(
                timeout,
                "job " + job + " in status " + wanted,
                () -> {
                    Optional<JobStatus> status = status(job);
                    if (status.isPresent()
                            && status.get().isGloballyTerminalState()
                            && status.get() != wanted) {
                        throw new IOException(
                                "Job " + job + " is " + status.get() + ": " + failure(job));
                    }
                    return status.filter(s -> s == wanted);
                });
    }

    /** Waits until all tasks of the job run, which is later than the job's status says. */
    public void awaitTasksRunning(String job, Duration timeout) throws IOException {
        await(
                timeout,
                "job " + job + " with all tasks running",
                () ->
                        get("/jobs/" + job)
                                .filter(
                                        j -> {
                                            for (JsonNode vertex : j.get("vertices")) {
                                                if (!vertex.get("status")
                                                        .asText()
                                                        .equals("RUNNING")) {
                                                    return false;
                                                }
                                            }
                                            return true;
                                        }));
    }

    /**
     * Number of the latest completed checkpoint; empty where there is none, or no job manager
     * answers.
     */
    public Optional<Long> lastCheckpoint(String job) throws IOException {
        return get("/jobs/" + job + "/checkpoints")
                .map(c -> c.path("latest").path("completed").path("id"))
                .filter(JsonNode::isNumber)
                .map(JsonNode::asLong);
    }

    /** Waits until a checkpoint later than the given one is complete, and returns its number. */
    public long awaitCheckpointAfter(String job, long checkpoint, Duration timeout)
            throws IOException {
        return await(
                timeout,
                "a checkpoint of job " + job + " after " + checkpoint,
                () -> lastCheckpoint(job).filter(last -> last > checkpoint));
    }

    /** What the job failed of last, as Flink prints it; empty text where it did not fail. */
    public String failure(String job) throws IOException {
        return get("/jobs/" + job + "/exceptions")
                .map(e -> e.path("exceptionHistory").path("entries").path(0))
                .map(e -> e.path("stacktrace").asText())
                .orElse("");
    }

    /**
     * Stops a job with a savepoint.
     *
     * @return the savepoint's location, for {@code flink run -s}
     */
    public String stopWithSavepoint(String job, Path directory, Duration timeout)
            throws IOException {
        String request =
                json.createObjectNode()
                        .put("targetDirectory", directory.toUri().toString())
                        .put("drain", false)
                        .toString();
        String trigger =
                send("POST", "/jobs/" + job + "/stop", request)
                        .orElseThrow(() -> new IOException("No job manager knows job " + job))
                        .get("request-id")
                        .asText();
        JsonNode operation =
                await(
                        timeout,
                        "the savepoint of job " + job,
                        () ->
                                get("/jobs/" + job + "/savepoints/" + trigger)
                                        .filter(
                                                s ->
                                                        s.at("/status/id")
                                                                .asText()
                                                                .equals("COMPLETED"))
                                        .map(s -> s.get("operation")));
        if (!operation.has("location")) {
            throw new IOException("The savepoint failed: " + operation);
        }
        return operation.get("location").asText();
    }

    /** Asks for the job's cancellation. */
    public void cancel(String job) throws IOException {
        send("PATCH", "/jobs/" + job + "?mode=cancel", "");
    }

    /** Kills all processes. */
    @Override
    public void close() {
        taskManagers.forEach(ProcessCluster::kill);
        if (jobManager != null) {
            kill(jobManager);
        }
        if (zooKeeper != null) {
            zooKeeper.close();
        }
    }

    private Optional<JsonNode> get(String path) throws IOException {
        return send("GET", path, "");
    }

    /** Empty where nobody answers, or answers that it does not know (yet). */
    private Optional<JsonNode> send(String method, String path, String body) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(restAddress().resolve(path))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted.", e);
        }
        // A job manager that recovers answers questions about its jobs with all kinds of errors.
        if (response.statusCode() == 404
                || (response.statusCode() >= 500 && method.equals("GET"))) {
            return Optional.empty();
        }
        if (response.statusCode() >= 400) {
            throw new IOException(method + " " + path + " failed: " + response.body());
        }
        return Optional.of(json.readTree(response.body()));
    }

    /** Something that may be there by now. */
    @FunctionalInterface
    private interface Attempt<T> {
        Optional<T> get() throws IOException;
    }

    private <T> T await(Duration timeout, String what, Attempt<T> attempt) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Optional<T> result = attempt.get();
            if (result.isPresent()) {
                return result.get();
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "Waited " + timeout.toSeconds() + " s for " + what + "; see " + logs());
            }
            try {
                TimeUnit.MILLISECONDS.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while waiting for " + what, e);
            }
        }
    }

    private Process start(String name, List<String> jvmOptions, String main, List<String> arguments)
            throws IOException {
        List<String> command =
                Stream.of(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString()),
                                JVM_OPTIONS,
                                jvmOptions,
                                List.of(
                                        "-Dlog4j.configurationFile="
                                                + home.resolve("conf").resolve("log4j.properties"),
                                        "-cp",
                                        classPath,
                                        ChildMain.class.getName(),
                                        main),
                                arguments)
                        .flatMap(List::stream)
                        .toList();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("FLINK_CONF_DIR", home.resolve("conf").toString());
        // By which an application finds its jar.
        builder.environment().put("FLINK_LIB_DIR", home.resolve("lib").toString());
        if (plugins != null) {
            builder.environment().put("FLINK_PLUGINS_DIR", plugins.toAbsolutePath().toString());
        }
        builder.redirectErrorStream(true);
        builder.redirectOutput(log(name).toFile());
        return builder.start();
    }

    private Path log(String name) {
        return logs().resolve(name + ".log");
    }

    private static void kill(Process process) {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
