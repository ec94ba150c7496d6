package io.champion.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.List;

/**
 * From what a run made what: the artifact {@code lineage.json}.
 *
 * @param job its name
 * @param run id of the run
 * @param revision of the program
 * @param inputs what was read
 * @param outputs what was written
 */
public record Lineage(
        String job, String run, String revision, List<Item> inputs, List<Item> outputs) {

    /** Made by this build. */
    public Lineage(String job, String run, List<Item> inputs, List<Item> outputs) {
        this(job, run, Revision.current().toString(), inputs, outputs);
    }

    /** The artifact's name. */
    public static final String FILE = "lineage.json";

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * A file, a partition or a range of a topic.
     *
     * @param name where it is: a path, a partition's location, or {@code topic-partition}
     * @param version what tells it from others of that name: a hash, a fingerprint, or a range of
     *     offsets {@code from..to} (the last one not in it); null where that is not known
     * @param rows how many it has; null where that is not known
     */
    public record Item(String name, String version, Long rows) {}

    /** As the artifact has it. */
    public byte[] toJson() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Plain values cannot be written.", e);
        }
    }
}
