package io.champion.flatfile;

/** Hashes of short texts and numbers. */
final class Hash {

    private Hash() {}

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): a bijection. */
    static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /**
     * A hash of a text, the same wherever it stands.
     *
     * @param text eight bytes longer than {@code to}
     */
    static long of(byte[] text, int from, int to, long seed) {
        long hash = seed * 31 + (to - from);
        int at = from;
        for (; at + 8 <= to; at += 8) {
            hash = mix(hash ^ Digits.word(text, at));
        }
        int rest = to - at;
        if (rest > 0) {
            hash = mix(hash ^ Digits.word(text, at) << 64 - 8 * rest);
        }
        return hash;
    }
}
