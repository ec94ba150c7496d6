package io.champion.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * What a partition consists of: the content of its {@code _SUCCESS}.
 *
 * @param commit the commit that completed the partition last
 * @param files its data files; a file that is not among them is not part of the partition
 */
record Manifest(String commit, List<DataFile> files) {
    private static final int VERSION = 1;

    /** Of a hash, so that versions are short and still never the same by chance. */
    private static final int VERSION_BYTES = 12;

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A data file.
     *
     * @param name its name in the partition's folder
     * @param rows rows in it
     * @param bytes its size
     */
    record DataFile(String name, long rows, long bytes) {}

    Manifest {
        files = List.copyOf(files);
    }

    long rows() {
        return files.stream().mapToLong(DataFile::rows).sum();
    }

    /** Stands for the content: no two contents of a partition have the same. */
    String version() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
        digest.update((commit + files).getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, VERSION_BYTES);
    }

    byte[] toJson() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        root.put("commit", commit);
        root.put("rows", rows());
        root.put("bytes", files.stream().mapToLong(DataFile::bytes).sum());
        ArrayNode array = root.putArray("files");
        for (DataFile file : files) {
            array.addObject()
                    .put("name", file.name())
                    .put("rows", file.rows())
                    .put("bytes", file.bytes());
        }
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    /** The manifest of a partition, or empty where the partition is absent or not complete. */
    static Optional<Manifest> read(FileSystem fs, Path partition) throws IOException {
        Path file = new Path(partition, Layout.SUCCESS);
        Optional<byte[]> bytes = LakeFiles.read(fs, file);
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        JsonNode root = JSON.readTree(bytes.get());
        if (root == null || root.path("version").asInt() != VERSION) {
            throw new IOException(
                    file
                            + " is no manifest of version "
                            + VERSION
                            + ". If another tool wrote this partition, remove it or move it"
                            + " elsewhere; if a later release did, use that release.");
        }
        List<DataFile> files = new ArrayList<>();
        for (JsonNode entry : root.path("files")) {
            files.add(
                    new DataFile(
                            Layout.requirePlain(
                                    entry.path("name").asText(), "A file named in " + file),
                            entry.path("rows").asLong(),
                            entry.path("bytes").asLong()));
        }
        return Optional.of(new Manifest(root.path("commit").asText(), files));
    }
}
