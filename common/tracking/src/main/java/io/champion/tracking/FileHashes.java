package io.champion.tracking;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;

/**
 * Tells which files a run read, by their hashes. They are read once more for it, several at a time,
 * so only {@value #MAX_BYTES} bytes are; of what is beyond, size and time of change must do.
 */
final class FileHashes {
    static final long MAX_BYTES = 1L << 30;

    private static final int BUFFER = 1 << 16;

    private final Map<String, String> versions = new HashMap<>();
    private long bytes;

    private FileHashes() {}

    /**
     * Reads files.
     *
     * @param read when the run began to read; a file that was changed later has no hash
     * @param names their paths; of an entry of an archive, {@code archive!entry}, which is told by
     *     its archive
     * @throws IOException if one cannot be read
     */
    static FileHashes of(Instant read, Collection<String> names) throws IOException {
        FileHashes hashes = new FileHashes();
        List<String> hashed = new ArrayList<>();
        long left = MAX_BYTES;
        for (String file : new LinkedHashSet<>(names.stream().map(FileHashes::fileOf).toList())) {
            FileStatus status;
            try {
                Path path = new Path(file);
                status = path.getFileSystem().getFileStatus(path);
            } catch (FileNotFoundException e) {
                continue; // It has no version: nobody can tell any more.
            }
            hashes.bytes += status.getLen();
            Instant modified = Instant.ofEpochMilli(status.getModificationTime());
            if (modified.isAfter(read)) {
                continue;
            }
            if (status.getLen() <= left) {
                left -= status.getLen();
                hashed.add(file);
            } else {
                hashes.versions.put(file, "size:" + status.getLen() + " modified:" + modified);
            }
        }
        try {
            Map<String, Optional<String>> found =
                    hashed.parallelStream()
                            .collect(Collectors.toMap(Function.identity(), FileHashes::hash));
            found.forEach((file, hash) -> hash.ifPresent(h -> hashes.versions.put(file, h)));
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
        return hashes;
    }

    /**
     * What tells a file from others of its name.
     *
     * @return {@code sha256:<hexadecimal>}, or {@code size:<bytes> modified:<time>}; null if the
     *     file is gone or was changed since
     */
    String version(String name) {
        return versions.get(fileOf(name));
    }

    /** Of all files, each once. */
    long bytes() {
        return bytes;
    }

    private static String fileOf(String name) {
        int entry = name.indexOf('!');
        return entry < 0 ? name : name.substring(0, entry);
    }

    /** None if the file is gone. */
    private static Optional<String> hash(String file) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
        byte[] buffer = new byte[BUFFER];
        Path path = new Path(file);
        try (InputStream in = path.getFileSystem().open(path)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read again: " + e.getMessage(), e);
        }
        return Optional.of("sha256:" + HexFormat.of().formatHex(digest.digest()));
    }
}
