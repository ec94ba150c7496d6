package io.champion.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.runtime.CommonOptions;
import io.champion.runtime.JobConfig;
import io.champion.runtime.OptionSet;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is told to end while its job runs. */
final class EndedProcessTest {
    @TempDir Path home;

    @Test
    void itsRunHasFailedAndEnded() throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Endless.class.getName(),
                                home.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(out.readLine()).isEqualTo("running");
            process.toHandle().destroy();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<TrackedRun> runs =
                Tracker.runs(Endless.config(home.toString()), List.of(Experiments.INGESTION), 10);
        assertThat(runs).hasSize(1);
        TrackedRun run = runs.get(0);
        assertThat(run.status()).isEqualTo(TrackedRun.Status.FAILED);
        assertThat(run.end()).isAfterOrEqualTo(run.start());
        assertThat(run.tags())
                .containsEntry("champion.problem", "The process was ended by a signal.")
                .containsEntry("champion.job", "endless");
        assertThat(run.params()).containsEntry("home", home.toString());
    }

    /** Argument: the home. */
    static final class Endless {
        private Endless() {}

        static JobConfig config(String home) {
            return JobConfig.of(OptionSet.of(CommonOptions.class, TrackingOptions.class))
                    .arguments(List.of(CommonOptions.HOME.key() + "=" + home))
                    .load();
        }

        public static void main(String[] arguments) throws Exception {
            Tracker.job(
                    config(arguments[0]),
                    Experiments.INGESTION,
                    "endless",
                    "1",
                    Instant.now(),
                    run -> {
                        System.out.println("running");
                        new CountDownLatch(1).await();
                        return null;
                    });
        }
    }
}
