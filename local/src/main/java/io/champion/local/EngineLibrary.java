package io.champion.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Finds libchdb, the ClickHouse engine as a shared library, which npm fetches. */
final class EngineLibrary {

    /** Path of the library file, where it is kept elsewhere than below the project. */
    static final String ENVIRONMENT = "CHAMPION_CHDB_LIB";

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
        Path relative =
                Path.of("local", "engine", "node_modules", "@chdb", packageName(), "libchdb.so");
        return ProjectFiles.find(relative)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "The embedded ClickHouse engine is not installed ("
                                                + relative
                                                + " is nowhere above the working directory): run 'npm ci"
                                                + " --prefix local/engine' in the project, or set "
                                                + ENVIRONMENT
                                                + " to the path of libchdb.so."));
    }

    private static String packageName() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        boolean arm = arch.equals("aarch64");
        if (os.contains("mac")) {
            return arm ? "lib-darwin-arm64" : "lib-darwin-x64";
        }
        return arm ? "lib-linux-arm64-gnu" : "lib-linux-x64-gnu";
    }
}
