package io.champion.tracking;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Tells which files a run read, by their hashes. They are read once more for it, so only {@value
 * #MAX_BYTES} bytes are; of what is beyond, size and time of change must do.
 */
public final class FileHashes {
    static final long MAX_BYTES = 1L << 30;

    private static final int BUFFER = 1 << 16;

    private final Instant read;
    private final Map<String, String> known = new HashMap<>();
    private long hashed;
    private long bytes;

    /**
     * @param read when the run began to read; a file that was changed later has no hash
     */
    public FileHashes(Instant read) {
        this.read = read;
    }

    /**
     * What tells a file from others of its name.
     *
     * @param name its path; of an entry of an archive, {@code archive!entry}, which is told by its
     *     archive
     * @return {@code sha256:<hexadecimal>}, or {@code size:<bytes> modified:<time>}; null if the
     *     file is gone or was changed since
     * @throws IOException if it cannot be read
     */
    public String version(String name) throws IOException {
        int entry = name.indexOf('!');
        String file = entry < 0 ? name : name.substring(0, entry);
        if (!known.containsKey(file)) {
            known.put(file, find(new Path(file)));
        }
        return known.get(file);
    }

    /** Of all files that were asked for, each once. */
    public long bytes() {
        return bytes;
    }

    private String find(Path file) throws IOException {
        FileSystem files = file.getFileSystem();
        try {
            FileStatus status = files.getFileStatus(file);
            bytes += status.getLen();
            Instant modified = Instant.ofEpochMilli(status.getModificationTime());
            if (modified.isAfter(read)) {
                return null;
            }
            if (hashed + status.getLen() > MAX_BYTES) {
                return "size:" + status.getLen() + " modified:" + modified;
            }
            hashed += status.getLen();
            return "sha256:" + hash(files, file);
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    private static String hash(FileSystem files, Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256.", e);
        }
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = files.open(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
