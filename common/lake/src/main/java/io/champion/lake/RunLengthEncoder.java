package io.champion.lake;

/**
 * Parquet's hybrid of run lengths and bit packing (RLE), for levels and for ids of dictionaries.
 * Looks at eight values at a time, which is how they are packed: where all eight are equal, a run
 * begins. Asking value by value would cost more than all the rest of a page of few distinct values;
 * a run that this overlooks is shorter than two such groups.
 */
final class RunLengthEncoder {
    private static final int GROUP = 8;

    private RunLengthEncoder() {}

    /**
     * Encodes values.
     *
     * @param width bits of a value, 0 to 32
     */
    static void encode(Ints values, int width, PageBuffer out) {
        int count = values.count();
        if (count == 0) {
            return;
        }
        if (values.allSame()) {
            putRun(values.get(0), count, width, out);
            return;
        }
        int[] all = values.array();
        int packed = 0;
        int at = 0;
        while (at + GROUP <= count) {
            if (!isRun(all, at)) {
                at += GROUP;
                continue;
            }
            pack(all, packed, at, width, out);
            int start = at;
            int value = all[start];
            at += GROUP;
            while (at < count && all[at] == value) {
                at++;
            }
            putRun(value, at - start, width, out);
            packed = at;
        }
        int rest = count - packed;
        int whole = rest & -GROUP;
        pack(all, packed, packed + whole, width, out);
        if (whole < rest) {
            int[] last = new int[GROUP];
            System.arraycopy(all, packed + whole, last, 0, rest - whole);
            pack(last, 0, GROUP, width, out);
        }
    }

    private static boolean isRun(int[] values, int at) {
        int first = values[at];
        return ((values[at + 1] ^ first)
                        | (values[at + 2] ^ first)
                        | (values[at + 3] ^ first)
                        | (values[at + 4] ^ first)
                        | (values[at + 5] ^ first)
                        | (values[at + 6] ^ first)
                        | (values[at + 7] ^ first))
                == 0;
    }

    private static void putRun(int value, int times, int width, PageBuffer out) {
        out.putVarInt(times << 1);
        for (int shift = 0; shift < width; shift += Byte.SIZE) {
            out.putByte(value >>> shift);
        }
    }

    private static void pack(int[] values, int from, int to, int width, PageBuffer out) {
        if (from < to) {
            out.putVarInt(((to - from) / GROUP << 1) | 1);
            BitPacking.pack(values, from, to, width, out);
        }
    }
}
