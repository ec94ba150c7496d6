package io.champion.fetch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Files as they were published, below {@code raw/NAME} of a home. What belongs to the fetching
 * itself, the manifest and the files that are not whole yet, is in {@code raw/.fetch/NAME}. While
 * one is open no other process can open it.
 */
final class RawTier implements AutoCloseable {

    /** What a name may be made of: no path, nothing hidden, nothing that a shell or a log minds. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._=+@^-]{0,127}");

    private static final int MAX_DEPTH = 10;

    private final Path root;
    private final Path parts;
    private final FileChannel lockFile;
    private final Manifest manifest;

    private RawTier(Path root, Path parts, FileChannel lockFile, Manifest manifest) {
        this.root = root;
        this.parts = parts;
        this.lockFile = lockFile;
        this.manifest = manifest;
    }

    /** Where a tier of a home lies. */
    static Path root(Path home, String name) {
        return home.resolve("raw").resolve(name);
    }

    static boolean exists(Path home, String name) {
        return Files.isRegularFile(state(home, name).resolve("manifest.jsonl"));
    }

    private static Path state(Path home, String name) {
        return home.resolve("raw").resolve(".fetch").resolve(name);
    }

    /**
     * Opens a tier, or begins one.
     *
     * @throws FetchException if another process has it open, or its manifest is damaged
     */
    static RawTier open(Path home, String name) throws IOException {
        Path root = root(home, name);
        Path state = state(home, name);
        Path parts = state.resolve("parts");
        directories(root);
        directories(parts);
        FileChannel lockFile =
                FileChannel.open(
                        state.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock(lockFile, root);
            return new RawTier(
                    root.toRealPath(),
                    parts,
                    lockFile,
                    Manifest.open(state.resolve("manifest.jsonl")));
        } catch (IOException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    private static void lock(FileChannel file, Path root) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new FetchException(
                    FetchException.Kind.TIER,
                    "Another fetch or retention is at work on " + root + "; wait for its end.");
        }
    }

    private static void directories(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new FetchException(
                    FetchException.Kind.TIER, e.getFile() + " is in the way: it is no folder.", e);
        }
    }

    Path root() {
        return root;
    }

    Manifest manifest() {
        return manifest;
    }

    /** Where the files that are not whole yet are. */
    Path parts() {
        return parts;
    }

    /** Whether a key can be a path below the root. Keys are what a server says. */
    static boolean isSafe(String key) {
        String[] names = key.split("/", -1);
        if (names.length > MAX_DEPTH) {
            return false;
        }
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                return false;
            }
        }
        return true;
    }

    /** The file of a key; it need not exist. */
    Path file(String key) {
        Path file = root.resolve(key).normalize();
        if (!isSafe(key) || !file.startsWith(root)) {
            throw new IllegalArgumentException("'" + key + "' is no key of a raw tier.");
        }
        return file;
    }

    /** Size of the file of a key, or -1 if there is none. */
    long size(String key) throws IOException {
        Path file = file(key);
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : -1;
    }

    /** Where a version of a file is collected until it is whole. */
    Path part(String key, String version) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest((key + "\n" + version).getBytes(StandardCharsets.UTF_8));
            return parts.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".part");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
    }

    /** Puts a whole file where its key says, in place of an older one. */
    void publish(Path part, String key) throws IOException {
        Path file = file(key);
        directories(file.getParent());
        if (!isInside(file)) {
            throw new FileFailure(
                    FileFailure.Kind.PERMANENT,
                    "Its folder is a link that leads out of " + root + ".",
                    null);
        }
        Durable.move(part, file);
    }

    /** Whether the folder of a file is really below the root, links followed. */
    boolean isInside(Path file) throws IOException {
        return file.getParent().toRealPath().startsWith(root);
    }

    @Override
    public void close() throws IOException {
        // Closing the file gives the lock back.
        try (lockFile) {
            manifest.close();
        }
    }
}
