package io.champion.flatfile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

/**
 * How many lines of a plain file end before a place, for whoever has begun to read there. Counted
 * on from the nearest place before it that was asked for: all places of a file cost one reading of
 * it.
 */
final class LineCounts {

    private static final int BUFFER = 1 << 16;

    private final Map<String, NavigableMap<Long, Long>> known = new HashMap<>();

    /**
     * Counts the line breaks before a place.
     *
     * @param offset of the place in the file
     */
    long before(FlatFile file, long offset) {
        NavigableMap<Long, Long> counts =
                known.computeIfAbsent(file.path(), path -> new TreeMap<>(Map.of(0L, 0L)));
        Map.Entry<Long, Long> nearest = counts.floorEntry(offset);
        long count = nearest.getValue() + count(file, nearest.getKey(), offset);
        counts.put(offset, count);
        return count;
    }

    private static long count(FlatFile file, long from, long to) {
        long count = 0;
        byte[] bytes = new byte[BUFFER];
        Path path = new Path(file.path());
        try (FSDataInputStream in = path.getFileSystem().open(path)) {
            in.seek(from);
            long left = to - from;
            while (left > 0) {
                int read = in.read(bytes, 0, (int) Math.min(bytes.length, left));
                if (read < 0) {
                    break;
                }
                left -= read;
                for (int i = 0; i < read; i++) {
                    count += bytes[i] == '\n' ? 1 : 0;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file.path() + " cannot be read again to count its lines.", e);
        }
        return count;
    }
}
