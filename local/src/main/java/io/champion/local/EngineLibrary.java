package io.champion.local;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds libchdb, the ClickHouse engine as a shared library, which npm fetches. */
final class EngineLibrary {

    /** Path of the library file, where it is kept elsewhere than below the project. */
    static final String ENVIRONMENT = "CHAMPION_CHDB_LIB";

    private static final Path PACKAGED =
            Path.of("local", "engine", "node_modules", "@chdb", "lib-linux-x64-gnu", "libchdb.so");

    private EngineLibrary() {}

    /**
     * @throws IllegalStateException if the library is not there; the message says what to run
     */
    static Path find() {
        String configured = System.getenv(ENVIRONMENT);
        if (configured != null && !configured.isBlank()) {
            Path library = Path.of(configured);
            if (!Files.isRegularFile(library)) {
                throw new IllegalStateException(
                        ENVIRONMENT + " names " + library + ", which is no file.");
            }
            return library.toAbsolutePath();
        }
        return ProjectFiles.find(PACKAGED)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "The embedded ClickHouse engine is not installed: run 'npm ci"
                                                + " --prefix local/engine' in the project (Linux on x86-64),"
                                                + " or set "
                                                + ENVIRONMENT
                                                + " to the path of a libchdb.so of chDB 26.7 or later."));
    }
}
