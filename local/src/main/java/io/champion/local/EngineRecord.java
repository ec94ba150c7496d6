package io.champion.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How to reach the engine of a store, kept in a file of the store while the engine runs. */
final class EngineRecord {

    static final String FILE = "engine.json";

    private static final Pattern FIELDS =
            Pattern.compile(
                    "\"pid\": (\\d+), \"port\": (\\d+), \"lease_port\": (\\d+),"
                            + " \"started\": \"([-0-9T:.]+Z)\"");

    final long pid;
    final int port;
    final int leasePort;
    final Instant started;

    EngineRecord(long pid, int port, int leasePort, Instant started) {
        this.pid = pid;
        this.port = port;
        this.leasePort = leasePort;
        this.started = started;
    }

    void write(Path store) throws IOException {
        Path draft = store.resolve(FILE + ".new");
        Files.writeString(
                draft,
                String.format(
                        Locale.ROOT,
                        "{\"pid\": %d, \"port\": %d, \"lease_port\": %d, \"started\": \"%s\"}%n",
                        pid,
                        port,
                        leasePort,
                        started));
        Files.move(draft, store.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The record, which may be of an engine that was killed; empty where there is none. */
    static Optional<EngineRecord> read(Path store) throws IOException {
        String text;
        try {
            text = Files.readString(store.resolve(FILE));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        Matcher matcher = FIELDS.matcher(text);
        if (!matcher.find()) {
            throw new IOException(
                    store.resolve(FILE) + " is no record of an engine; remove it and start again.");
        }
        return Optional.of(
                new EngineRecord(
                        Long.parseLong(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3)),
                        Instant.parse(matcher.group(4))));
    }
}
