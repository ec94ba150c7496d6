package io.champion.flatfile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Which version of which file the days of lake and warehouse were made of: one JSON file per kind
 * and day, below {@code <home>/flatfiles}. A day whose entry is lost is ingested again, and nothing
 * worse.
 */
final class Ledger {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What a day was made of.
     *
     * @param rows rows that the lake had of it then
     * @param checks the thresholds, as text
     * @param files fingerprint by name
     */
    record Entry(long rows, String checks, Map<String, String> files) {}

    private final Path root;

    Ledger(String home) {
        this.root = new Path(home + "/flatfiles");
    }

    private Path file(FlatFileKind kind, LocalDate day) {
        return new Path(root, kind.datasetName() + "/" + day + ".json");
    }

    /** The entry of a day, or null. */
    Entry read(FlatFileKind kind, LocalDate day) throws IOException {
        Path file = file(kind, day);
        try (InputStream in = file.getFileSystem().open(file)) {
            JsonNode node = JSON.readTree(in);
            Map<String, String> files = new TreeMap<>();
            node.path("files")
                    .fields()
                    .forEachRemaining(f -> files.put(f.getKey(), f.getValue().asText()));
            return new Entry(node.path("rows").asLong(-1), node.path("checks").asText(), files);
        } catch (FileNotFoundException e) {
            return null;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            // Cut off by a crash: the day counts as unknown.
            return null;
        }
    }

    void write(FlatFileKind kind, LocalDate day, Entry entry) throws IOException {
        ObjectNode node = JSON.createObjectNode();
        node.put("rows", entry.rows());
        node.put("checks", entry.checks());
        ObjectNode files = node.putObject("files");
        entry.files().forEach(files::put);
        Path file = file(kind, day);
        FileSystem fs = file.getFileSystem();
        fs.mkdirs(file.getParent());
        try (OutputStream out = fs.create(file, FileSystem.WriteMode.OVERWRITE)) {
            out.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node));
        }
    }
}
