package io.champion.flatfile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A ticker as bytes: printable ASCII without blanks, quotes and commas. */
final class Ticker {

    static final int MAX_LENGTH = 32;

    final byte[] bytes = new byte[MAX_LENGTH];
    int length;

    /** The first eight bytes, zeros behind a shorter ticker. */
    private long word;

    /** Of {@link #word}: which bits belong to the ticker. */
    private long mask;

    /** Takes over bytes. */
    void set(byte[] from, int start, int newLength) {
        System.arraycopy(from, start, bytes, 0, newLength);
        length = newLength;
        mask = newLength >= 8 ? -1 : (1L << 8 * newLength) - 1;
        word = 0;
        for (int i = Math.min(8, newLength) - 1; i >= 0; i--) {
            word = word << 8 | bytes[i];
        }
    }

    /**
     * Whether bytes begin with this ticker.
     *
     * @param first the first eight of them, little-endian
     */
    boolean startsAt(byte[] text, int at, long first) {
        return ((first ^ word) & mask) == 0
                && (length <= 8
                        || at + length <= text.length
                                && Arrays.equals(text, at + 8, at + length, bytes, 8, length));
    }

    boolean isEqualTo(Ticker other) {
        return length == other.length
                && word == other.word
                && (length <= 8 || Arrays.equals(bytes, 0, length, other.bytes, 0, length));
    }

    /** In the order of their bytes. */
    int compareTo(Ticker other) {
        return Arrays.compareUnsigned(bytes, 0, length, other.bytes, 0, other.length);
    }

    static boolean isPlain(byte b) {
        return b > ' ' && b < 127 && b != '"' && b != ',';
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
