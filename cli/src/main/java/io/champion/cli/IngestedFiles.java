package io.champion.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.champion.fetch.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;

/** The files that successful runs of a home took, by the reports that they left. */
final class IngestedFiles implements Retention.Ingested {

    /** When the last run that took a file had started. */
    private final Map<Path, Instant> starts = new HashMap<>();

    private IngestedFiles() {}

    /**
     * @param runs where a home keeps the reports of its runs
     */
    static IngestedFiles of(Path runs) throws IOException {
        IngestedFiles ingested = new IngestedFiles();
        for (JsonNode run : Runs.latest(runs, Integer.MAX_VALUE)) {
            if (run.path("status").asText().equals("ok")) {
                ingested.take(run);
            }
        }
        return ingested;
    }

    private void take(JsonNode run) throws IOException {
        Instant started;
        try {
            started = Instant.parse(run.path("started").asText());
        } catch (DateTimeParseException e) {
            return;
        }
        for (JsonNode file : run.path("files")) {
            Path path = path(file.path("file").asText());
            if (path != null && path.toFile().exists()) {
                starts.merge(path.toRealPath(), started, (a, b) -> a.isAfter(b) ? a : b);
            }
        }
    }

    /** The file that a report names, of an archive the archive; null where it is not local. */
    private static Path path(String name) {
        int entry = name.indexOf('!');
        String file = entry < 0 ? name : name.substring(0, entry);
        // Flink writes file:/folder/name, as it is and not as a URL would have it.
        String local = file.replaceFirst("^file:/*", "/");
        return local.startsWith("/") ? Path.of(local) : null;
    }

    @Override
    public boolean after(Path file, Instant since) {
        Instant started = starts.get(file);
        return started != null && !started.isBefore(since);
    }
}
