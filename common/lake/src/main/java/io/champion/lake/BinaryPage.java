package io.champion.lake;

import java.util.Arrays;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.io.api.Binary;

/**
 * Byte strings of an open page, in Parquet's plain encoding, and the least and greatest of them.
 */
final class BinaryPage {
    private final int fixedLength;
    private final PageBuffer plain = new PageBuffer();
    private int count;
    private int min;
    private int minEnd;
    private int max;
    private int maxEnd;

    /**
     * @param fixedLength length of every value; 0 where each has its own
     */
    BinaryPage(int fixedLength) {
        this.fixedLength = fixedLength;
    }

    void add(byte[] value) {
        add(value, 0, value.length);
    }

    void add(byte[] from, int offset, int length) {
        if (fixedLength == 0) {
            plain.putInt(length);
        }
        int start = plain.length();
        plain.put(from, offset, length);
        int end = plain.length();
        if (count++ == 0) {
            min = start;
            minEnd = end;
            max = start;
            maxEnd = end;
        } else if (compare(start, end, max, maxEnd) > 0) {
            max = start;
            maxEnd = end;
        } else if (compare(start, end, min, minEnd) < 0) {
            min = start;
            minEnd = end;
        }
    }

    private int compare(int start, int end, int otherStart, int otherEnd) {
        byte[] bytes = plain.bytes();
        return Arrays.compareUnsigned(bytes, start, end, bytes, otherStart, otherEnd);
    }

    int count() {
        return count;
    }

    int bytes() {
        return plain.length();
    }

    void encode(PageBuffer into) {
        into.put(plain.bytes(), 0, plain.length());
    }

    /** Adds the extremes in the order of unsigned bytes; there must be a value. */
    void summarize(Statistics<?> statistics) {
        statistics.updateStats(copy(min, minEnd));
        statistics.updateStats(copy(max, maxEnd));
    }

    /** Adds the extremes in the order that the statistics have. */
    void summarizeAll(Statistics<?> statistics) {
        forEach((i, value) -> statistics.updateStats(value));
    }

    void hash(BlockSplitBloomFilter filter, long[] into, int from) {
        forEach((i, value) -> into[from + i] = filter.hash(value));
    }

    private interface Visitor {
        void visit(int index, Binary value);
    }

    private void forEach(Visitor visitor) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            int length = fixedLength;
            if (length == 0) {
                length = (int) PageBuffer.INTS.get(plain.bytes(), at);
                at += Integer.BYTES;
            }
            visitor.visit(i, copy(at, at + length));
            at += length;
        }
    }

    private Binary copy(int start, int end) {
        return Binary.fromConstantByteArray(Arrays.copyOfRange(plain.bytes(), start, end));
    }

    void clear() {
        plain.clear();
        count = 0;
    }
}
