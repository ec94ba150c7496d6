package io.champion.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.lake.LakeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which runs a server has, or does not want: a file each, beside the store. It is for the server
 * that the file names; another one has not got the run.
 */
final class SentRuns {
    private static final Logger LOG = LoggerFactory.getLogger(SentRuns.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final FileSystem files;

    /**
     * What became of a run.
     *
     * @param server its address
     * @param serverRun the run's id there; null if it was refused
     * @param status how the run stood when it was sent
     * @param end when it had ended by then; null where it had not
     * @param refusal why it was refused; null if it was not
     */
    record Sent(String server, String serverRun, String status, String end, String refusal) {
        /** Of a run as it stands. */
        static Sent of(String server, String serverRun, TrackedRun run, String refusal) {
            return new Sent(server, serverRun, run.status().name(), end(run), refusal);
        }

        private static String end(TrackedRun run) {
            return run.end() == null ? null : run.end().toString();
        }

        private boolean isOf(TrackedRun run) {
            return status.equals(run.status().name()) && Objects.equals(end, end(run));
        }
    }

    SentRuns(Path folder) throws IOException {
        this.folder = folder;
        this.files = folder.getFileSystem();
    }

    /** What became of a run; empty where nobody knows, and it has to be sent, perhaps again. */
    Optional<Sent> of(TrackedRun run) throws IOException {
        Path file = file(run);
        if (!files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = files.open(file)) {
            JsonNode node = JSON.readTree(in);
            return Optional.of(
                    new Sent(
                            node.path("server").asText(),
                            node.path("run").textValue(),
                            node.path("status").asText(),
                            node.path("end").textValue(),
                            node.path("refusal").textValue()));
        } catch (JsonProcessingException e) {
            LOG.warn("{} is taken for none, because it cannot be understood.", file, e);
            return Optional.empty();
        }
    }

    /** Whether a server still has to be sent a run as it stands. */
    boolean isDue(TrackedRun run, String server) throws IOException {
        Optional<Sent> sent = of(run);
        return sent.isEmpty()
                || !sent.get().server().equals(server)
                || sent.get().refusal() == null && !sent.get().isOf(run);
    }

    void store(TrackedRun run, Sent sent) throws IOException {
        files.mkdirs(folder);
        LakeFiles.put(
                files,
                file(run),
                JSON.writeValueAsBytes(
                        JSON.createObjectNode()
                                .put("server", sent.server())
                                .put("run", sent.serverRun())
                                .put("status", sent.status())
                                .put("end", sent.end())
                                .put("refusal", sent.refusal())
                                .put("time", Instant.now().toString())));
    }

    private Path file(TrackedRun run) {
        return new Path(folder, run.id() + ".json");
    }
}
