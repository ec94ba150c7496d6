package io.champion.ticks;

import java.nio.charset.StandardCharsets;

/** Trade ids as numbers. */
final class TradeKeys {
    private TradeKeys() {}

    /** So many digits fit into a long whatever they are. */
    private static final int MAX_DIGITS = 18;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /**
     * The number that a trade id is, or a negative hash of it. Two ids of one instrument and one
     * nanosecond that are not numbers are taken for one with a chance of 1 in 2^63.
     */
    static long of(String tradeId) {
        int length = tradeId.length();
        if (length == 0 || length > MAX_DIGITS || tradeId.charAt(0) == '0') {
            return hash(tradeId);
        }
        long number = 0;
        for (int i = 0; i < length; i++) {
            int digit = tradeId.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return hash(tradeId);
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** As {@link #of(String)}, of ASCII or other UTF-8 in an array. */
    static long of(byte[] bytes, int start, int end) {
        if (end - start == 0 || end - start > MAX_DIGITS || bytes[start] == '0') {
            return hash(bytes, start, end);
        }
        long number = 0;
        for (int i = start; i < end; i++) {
            int digit = bytes[i] - '0';
            if (digit < 0 || digit > 9) {
                return hash(bytes, start, end);
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static long hash(byte[] bytes, int start, int end) {
        return hash(new String(bytes, start, end - start, StandardCharsets.UTF_8));
    }

    /** FNV-1a over the characters, then the finalizer of MurmurHash3. */
    private static long hash(String tradeId) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < tradeId.length(); i++) {
            hash = (hash ^ tradeId.charAt(i)) * FNV_PRIME;
        }
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33 | Long.MIN_VALUE;
    }
}
