package io.champion.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessClusterTest {

    /** Far above what it takes on an idle machine. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir Path home;

    @Test
    void aJobOutlivesItsProcesses() throws Exception {
        Path jar = jar();
        Configuration configuration = new Configuration();
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                home.resolve("checkpoints").toUri().toString());
        try (ProcessCluster cluster =
                ProcessCluster.builder(home.resolve("cluster"))
                        .highAvailability()
                        .configuration(configuration)
                        .start()) {
            assertThatThrownBy(() -> cluster.submit(jar, "io.champion.local.NoSuchJob"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NoSuchJob");

            String job = cluster.submit(jar, EndlessJob.class.getName(), "100");
            long checkpoint = cluster.awaitCheckpointAfter(job, 0, LIMIT);

            cluster.killTaskManager(0);
            cluster.startTaskManager();
            checkpoint = cluster.awaitCheckpointAfter(job, checkpoint, LIMIT);
            assertThat(cluster.failure(job)).isNotEmpty();

            cluster.killJobManager();
            assertThat(cluster.status(job)).isEmpty();
            cluster.startJobManager();
            cluster.awaitCheckpointAfter(job, checkpoint, LIMIT);
            cluster.awaitTasksRunning(job, LIMIT);
            assertThat(cluster.status(job)).contains(JobStatus.RUNNING);

            String savepoint = cluster.stopWithSavepoint(job, home.resolve("savepoints"), LIMIT);
            cluster.awaitStatus(job, JobStatus.FINISHED, LIMIT);

            String next =
                    cluster.submit(
                            List.of("-p", "2", "-s", savepoint),
                            jar,
                            EndlessJob.class.getName(),
                            "100");
            cluster.awaitCheckpointAfter(next, 0, LIMIT);
            cluster.cancel(next);
            cluster.awaitStatus(next, JobStatus.CANCELED, LIMIT);

            assertThat(cluster.run(LIMIT, jar, EndlessJob.class.getName(), "10000", "100"))
                    .contains("The end.");
            assertThatThrownBy(
                            () -> cluster.run(LIMIT, jar, EndlessJob.class.getName(), "no number"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("NumberFormatException");
        }
    }

    private Path jar() throws IOException {
        Path jar = home.resolve("endless-job.jar");
        String name = EndlessJob.class.getName().replace('.', '/') + ".class";
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                InputStream code = EndlessJob.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            code.transferTo(out);
        }
        return jar;
    }

    /** Arguments: rows a second, and how many in all if there is to be an end. */
    public static final class EndlessJob {

        private EndlessJob() {}

        public static void main(String[] args) throws Exception {
            StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
            env.enableCheckpointing(200);
            env.fromSource(
                            new DataGeneratorSource<>(
                                    index -> index,
                                    args.length > 1 ? Long.parseLong(args[1]) : Long.MAX_VALUE,
                                    RateLimiterStrategy.perSecond(Double.parseDouble(args[0])),
                                    Types.LONG),
                            WatermarkStrategy.noWatermarks(),
                            "numbers")
                    .uid("numbers")
                    .sinkTo(new DiscardingSink<>())
                    .uid("nowhere");
            env.execute("endless");
            System.out.println(args.length > 1 ? "The end." : "Submitted.");
        }
    }
}
