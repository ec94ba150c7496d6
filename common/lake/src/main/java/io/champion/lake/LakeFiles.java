package io.champion.lake;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;

/** What the lake, and what lies beside it, needs of a file system beyond Flink's interface. */
public final class LakeFiles {
    /** There, a rename copies every object; putting one object is atomic instead. */
    private static final Set<String> OBJECT_STORES =
            Set.of(
                    "s3", "s3a", "s3n", "s3p", "gs", "oss", "cos", "cosn", "obs", "wasb", "wasbs",
                    "abfs", "abfss");

    /** A folder would have to lose something each time while it is being listed. */
    private static final int MAX_LISTINGS = 100;

    private LakeFiles() {}

    /** Whether the path is on a store that has no atomic rename of a folder. */
    static boolean onObjectStore(Path path) {
        String scheme = path.toUri().getScheme();
        return scheme != null && OBJECT_STORES.contains(scheme.toLowerCase(Locale.ROOT));
    }

    private static boolean local(FileSystem fs) {
        return !fs.isDistributedFS();
    }

    private static java.nio.file.Path nio(Path path) {
        return java.nio.file.Path.of(path.getPath());
    }

    /**
     * Writes a small file, so that {@link #read} gives its old content or its new one, whenever it
     * is asked and wherever this dies. One process at a time may write it.
     *
     * @throws IOException if that fails
     */
    public static void put(FileSystem fs, Path path, byte[] content) throws IOException {
        put(fs, path, path.getParent(), content);
    }

    /**
     * As {@link #put(FileSystem, Path, byte[])}.
     *
     * @param folder of the same file system, where readers take no notice of a hidden file that a
     *     writer leaves which dies
     */
    public static void put(FileSystem fs, Path path, Path folder, byte[] content)
            throws IOException {
        if (onObjectStore(path)) {
            write(fs, path, content);
            return;
        }
        Path hidden = new Path(folder, "." + path.getName() + "." + UUID.randomUUID() + ".tmp");
        write(fs, hidden, content);
        if (local(fs)) {
            Files.move(nio(hidden), nio(path), StandardCopyOption.ATOMIC_MOVE);
            return;
        }
        // Flink knows no rename that overwrites. So the new content has a place of its own, which
        // is looked at when the file is not there.
        Path next = next(path);
        if (!fs.exists(path) && fs.exists(next)) {
            rename(fs, next, path);
        }
        fs.delete(next, false);
        rename(fs, hidden, next);
        fs.delete(path, false);
        rename(fs, next, path);
    }

    private static Path next(Path path) {
        return new Path(path.getParent(), "." + path.getName() + ".next");
    }

    /** Reads a small file that {@link #put} has written; empty where there is none. */
    static Optional<byte[]> read(FileSystem fs, Path path) throws IOException {
        List<Path> places =
                local(fs) || onObjectStore(path)
                        ? List.of(path)
                        // Between a look at the first and one at the second it may have moved.
                        : List.of(path, next(path), path);
        for (Path place : places) {
            try (FSDataInputStream in = fs.open(place)) {
                return Optional.of(in.readAllBytes());
            } catch (FileNotFoundException e) {
                continue;
            }
        }
        return Optional.empty();
    }

    /** Deletes a small file that {@link #put} has written; it need not exist. */
    static void remove(FileSystem fs, Path path) throws IOException {
        if (!local(fs) && !onObjectStore(path)) {
            delete(fs, next(path));
        }
        delete(fs, path);
    }

    /** Writes a small file that nobody looks at meanwhile. */
    static void write(FileSystem fs, Path path, byte[] content) throws IOException {
        try (FSDataOutputStream out = fs.create(path, WriteMode.OVERWRITE)) {
            out.write(content);
        }
    }

    /**
     * Moves a file or folder to a place that is free.
     *
     * @throws IOException if that fails
     */
    static void rename(FileSystem fs, Path from, Path to) throws IOException {
        if (local(fs)) {
            Files.move(nio(from), nio(to), StandardCopyOption.ATOMIC_MOVE);
        } else if (!fs.rename(from, to)) {
            throw new IOException(
                    "Cannot move "
                            + from
                            + " to "
                            + to
                            + ". Check permissions, and that no other job writes there.");
        }
    }

    /** Deletes a file or a folder with all in it; it need not exist. */
    static void delete(FileSystem fs, Path path) throws IOException {
        if (local(fs)) {
            deleteLocal(nio(path));
        } else if (fs.exists(path) && !fs.delete(path, true) && fs.exists(path)) {
            throw new IOException("Cannot delete " + path + ". Check its permissions.");
        }
    }

    private static void deleteLocal(java.nio.file.Path path) throws IOException {
        // Symbolic links are removed, not followed: what they lead to is not ours.
        if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            List<java.nio.file.Path> children;
            try (Stream<java.nio.file.Path> list = Files.list(path)) {
                children = list.toList();
            }
            for (java.nio.file.Path child : children) {
                deleteLocal(child);
            }
        }
        Files.deleteIfExists(path);
    }

    /**
     * What a folder holds; nothing where it does not exist.
     *
     * @throws IOException if it cannot be listed, or if something in it cannot be looked at
     */
    static List<FileStatus> list(FileSystem fs, Path folder) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                FileStatus[] entries = fs.listStatus(folder);
                return entries == null ? List.of() : List.of(entries);
            } catch (FileNotFoundException e) {
                if (!fs.exists(folder)) {
                    return List.of();
                }
                // Something in it went away while it was being listed: the rest is still there.
                if (attempt == MAX_LISTINGS) {
                    throw e;
                }
            }
        }
    }
}
