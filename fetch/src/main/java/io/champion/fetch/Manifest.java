package io.champion.fetch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * What was fetched, as JSON lines: what is said last of a key counts. Each change is appended and
 * forced to disk, so that a run that is killed loses none; opening it removes what later lines
 * replace, by an atomic rename.
 */
final class Manifest implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final TreeMap<String, ManifestEntry> entries = new TreeMap<>();
    private FileChannel channel;

    private Manifest(Path file) {
        this.file = file;
    }

    /**
     * Opens a manifest, or begins one.
     *
     * @throws FetchException if a line of it is damaged; the last one may be torn by a crash
     */
    static Manifest open(Path file) throws IOException {
        Manifest manifest = new Manifest(file);
        int lines = 0;
        boolean torn = false;
        if (Files.exists(file)) {
            String text = Files.readString(file);
            torn = !text.isEmpty() && !text.endsWith("\n");
            List<String> all = text.lines().toList();
            lines = all.size() - (torn ? 1 : 0);
            for (int i = 0; i < lines; i++) {
                manifest.take(all.get(i), i + 1);
            }
        }
        if (torn || lines > manifest.entries.size()) {
            manifest.rewrite();
        }
        manifest.channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.APPEND);
        return manifest;
    }

    private void take(String line, int number) throws FetchException {
        try {
            ManifestEntry entry = ManifestEntry.of(JSON.readTree(line));
            entries.put(entry.key(), entry);
        } catch (JsonProcessingException | RuntimeException e) {
            throw new FetchException(
                    FetchException.Kind.TIER,
                    "Line "
                            + number
                            + " of the manifest "
                            + file
                            + " is damaged. Remove the line: its file is then fetched again, unless"
                            + " it is there and as published.",
                    e);
        }
    }

    private void rewrite() throws IOException {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (ManifestEntry entry : entries.values()) {
            lines.write(line(entry));
        }
        Durable.replace(file, lines.toByteArray());
    }

    private static byte[] line(ManifestEntry entry) {
        return (entry.toJson() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** What is known of a key, or null. */
    synchronized ManifestEntry get(String key) {
        return entries.get(key);
    }

    synchronized Collection<ManifestEntry> all() {
        return List.copyOf(entries.values());
    }

    synchronized void put(ManifestEntry entry) throws IOException {
        ByteBuffer line = ByteBuffer.wrap(line(entry));
        while (line.hasRemaining()) {
            channel.write(line);
        }
        channel.force(false);
        entries.put(entry.key(), entry);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
