package io.champion.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.model.Dataset;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Counts what the complete partitions of a lake on this machine hold. */
final class LakeFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private LakeFiles() {}

    /**
     * What a dataset has in the lake.
     *
     * @param partitions complete ones
     * @param bytes size of the data files
     */
    record Size(long partitions, long rows, long bytes) {

        Size plus(Size other) {
            return new Size(partitions + other.partitions, rows + other.rows, bytes + other.bytes);
        }
    }

    static Size sizeOf(Path lake, Dataset dataset) {
        try {
            return sizeOf(lake, Datasets.partitionGlob(dataset).split("/"), 0);
        } catch (IOException e) {
            throw new UserException(
                    ExitCode.FAILED, "The lake in " + lake + " cannot be read: " + e + ".", e);
        }
    }

    private static Size sizeOf(Path folder, String[] globs, int level) throws IOException {
        Size size = new Size(0, 0, 0);
        if (level == globs.length) {
            Path success = folder.resolve("_SUCCESS");
            if (!Files.exists(success)) {
                return size;
            }
            JsonNode manifest = JSON.readTree(success.toFile());
            return new Size(1, manifest.path("rows").asLong(), manifest.path("bytes").asLong());
        }
        if (!Files.isDirectory(folder)) {
            return size;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, globs[level])) {
            for (Path entry : entries) {
                size = size.plus(sizeOf(entry, globs, level + 1));
            }
        }
        return size;
    }
}
