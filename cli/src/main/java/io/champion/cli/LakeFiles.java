package io.champion.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

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

    /** The complete partitions of a dataset, in the order of their names. */
    static List<PartitionKey> partitions(Path lake, Dataset dataset) {
        try {
            List<PartitionKey> partitions = new ArrayList<>();
            for (String folder : folders(lake, dataset)) {
                try (Stream<Path> found =
                        Files.walk(lake.resolve(folder), dataset.partitionBy().size())) {
                    found.filter(path -> Files.exists(path.resolve("_SUCCESS")))
                            .map(path -> lake.resolve(folder).relativize(path))
                            .map(path -> new PartitionKey(dataset.id(), folder, path.toString()))
                            .forEach(partitions::add);
                }
            }
            Collections.sort(partitions);
            return partitions;
        } catch (IOException | UncheckedIOException e) {
            throw new UserException(
                    ExitCode.FAILED, "The lake in " + lake + " cannot be read: " + e + ".", e);
        }
    }

    /** Those of the dataset's folders that there are. */
    private static List<String> folders(Path lake, Dataset dataset) throws IOException {
        if (dataset.folderField() == null) {
            return Files.isDirectory(lake.resolve(dataset.folder()))
                    ? List.of(dataset.folder())
                    : List.of();
        }
        Path layer = lake.resolve(dataset.layer().folder());
        if (!Files.isDirectory(layer)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(layer)) {
            return folders.filter(Files::isDirectory)
                    .map(folder -> lake.relativize(folder).toString())
                    .toList();
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
