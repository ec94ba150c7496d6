package io.champion.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The reports that runs left in a home. */
final class Runs {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Runs() {}

    /** The latest reports, the latest first. */
    static List<JsonNode> latest(Path folder, int count) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files =
                    all.map(run -> run.resolve("report.json"))
                            .filter(Files::exists)
                            .sorted(Comparator.reverseOrder())
                            .limit(count)
                            .toList();
        }
        List<JsonNode> runs = new ArrayList<>();
        for (Path file : files) {
            runs.add(JSON.readTree(file.toFile()));
        }
        return runs;
    }
}
