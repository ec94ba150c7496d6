package io.champion.flatfile;

import java.io.Serializable;
import java.time.LocalDate;

/**
 * A file to ingest.
 *
 * @param path where it lies, as a Flink path
 * @param size bytes as it lies there
 * @param modified when it was last modified, milliseconds since the epoch
 * @param fingerprint what tells this version of the file from another one
 * @param compressed whether it is gzip
 * @param header its columns
 * @param headerBytes where its first row begins, in the uncompressed file
 * @param day trade date of its rows
 * @param ascending whether the tickers of its first rows are in order
 * @param ticker the one ticker that it is of, by its name and its first rows, or null where it is
 *     of all
 */
record FlatFile(
        String path,
        long size,
        long modified,
        String fingerprint,
        boolean compressed,
        Header header,
        int headerBytes,
        LocalDate day,
        boolean ascending,
        String ticker)
        implements Serializable {

    FlatFileKind kind() {
        return header.kind();
    }

    /** The name without its folder. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The name without folder and endings: the same whether the file is compressed or not. */
    String stem() {
        return stemOf(name());
    }

    static String stemOf(String name) {
        return name.replaceFirst("(?i)\\.gz$", "").replaceFirst("(?i)\\.(csv|txt)$", "");
    }
}
