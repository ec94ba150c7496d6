package io.champion.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.jdbc.PostgresProxy.Loss;
import io.champion.local.ProcessCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The jar as it is shipped, submitted as docs/cluster.md says, to processes without its classes,
 * which are killed between prepare and commit.
 */
class ClusterSubmissionIT {
    private static final Path JAR = Path.of(System.getProperty("job.jar"));
    private static final int HOURS = 24;
    private static final int ROWS = 1_000;

    @TempDir Path folder;

    @Test
    void aSessionClusterRunsTheJarAndSurvivesKills() throws Exception {
        Path home = folder.resolve("home");
        TickLake.write(home, TickLake.ticks(HOURS, ROWS));
        Configuration settings = new Configuration();
        settings.set(CoreOptions.DEFAULT_PARALLELISM, 2);
        try (PostgresProcess postgres = PostgresProcess.start(folder.resolve("postgres"), 64);
                PostgresProxy proxy = PostgresProxy.start(postgres);
                ProcessCluster cluster =
                        ProcessCluster.builder(folder.resolve("cluster"))
                                .taskManagers(1)
                                .slots(2)
                                .configuration(settings)
                                .start()) {
            proxy.delay(10_000);
            // The first is killed when its transaction is prepared, the checkpoint is not complete.
            proxy.breakAt("PREPARE TRANSACTION", 2, Loss.ANSWER, () -> replace(cluster, 0));
            export(cluster, home, proxy, "prepared");
            assertThat(proxy.faults()).isEqualTo(1);
            isWhole(postgres, "prepared");
            // The second when the checkpoint is complete, and nothing of it committed yet.
            proxy.breakAt("COMMIT PREPARED", 1, Loss.REQUEST, () -> replace(cluster, 1));
            export(cluster, home, proxy, "committing");
            assertThat(proxy.faults()).isEqualTo(2);
            isWhole(postgres, "committing");
        }
    }

    private static void replace(ProcessCluster cluster, int taskManager) {
        try {
            cluster.killTaskManager(taskManager);
            cluster.startTaskManager();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void export(ProcessCluster cluster, Path home, PostgresProxy proxy, String table)
            throws Exception {
        Path config =
                Files.writeString(
                        folder.resolve(table + ".yaml"),
                        """
                        home: %s
                        postgres:
                          url: %s
                        export:
                          dataset: raw.equity_trade
                          table: %s
                          create-table: true
                        execution.checkpointing.interval: 100 ms
                        execution.checkpointing.min-pause: 10 ms
                        """
                                .formatted(home, proxy.url(), table));
        cluster.run(
                List.of(),
                Duration.ofMinutes(3),
                JAR,
                JdbcExportJob.class.getName(),
                "--config",
                config.toString());
    }

    private static void isWhole(PostgresProcess postgres, String table) throws Exception {
        assertThat(
                        postgres.one(
                                "SELECT concat_ws(' ', count(*), count(DISTINCT event_id)) FROM "
                                        + table))
                .isEqualTo(HOURS * ROWS + " " + HOURS * ROWS);
        assertThat(postgres.count("SELECT count(*) FROM pg_prepared_xacts")).isZero();
    }
}
