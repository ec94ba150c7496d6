package io.champion.bhavcopy;

import io.champion.runtime.InputException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Opens plain files, gzip files and zip archives through Flink's file systems. What a file is, is
 * read off its first bytes.
 *
 * <p>Inputs are not trusted: sizes, ratios and counts are limited, names that lead out of an
 * archive and archives within archives are refused, and a truncated or damaged file is an error,
 * never a shorter file. Nothing is ever unpacked to disk.
 */
final class Containers {

    /**
     * The largest file read, unpacked. The largest real one, a derivatives file of a monthly
     * expiry, has 8 MB; a session's files are held in memory.
     */
    static final long MAX_FILE_BYTES = 256L << 20;

    /** The largest archive read, packed, and the largest sum of its entries, unpacked. */
    static final long MAX_ARCHIVE_BYTES = 256L << 20;

    static final long MAX_UNPACKED_BYTES = 1L << 30;

    /** The most entries an archive may have. The exchanges' largest bundle has about 30. */
    static final int MAX_ENTRIES = 1000;

    /** The highest ratio of unpacked to packed size. Real files stay below 10. */
    static final long MAX_RATIO = 200;

    /** Below this size the ratio says nothing: a few blank lines compress well. */
    private static final long RATIO_FROM = 1L << 20;

    private static final int END_OF_CENTRAL_DIRECTORY = 22;
    private static final int MAX_ZIP_COMMENT = 0xFFFF;
    private static final int BUFFER = 1 << 16;

    private enum Kind {
        PLAIN,
        GZIP,
        ZIP
    }

    private Containers() {}

    /** The files that lie in a file: itself, or the entries of an archive. */
    static List<InputFile> filesIn(FileStatus status) throws IOException {
        String path = status.getPath().toString();
        long modified = status.getModificationTime();
        if (status.getLen() == 0) {
            throw new InputException(path + " is empty.");
        }
        byte[] head = head(status.getPath());
        if (kind(path, head) != Kind.ZIP) {
            return List.of(new InputFile(path, null, modified));
        }
        List<InputFile> files = new ArrayList<>();
        for (String entry : entries(path, readArchive(status.getPath()))) {
            files.add(new InputFile(path, entry, modified));
        }
        return files;
    }

    /** The whole file, unpacked. */
    static byte[] read(InputFile file) throws IOException {
        return read(file, MAX_FILE_BYTES, true);
    }

    /** The first bytes of a file, unpacked. */
    static byte[] readHead(InputFile file, int bytes) throws IOException {
        return read(file, bytes, false);
    }

    private static byte[] read(InputFile file, long limit, boolean whole) throws IOException {
        Path path = new Path(file.path());
        if (file.entry() != null) {
            return readEntry(file, readArchive(path), limit, whole);
        }
        FileSystem fileSystem = path.getFileSystem();
        long packed = fileSystem.getFileStatus(path).getLen();
        Kind kind = kind(file.path(), head(path));
        try (InputStream in = new BufferedInputStream(fileSystem.open(path), BUFFER)) {
            if (kind == Kind.PLAIN) {
                return readFully(file, in, limit, whole, Long.MAX_VALUE);
            }
            byte[] unpacked =
                    readFully(file, new GZIPInputStream(in, BUFFER), limit, whole, packed);
            refuseNested(file, unpacked);
            return unpacked;
        } catch (EOFException | ZipException e) {
            throw damaged(file.location(), "gzip file", e);
        }
    }

    private static byte[] readFully(
            InputFile file, InputStream in, long limit, boolean whole, long packed)
            throws IOException {
        byte[] bytes = in.readNBytes((int) Math.min(RATIO_FROM, limit));
        if (bytes.length == limit && !whole) {
            return bytes;
        }
        int size = bytes.length;
        if (size == RATIO_FROM) {
            long allowed = packed > limit / MAX_RATIO ? limit : packed * MAX_RATIO;
            // Grows by doubling, so that no more is held than twice what was really unpacked.
            while (true) {
                if (size == bytes.length) {
                    bytes = java.util.Arrays.copyOf(bytes, size * 2);
                }
                int read = in.read(bytes, size, bytes.length - size);
                if (read < 0) {
                    break;
                }
                size += read;
                if (size > limit) {
                    throw new InputException(
                            file
                                    + " is larger than the "
                                    + (limit >> 20)
                                    + " MB that a file may have unpacked.");
                }
                if (size > allowed) {
                    throw new InputException(
                            file
                                    + " unpacks to more than "
                                    + MAX_RATIO
                                    + " times its size: it is refused as a decompression bomb.");
                }
            }
            bytes = java.util.Arrays.copyOf(bytes, size);
        }
        return bytes;
    }

    private static byte[] head(Path path) throws IOException {
        try (InputStream in = path.getFileSystem().open(path)) {
            return in.readNBytes(4);
        }
    }

    private static Kind kind(String path, byte[] head) throws InputException {
        Kind kind = kind(head);
        String name = path.toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz") && kind != Kind.GZIP) {
            throw new InputException(
                    path + " is named .gz but is no gzip file: it may be damaged or misnamed.");
        }
        if (name.endsWith(".zip") && kind != Kind.ZIP) {
            throw new InputException(
                    path + " is named .zip but is no zip archive: it may be damaged or misnamed.");
        }
        return kind;
    }

    private static Kind kind(byte[] head) {
        if (head.length >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B) {
            return Kind.GZIP;
        }
        // PK followed by a local file, or by the end of an archive without entries.
        if (head.length >= 4
                && head[0] == 'P'
                && head[1] == 'K'
                && (head[2] == 3 && head[3] == 4 || head[2] == 5 && head[3] == 6)) {
            return Kind.ZIP;
        }
        return Kind.PLAIN;
    }

    private static byte[] readArchive(Path path) throws IOException {
        FileSystem fileSystem = path.getFileSystem();
        long length = fileSystem.getFileStatus(path).getLen();
        if (length > MAX_ARCHIVE_BYTES) {
            throw new InputException(
                    path
                            + " is larger than the "
                            + (MAX_ARCHIVE_BYTES >> 20)
                            + " MB that an archive may have.");
        }
        try (InputStream in = fileSystem.open(path)) {
            return in.readAllBytes();
        }
    }

    /** Reads the archive through, so that a damaged one is refused before any of it is used. */
    private static List<String> entries(String path, byte[] archive) throws IOException {
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int entries = 0;
        long unpacked = 0;
        byte[] buffer = new byte[BUFFER];
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            ZipEntry entry;
            while ((entry = zip.getNextEntry()) != null) {
                String name = entry.getName();
                checkName(path, name);
                if (++entries > MAX_ENTRIES) {
                    throw new InputException(
                            path
                                    + " has more than the "
                                    + MAX_ENTRIES
                                    + " entries that an archive may have.");
                }
                int read;
                while ((read = zip.read(buffer)) >= 0) {
                    unpacked += read;
                    if (unpacked > MAX_UNPACKED_BYTES) {
                        throw new InputException(
                                path
                                        + " unpacks to more than the "
                                        + (MAX_UNPACKED_BYTES >> 20)
                                        + " MB that an archive may hold.");
                    }
                    if (unpacked > RATIO_FROM && unpacked > archive.length * MAX_RATIO) {
                        throw new InputException(
                                path
                                        + " unpacks to more than "
                                        + MAX_RATIO
                                        + " times its size: it is refused as a decompression"
                                        + " bomb.");
                    }
                }
                if (!entry.isDirectory()) {
                    if (!seen.add(name)) {
                        throw new InputException(
                                path + " has two entries of the name '" + name + "'.");
                    }
                    names.add(name);
                }
            }
        } catch (EOFException | ZipException | IllegalArgumentException e) {
            throw damaged(path, "zip archive", e);
        }
        // A cut archive just ends for a reader that goes from entry to entry.
        if (declaredEntries(archive) != (entries & 0xFFFF)) {
            throw new InputException(
                    path
                            + " is a damaged or truncated zip archive: its directory is missing or"
                            + " does not match its "
                            + entries
                            + " entries. Fetch it again.");
        }
        return names;
    }

    /** How many entries the archive's directory declares, or -1 where it has none. */
    private static int declaredEntries(byte[] archive) {
        int last = archive.length - END_OF_CENTRAL_DIRECTORY;
        for (int i = last; i >= 0 && i >= last - MAX_ZIP_COMMENT; i--) {
            if (archive[i] == 'P'
                    && archive[i + 1] == 'K'
                    && archive[i + 2] == 5
                    && archive[i + 3] == 6) {
                return (archive[i + 10] & 0xFF) | (archive[i + 11] & 0xFF) << 8;
            }
        }
        return -1;
    }

    private static void checkName(String path, String name) throws InputException {
        boolean leadsOut =
                name.startsWith("/")
                        || name.indexOf('\\') >= 0
                        || name.indexOf(':') >= 0
                        || name.chars().anyMatch(c -> c < ' ')
                        || List.of(name.split("/", -1)).contains("..");
        if (leadsOut || name.isEmpty()) {
            throw new InputException(
                    path
                            + " has an entry of the name '"
                            + name.replaceAll("\\p{Cntrl}", "?")
                            + "', which leads out of the archive: it is refused.");
        }
    }

    private static byte[] readEntry(InputFile file, byte[] archive, long limit, boolean whole)
            throws IOException {
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            ZipEntry entry;
            while ((entry = zip.getNextEntry()) != null) {
                if (entry.getName().equals(file.entry())) {
                    byte[] bytes = readFully(file, zip, limit, whole, archive.length);
                    refuseNested(file, bytes);
                    return bytes;
                }
            }
        } catch (EOFException | ZipException e) {
            throw damaged(file.location(), "zip archive", e);
        }
        throw new InputException(file.path() + " no longer has the entry '" + file.entry() + "'.");
    }

    private static void refuseNested(InputFile file, byte[] bytes) throws InputException {
        if (kind(bytes) != Kind.PLAIN) {
            throw new InputException(
                    file + " is an archive within an archive: unpack the outer one first.");
        }
    }

    private static InputException damaged(String file, String what, Exception cause) {
        return new InputException(
                file
                        + " is a damaged or truncated "
                        + what
                        + " ("
                        + cause.getMessage()
                        + "). Fetch it again.",
                cause);
    }
}
