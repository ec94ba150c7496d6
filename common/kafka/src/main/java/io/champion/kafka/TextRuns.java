package io.champion.kafka;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Strings that follow each other in a message and mostly come together, as all that names an
 * instrument does: found at once, by the bytes of all of them. Of a fixed size: new ones take the
 * place of those in their slot.
 */
final class TextRuns {

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int SLOTS = 1 << 14;
    private static final int CACHED_STRINGS = 1 << 14;

    /** Longer runs are not kept, so that messages cannot make the cache large. */
    private static final int LONGEST = 256;

    private final int strings;
    private final byte[][] bytes = new byte[SLOTS][];
    private final String[][] texts = new String[SLOTS][];
    private final StringCache cache = new StringCache(CACHED_STRINGS);

    /**
     * @param strings how many there are in a run
     */
    TextRuns(int strings) {
        this.strings = strings;
    }

    /** The strings that begin here; not to be changed. */
    String[] read(AvroBytes in) throws WireException {
        int start = in.position();
        for (int i = 0; i < strings; i++) {
            in.skip(in.readLength());
        }
        int end = in.position();
        if (end - start > LONGEST) {
            return strings(in, start);
        }
        int slot = hash(in.array(), start, end) & SLOTS - 1;
        byte[] known = bytes[slot];
        if (known != null && Arrays.equals(known, 0, known.length, in.array(), start, end)) {
            return texts[slot];
        }
        bytes[slot] = Arrays.copyOfRange(in.array(), start, end);
        return texts[slot] = strings(in, start);
    }

    private String[] strings(AvroBytes in, int start) throws WireException {
        String[] run = new String[strings];
        in.wrap(in.array(), start);
        for (int i = 0; i < strings; i++) {
            int length = in.readLength();
            run[i] = cache.get(in.array(), in.position(), length);
            in.skip(length);
        }
        return run;
    }

    private static int hash(byte[] bytes, int start, int end) {
        long hash = end - start;
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(bytes, at)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        for (; at < end; at++) {
            hash = (hash ^ bytes[at]) * 0x9E3779B97F4A7C15L;
        }
        return (int) (hash >>> 40);
    }
}
