package io.champion.reader;

import java.util.Arrays;

/** The values of one column, decoded. Immutable once it is made. */
sealed interface Vector extends Memory.Kept {
    /** Bytes of an array beside its elements, about. */
    int ARRAY_BYTES = 16;

    int rows();

    /** 1 for each row that is null; null where none is. */
    byte[] nulls();

    static long bytes(byte[] nulls) {
        return nulls == null ? 0 : nulls.length + ARRAY_BYTES;
    }

    /** Whole numbers and times; null is {@link Columns#NO_LONG}. */
    record Longs(long[] values, byte[] nulls) implements Vector {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public long bytes() {
            return (long) values.length * Long.BYTES + ARRAY_BYTES + Vector.bytes(nulls);
        }
    }

    /** Floating-point numbers; null is NaN. */
    record Doubles(double[] values, byte[] nulls) implements Vector {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public long bytes() {
            return (long) values.length * Double.BYTES + ARRAY_BYTES + Vector.bytes(nulls);
        }
    }

    /** Small whole numbers and days; null is {@link Columns#NO_INT}. */
    record Ints(int[] values, byte[] nulls) implements Vector {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public long bytes() {
            return (long) values.length * Integer.BYTES + ARRAY_BYTES + Vector.bytes(nulls);
        }
    }

    /** Truth values; null is false. */
    record Booleans(boolean[] values, byte[] nulls) implements Vector {
        @Override
        public int rows() {
            return values.length;
        }

        @Override
        public long bytes() {
            return values.length + ARRAY_BYTES + Vector.bytes(nulls);
        }
    }

    /**
     * Texts in UTF-8. Rows of equal text often share a place.
     *
     * @param starts where a row's text begins in the bytes
     * @param ends where it ends
     */
    record Texts(byte[] utf8, int[] starts, int[] ends, byte[] nulls) implements Vector {
        @Override
        public int rows() {
            return starts.length;
        }

        @Override
        public long bytes() {
            return utf8.length
                    + 2L * starts.length * Integer.BYTES
                    + 3 * ARRAY_BYTES
                    + Vector.bytes(nulls);
        }

        boolean equals(int row, byte[] text) {
            return Arrays.equals(utf8, starts[row], ends[row], text, 0, text.length);
        }
    }

    /**
     * Lists of small whole numbers, which may be empty.
     *
     * @param ends where a row's elements end; the first row's begin at 0
     */
    record Lists(int[] elements, int[] ends) implements Vector {
        @Override
        public int rows() {
            return ends.length;
        }

        @Override
        public byte[] nulls() {
            return null;
        }

        @Override
        public long bytes() {
            return ((long) elements.length + ends.length) * Integer.BYTES + 2 * ARRAY_BYTES;
        }

        int start(int row) {
            return row == 0 ? 0 : ends[row - 1];
        }
    }
}
