package io.champion.bhavcopy;

import java.io.Serializable;

/**
 * A file to read: a file of its own, or an entry of a zip archive.
 *
 * @param path where the file or the archive lies, as a Flink path
 * @param entry name of the entry, or null for a file of its own
 * @param modified when the file or the archive was last modified, milliseconds since the epoch
 */
public record InputFile(String path, String entry, long modified) implements Serializable {

    /** The name without its folder: {@code archive.zip!entry} for an archive's entry. */
    public String name() {
        String file = baseName(path);
        return entry == null ? file : file + "!" + baseName(entry);
    }

    /** The name with its folder. */
    public String location() {
        return entry == null ? path : path + "!" + entry;
    }

    private static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public String toString() {
        return location();
    }
}
