package io.champion.runtime.exactlyonce;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Tests that share one stage: it is set before the first of a class, and closed after its last. */
abstract class OnStage {
    @TempDir static Path folder;

    static Stage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = Stage.set(folder);
    }

    @AfterAll
    static void stop() throws IOException {
        stage.close();
    }
}
