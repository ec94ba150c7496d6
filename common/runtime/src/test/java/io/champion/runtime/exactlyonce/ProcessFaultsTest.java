package io.champion.runtime.exactlyonce;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes die, and every row is written once all the same. */
class ProcessFaultsTest {
    @TempDir static Path folder;

    private static Stage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = Stage.set(folder);
    }

    @AfterAll
    static void stop() throws IOException {
        stage.close();
    }

    @Test
    void taskManagersAreKilled() throws Exception {
        Run run = stage.prepare("task_managers");
        String job = stage.submit(run, 2, null);
        Random random = new Random(1);
        for (int kill = 0; kill < 3; kill++) {
            stage.awaitProgress(run);
            stage.killTaskManager(kill % 2, 1 + random.nextInt(10));
        }
        stage.awaitProgress(run);
        stage.finish(run, job);
    }
}
