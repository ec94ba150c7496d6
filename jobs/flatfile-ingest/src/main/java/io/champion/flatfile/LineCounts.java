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
 * on from the nearest place before it that was asked for, so that parts in their order cost one
 * reading of a file.
 */
final class LineCounts {

    private static final int BUFFER = 1 << 16;
    private static final long LINE_BREAKS = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

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
        if (nearest.getKey() == offset) {
            return nearest.getValue();
        }
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
                count += lineBreaks(bytes, read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    file.path() + " cannot be read again to count its lines.", e);
        }
        return count;
    }

    /** Eight bytes at a time: of each that is a line break the highest bit is left. */
    private static long lineBreaks(byte[] bytes, int length) {
        long count = 0;
        int at = 0;
        for (; at + 8 <= length; at += 8) {
            long others = Digits.word(bytes, at) ^ LINE_BREAKS;
            count += Long.bitCount(~((others & LOW_BITS) + LOW_BITS | others | LOW_BITS));
        }
        for (; at < length; at++) {
            count += bytes[at] == '\n' ? 1 : 0;
        }
        return count;
    }
}
