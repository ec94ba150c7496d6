package io.champion.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * How far an appending sink has come: the last checkpoint whose files it has begun to make visible,
 * in {@code .commits/<uid>/<epoch>} below the lake's root.
 *
 * <p>It is written before the files are. A commit belongs to a checkpoint that is complete, so
 * whoever restores the latest state restores that checkpoint or a later one, and makes the files
 * visible then.
 */
final class CommitMark {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = ".commits";

    private final FileSystem fs;
    private final Path path;
    private final String run;
    private long checkpoint;

    /**
     * Reads the mark.
     *
     * @param run the job, whatever its attempt
     * @param restored the checkpoint that the job was restored from, if it was
     * @throws IllegalStateException if files of later commits are in the lake
     */
    CommitMark(Path root, String uid, String epoch, String run, OptionalLong restored)
            throws IOException {
        this.fs = root.getFileSystem();
        this.path = new Path(new Path(new Path(root, FOLDER), uid), epoch);
        this.run = run;
        this.checkpoint = -1;
        Optional<byte[]> bytes = LakeFiles.read(fs, path);
        if (bytes.isPresent()) {
            JsonNode mark = JSON.readTree(bytes.get());
            this.checkpoint = mark.path("checkpoint").asLong(Long.MAX_VALUE);
            // A job in batch mode has no checkpoint to be restored from, but repeats its commit.
            boolean same = restored.isEmpty() && mark.path("run").asText().equals(run);
            if (!same && checkpoint > restored.orElse(-1)) {
                throw new IllegalStateException(ahead(root, uid, epoch, restored));
            }
        }
    }

    private String ahead(Path root, String uid, String epoch, OptionalLong restored) {
        return "The lake "
                + root
                + " is ahead of this job: sink '"
                + uid
                + "' has committed files of epoch '"
                + epoch
                + "' up to checkpoint "
                + checkpoint
                + (restored.isPresent()
                        ? ", and the job was restored from checkpoint " + restored.getAsLong()
                        : ", and the job was started without their state")
                + ". Going on would write their rows again. Restore the latest checkpoint or"
                + " savepoint; or, to write history anew, remove the partitions that will be"
                + " written again and set a new epoch.";
    }

    /** Says that the files of a checkpoint are about to become visible. */
    void advance(long toCheckpoint) throws IOException {
        if (toCheckpoint > checkpoint) {
            fs.mkdirs(path.getParent());
            LakeFiles.put(
                    fs,
                    path,
                    JSON.writeValueAsBytes(
                            JSON.createObjectNode()
                                    .put("run", run)
                                    .put("checkpoint", toCheckpoint)));
            checkpoint = toCheckpoint;
        }
    }
}
