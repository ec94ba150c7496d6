package io.champion.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Which {@linkplain LakeGeneration generation} was published last, and which of its partitions may
 * still lie in its own folder: the file {@code .generations/current}. Writing it is what switches
 * all partitions of a generation at once.
 *
 * @param generation id of the generation; empty where none was ever published
 * @param moving the partitions that are being moved to their places, by location, and whether they
 *     have rows; empty when all are there
 */
record GenerationPointer(String generation, Map<String, Boolean> moving) {
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "current";

    GenerationPointer {
        moving = Map.copyOf(moving);
    }

    boolean names(PartitionKey partition) {
        return moving.containsKey(partition.location());
    }

    boolean hasRows(PartitionKey partition) {
        return moving.getOrDefault(partition.location(), false);
    }

    private static Path file(Path root) {
        return new Path(new Path(root, LakeGeneration.FOLDER), NAME);
    }

    static GenerationPointer read(FileSystem fs, Path root) throws IOException {
        Optional<byte[]> bytes = LakeFiles.read(fs, file(root));
        if (bytes.isEmpty()) {
            return new GenerationPointer("", Map.of());
        }
        JsonNode node = JSON.readTree(bytes.get());
        if (node == null || node.path("version").asInt() != VERSION) {
            throw new IOException(
                    file(root)
                            + " is not of version "
                            + VERSION
                            + ". If a later release wrote it, use that release.");
        }
        Map<String, Boolean> moving = new TreeMap<>();
        node.path("moving")
                .fields()
                .forEachRemaining(e -> moving.put(e.getKey(), e.getValue().asBoolean()));
        return new GenerationPointer(
                Layout.requirePlain(
                        node.path("generation").asText(), "The generation in " + file(root)),
                moving);
    }

    void write(FileSystem fs, Path root) throws IOException {
        ObjectNode node = JSON.createObjectNode().put("version", VERSION);
        node.put("generation", generation);
        ObjectNode partitions = node.putObject("moving");
        new TreeMap<>(moving).forEach(partitions::put);
        LakeFiles.put(fs, file(root), JSON.writeValueAsBytes(node));
    }
}
