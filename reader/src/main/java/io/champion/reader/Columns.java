package io.champion.reader;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Columns of one instrument's rows, in the order of their time.
 *
 * <p>Arrays are as long as there are rows, and belong to whoever asked for them: each read makes
 * its own. What is null in the lake is {@code NaN} in columns of doubles, {@link #NO_LONG} and
 * {@link #NO_INT} in those of whole numbers, times and days, false in those of booleans, and null
 * in those of texts; lists are never null.
 */
public final class Columns {
    /** Stands for null where a column holds longs or times. */
    public static final long NO_LONG = Long.MIN_VALUE;

    /** Stands for null where a column holds ints or days. */
    public static final int NO_INT = Integer.MIN_VALUE;

    private final int rows;
    private final Map<String, Vector> vectors;

    Columns(int rows, Map<String, Vector> vectors) {
        this.rows = rows;
        this.vectors = vectors;
    }

    /** How many rows there are; 0 where the symbol has none in the range. */
    public int rows() {
        return rows;
    }

    /** The names of the columns that were asked for, {@code event_time} among them. */
    public List<String> names() {
        return List.copyOf(vectors.keySet());
    }

    /**
     * Whole numbers, or times since the epoch in the contract's unit: nanoseconds of {@code
     * event_time}, milliseconds of {@code ingest_time}.
     *
     * @throws IllegalArgumentException if the column was not asked for or holds something else
     */
    public long[] longs(String column) {
        return vector(column, Vector.Longs.class, "longs").values();
    }

    /**
     * Floating-point numbers.
     *
     * @throws IllegalArgumentException if the column was not asked for or holds something else
     */
    public double[] doubles(String column) {
        return vector(column, Vector.Doubles.class, "doubles").values();
    }

    /**
     * Small whole numbers, or days since the epoch.
     *
     * @throws IllegalArgumentException if the column was not asked for or holds something else
     */
    public int[] ints(String column) {
        return vector(column, Vector.Ints.class, "ints").values();
    }

    /**
     * Truth values.
     *
     * @throws IllegalArgumentException if the column was not asked for or holds something else
     */
    public boolean[] booleans(String column) {
        return vector(column, Vector.Booleans.class, "booleans").values();
    }

    /**
     * Texts, made when this is called. Equal ones that follow each other are mostly one object.
     *
     * @throws IllegalArgumentException if the column was not asked for or holds something else
     */
    public String[] texts(String column) {
        Vector.Texts texts = vector(column, Vector.Texts.class, "texts");
        String[] values = new String[rows];
        for (int row = 0; row < rows; row++) {
            if (texts.nulls() != null && texts.nulls()[row] != 0) {
                continue;
            }
            int start = texts.starts()[row];
            int end = texts.ends()[row];
            values[row] =
                    row > 0
                                    && values[row - 1] != null
                                    && start == texts.starts()[row - 1]
                                    && end == texts.ends()[row - 1]
                            ? values[row - 1]
                            : new String(texts.utf8(), start, end - start, StandardCharsets.UTF_8);
        }
        return values;
    }

    /**
     * Lists of small whole numbers.
     *
     * @throws IllegalArgumentException if the column was not asked for or holds something else
     */
    public IntLists lists(String column) {
        Vector.Lists lists = vector(column, Vector.Lists.class, "lists");
        int[] offsets = new int[rows + 1];
        System.arraycopy(lists.ends(), 0, offsets, 1, rows);
        return new IntLists(offsets, lists.elements());
    }

    private <V extends Vector> V vector(String column, Class<V> kind, String what) {
        Vector vector = vectors.get(column);
        if (vector == null) {
            throw new IllegalArgumentException(
                    "Column '"
                            + column
                            + "' was not asked for; these were: "
                            + String.join(", ", vectors.keySet())
                            + ".");
        }
        if (!kind.isInstance(vector)) {
            throw new IllegalArgumentException(
                    "Column '"
                            + column
                            + "' holds "
                            + vector.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT)
                            + ", not "
                            + what
                            + ".");
        }
        return kind.cast(vector);
    }

    /**
     * A list for each row.
     *
     * @param offsets where each row's elements begin, and where the last row's end: one more than
     *     there are rows
     * @param elements of all rows, one after the other
     */
    public record IntLists(int[] offsets, int[] elements) {
        /** How many elements a row has. */
        public int size(int row) {
            return offsets[row + 1] - offsets[row];
        }

        /** A row's elements. */
        public int[] get(int row) {
            return Arrays.copyOfRange(elements, offsets[row], offsets[row + 1]);
        }
    }
}
