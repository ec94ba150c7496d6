package io.champion.flatfile;

import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import java.util.Arrays;
import java.util.List;

/**
 * The columns of a batch that is being made. A decoder writes all fields of the row {@link #row};
 * {@link #keep} makes it part of the batch, else the next row takes its place.
 *
 * <p>Arrays are open to the decoders of this package: a call per value would cost as much as the
 * value.
 */
final class Columns {

    /** Bytes behind the texts that may be written over, so that eight can be moved at once. */
    static final int SLACK = 8;

    private static final int USUAL_ID = 16;

    private final int capacity;

    /** The row that is being written; the number of rows that are in the batch. */
    int row;

    /** By field, of numbers: the values as a batch has them, doubles as their bits. */
    final long[][] numbers;

    /** By field, of numbers that may be missing: 1 where a row has none, else 0. */
    final byte[][] nulls;

    /** By field, of lists. */
    final NumberList[] lists;

    /** The ids of all rows, one after the other; {@link #SLACK} bytes longer. */
    byte[] ids = new byte[0];

    private int[] idStarts = new int[0];

    /** Where a row's id ends. */
    int[] idEnds = new int[0];

    /** The ticker of the row. */
    final Ticker ticker = new Ticker();

    /** Lists of all rows, one after the other. */
    static final class NumberList {
        long[] elements;

        /** Where a row's elements end. */
        final int[] ends;

        private NumberList(int capacity) {
            elements = new long[capacity * 2];
            ends = new int[capacity];
        }

        int start(int row) {
            return row == 0 ? 0 : ends[row - 1];
        }

        /** Writes an element; room is made. */
        void set(int at, long element) {
            if (at == elements.length) {
                elements = Arrays.copyOf(elements, at * 2);
            }
            elements[at] = element;
        }
    }

    /**
     * Columns without rows.
     *
     * @param header tells which fields the file has a column for; of the others no row has a value
     * @param capacity rows of a batch at most
     */
    Columns(Header header, int capacity) {
        List<Field> fields = header.kind().fields();
        boolean[] present = new boolean[fields.size()];
        for (int field : header.fields()) {
            if (field != Header.IGNORED) {
                present[field] = true;
            }
        }
        this.capacity = capacity;
        this.numbers = new long[fields.size()][];
        this.nulls = new byte[fields.size()][];
        this.lists = new NumberList[fields.size()];
        for (int i = 0; i < fields.size(); i++) {
            Field.Type type = fields.get(i).type();
            if (type.isNumber()) {
                numbers[i] = new long[capacity];
                if (type.isNullable()) {
                    nulls[i] = new byte[capacity];
                    if (!present[i]) {
                        Arrays.fill(nulls[i], (byte) 1);
                    }
                }
            } else if (type == Field.Type.LIST) {
                lists[i] = new NumberList(capacity);
            } else if (type == Field.Type.ID) {
                ids = new byte[capacity * USUAL_ID + SLACK];
                idStarts = new int[capacity];
                idEnds = new int[capacity];
            }
        }
    }

    /** Begins a batch, in the arrays of the one before. */
    void begin() {
        row = 0;
    }

    boolean isFull() {
        return row == capacity;
    }

    /** Makes the row part of the batch. */
    void keep() {
        row++;
    }

    boolean isNull(int field) {
        return nulls[field] != null && nulls[field][row] != 0;
    }

    /** Takes a value away; its place gets a 0, so that rows without a value are alike. */
    void setNull(int field) {
        numbers[field][row] = 0;
        nulls[field][row] = 1;
    }

    long number(int field) {
        return numbers[field][row];
    }

    void set(int field, long number) {
        numbers[field][row] = number;
        if (nulls[field] != null) {
            nulls[field][row] = 0;
        }
    }

    double decimal(int field) {
        return Double.longBitsToDouble(numbers[field][row]);
    }

    /** Where the id of the row begins. */
    int idStart() {
        return row == 0 ? 0 : idEnds[row - 1];
    }

    /** The ids, with room for one more of a length. */
    byte[] idsFor(int length) {
        int needed = idStart() + length + SLACK;
        if (needed > ids.length) {
            ids = Arrays.copyOf(ids, Math.max(needed, ids.length * 2));
        }
        return ids;
    }

    /** A column of the batch. */
    Numbers numbersOf(int field) {
        byte[] missing = nulls[field];
        if (missing != null) {
            int any = 0;
            for (int i = 0; i < row; i++) {
                any |= missing[i];
            }
            missing = any == 0 ? null : missing;
        }
        return new Numbers(numbers[field], missing);
    }

    /** A column of the batch. */
    NumberLists listsOf(int field) {
        return new NumberLists(lists[field].elements, lists[field].ends);
    }

    /** A column of the batch. */
    Texts idsOf() {
        System.arraycopy(idEnds, 0, idStarts, 1, row - 1);
        return new Texts(ids, idStarts, idEnds, null);
    }
}
