package io.champion.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.SortedMap;

/** With what input the steps of days were done last, a file each. */
final class DailyLedger {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    DailyLedger(Path folder) {
        this.folder = folder;
    }

    /** With what a step was done; empty if it never was. */
    Map<String, String> done(String step) throws IOException {
        Path file = file(step);
        return Files.exists(file)
                ? JSON.readValue(file.toFile(), new TypeReference<Map<String, String>>() {})
                : Map.of();
    }

    /** Notes that a step was done. */
    void note(String step, SortedMap<String, String> input) throws IOException {
        Files.createDirectories(folder);
        Path written = Files.createTempFile(folder, step, ".part");
        JSON.writeValue(written.toFile(), input);
        Files.move(
                written,
                file(step),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private Path file(String step) {
        return folder.resolve(step + ".json");
    }
}
