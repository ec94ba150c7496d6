package io.champion.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.client.deployment.executors.PipelineExecutorUtils;
import org.apache.flink.client.program.StreamContextEnvironment;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.runtime.client.JobInitializationException;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.runtime.minicluster.RpcServiceSharing;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;

/**
 * A Flink cluster inside this process, for as many jobs as come. A job's {@code main} runs on it
 * unchanged, by {@link #run}. Its REST interface and, where flink-runtime-web is on the class path,
 * its web page are on 127.0.0.1.
 */
public final class LocalFlink implements AutoCloseable {

    private static final String TARGET = "champion-local";

    /** Slots of the one task manager, where the configuration says nothing else. */
    public static final int DEFAULT_SLOTS = 2;

    /**
     * For exchanges between tasks; Flink's own default for local clusters, which suits two slots.
     */
    private static final MemorySize NETWORK_MEMORY = MemorySize.ofMebiBytes(64);

    /** For sorting in batch jobs and for RocksDB; off the heap, and taken only as it is used. */
    private static final MemorySize MANAGED_MEMORY = MemorySize.ofMebiBytes(128);

    private final Starting cluster;
    private final Configuration configuration;

    private LocalFlink(Starting cluster, Configuration configuration) {
        this.cluster = cluster;
        this.configuration = configuration;
    }

    /** A cluster that starts while others go on. */
    private static final class Starting extends FutureTask<MiniCluster> {

        Starting(MiniCluster cluster) {
            super(
                    () -> {
                        cluster.start();
                        return cluster;
                    });
        }

        /** Waits until it has started. */
        MiniCluster started() throws Exception {
            try {
                return get();
            } catch (ExecutionException e) {
                throw new IOException("The cluster could not be started.", e.getCause());
            }
        }
    }

    /**
     * Begins to start a cluster. Whoever runs a job on it waits until it has started, and is told
     * if it could not; until then there is time to see what the job is to do.
     *
     * @param home where the cluster keeps its temporary files; made if it does not exist
     * @param configuration Flink's settings; what is set here goes before the defaults of this
     *     class
     * @throws IOException if the folder cannot be made
     */
    public static LocalFlink start(Path home, Configuration configuration) throws IOException {
        Path temporary = Files.createDirectories(home.resolve("tmp"));
        Configuration effective = new Configuration();
        effective.set(CoreOptions.TMP_DIRS, temporary.toString());
        effective.set(RestOptions.BIND_PORT, "0");
        effective.set(TaskManagerOptions.NUM_TASK_SLOTS, DEFAULT_SLOTS);
        effective.set(CoreOptions.DEFAULT_PARALLELISM, DEFAULT_SLOTS);
        effective.set(TaskManagerOptions.NETWORK_MEMORY_MIN, NETWORK_MEMORY);
        effective.set(TaskManagerOptions.NETWORK_MEMORY_MAX, NETWORK_MEMORY);
        effective.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MANAGED_MEMORY);
        // There is no other process to hand them to.
        effective.set(SecurityOptions.DELEGATION_TOKENS_ENABLED, false);
        effective.addAll(configuration);
        effective.set(RestOptions.ADDRESS, "127.0.0.1");
        effective.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        effective.set(DeploymentOptions.TARGET, TARGET);
        effective.set(DeploymentOptions.ATTACHED, true);
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(effective)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(
                                        effective.get(TaskManagerOptions.NUM_TASK_SLOTS))
                                .setRpcServiceSharing(RpcServiceSharing.SHARED)
                                .setCommonBindAddress("127.0.0.1")
                                .build());
        Starting starting = new Starting(cluster);
        Thread starter = new Thread(starting, "local-flink-start");
        starter.setDaemon(true);
        starter.start();
        return new LocalFlink(starting, effective);
    }

    /** A new environment whose jobs run on this cluster. */
    public StreamExecutionEnvironment environment() {
        return new StreamExecutionEnvironment(
                new OneExecutor(cluster), configuration, userClasses());
    }

    /**
     * Runs a job's {@code main}, or whatever else asks for {@link
     * StreamExecutionEnvironment#getExecutionEnvironment}, so that its jobs run on this cluster.
     * One at a time in a process.
     *
     * @return what the job returns
     */
    public <T> T run(Callable<T> job) throws Exception {
        StreamContextEnvironment.setAsContext(
                new OneExecutor(cluster), configuration, userClasses(), false, false);
        try {
            return job.call();
        } finally {
            StreamContextEnvironment.unsetAsContext();
        }
    }

    /** Address of the REST interface. */
    public URI restAddress() throws Exception {
        return cluster.started().getRestAddress().get();
    }

    /** Ends the cluster and all jobs on it. */
    @Override
    public void close() throws Exception {
        MiniCluster started;
        try {
            started = cluster.get();
        } catch (ExecutionException e) {
            // It has cleared up after itself, and whoever wanted a job to run knows.
            return;
        }
        started.close();
    }

    private static ClassLoader userClasses() {
        return Thread.currentThread().getContextClassLoader();
    }

    /** Finds one executor whatever is asked for: the one that submits to this cluster. */
    private static final class OneExecutor
            implements PipelineExecutorServiceLoader, PipelineExecutorFactory, PipelineExecutor {

        private final Starting starting;

        OneExecutor(Starting starting) {
            this.starting = starting;
        }

        @Override
        public PipelineExecutorFactory getExecutorFactory(Configuration configuration) {
            return this;
        }

        @Override
        public Stream<String> getExecutorNames() {
            return Stream.of(TARGET);
        }

        @Override
        public String getName() {
            return TARGET;
        }

        @Override
        public boolean isCompatibleWith(Configuration configuration) {
            return true;
        }

        @Override
        public PipelineExecutor getExecutor(Configuration configuration) {
            return this;
        }

        @Override
        public CompletableFuture<JobClient> execute(
                Pipeline pipeline, Configuration configuration, ClassLoader userClasses)
                throws Exception {
            StreamGraph graph = PipelineExecutorUtils.getStreamGraph(pipeline, configuration);
            graph.serializeUserDefinedInstances();
            MiniCluster cluster = starting.started();
            return cluster.submitJob(graph)
                    .thenApplyAsync(
                            submitted -> client(cluster, submitted.getJobID(), userClasses));
        }

        private static JobClient client(MiniCluster cluster, JobID job, ClassLoader userClasses) {
            try {
                ClientUtils.waitUntilJobInitializationFinished(
                        () -> cluster.getJobStatus(job).get(),
                        () -> cluster.requestJobResult(job).get(),
                        userClasses);
            } catch (JobInitializationException e) {
                throw new CompletionException(e);
            }
            return new MiniClusterJobClient(
                    job,
                    cluster,
                    userClasses,
                    MiniClusterJobClient.JobFinalizationBehavior.NOTHING);
        }
    }
}
