package io.champion.reader;

import java.util.Arrays;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * The dictionary of a column chunk, in plain encoding. Its values are decoded when they are first
 * asked for. Not thread-safe.
 */
final class Dictionary {
    private final byte[] bytes;
    private final int size;
    private final PrimitiveTypeName physical;
    private long[] longs;
    private double[] doubles;
    private int[] ints;
    private int[] starts;
    private int[] ends;

    /**
     * @param bytes its own
     * @param size how many values it has
     */
    Dictionary(byte[] bytes, int size, PrimitiveTypeName physical) {
        this.bytes = bytes;
        this.size = size;
        this.physical = physical;
    }

    byte[] bytes() {
        return bytes;
    }

    long[] longs() {
        if (longs == null) {
            longs = new long[size];
            boolean wide = physical == PrimitiveTypeName.INT64;
            for (int i = 0; i < size; i++) {
                longs[i] =
                        wide
                                ? VectorBuilder.longAt(bytes, i * Long.BYTES)
                                : VectorBuilder.intAt(bytes, i * Integer.BYTES);
            }
        }
        return longs;
    }

    double[] doubles() {
        if (doubles == null) {
            doubles = new double[size];
            boolean wide = physical == PrimitiveTypeName.DOUBLE;
            for (int i = 0; i < size; i++) {
                doubles[i] =
                        wide
                                ? Double.longBitsToDouble(
                                        VectorBuilder.longAt(bytes, i * Double.BYTES))
                                : Float.intBitsToFloat(VectorBuilder.intAt(bytes, i * Float.BYTES));
            }
        }
        return doubles;
    }

    int[] ints() {
        if (ints == null) {
            ints = new int[size];
            for (int i = 0; i < size; i++) {
                ints[i] = VectorBuilder.intAt(bytes, i * Integer.BYTES);
            }
        }
        return ints;
    }

    int[] starts() {
        findTexts();
        return starts;
    }

    int[] ends() {
        findTexts();
        return ends;
    }

    private void findTexts() {
        if (starts != null) {
            return;
        }
        int[] from = new int[size];
        ends = new int[size];
        int at = 0;
        for (int i = 0; i < size; i++) {
            from[i] = at + Integer.BYTES;
            at = from[i] + VectorBuilder.intAt(bytes, at);
            ends[i] = at;
        }
        starts = from;
    }

    /** The id of a text, or -1 where the dictionary does not have it. */
    int idOf(byte[] text) {
        findTexts();
        for (int id = 0; id < size; id++) {
            if (Arrays.equals(bytes, starts[id], ends[id], text, 0, text.length)) {
                return id;
            }
        }
        return -1;
    }
}
