package io.champion.flatfile;

/**
 * A column of a flat file.
 *
 * @param name its header, in lower case
 * @param type what it holds
 * @param required whether a file without it is refused
 */
record Field(String name, Type type, boolean required) {

    /** What a column holds, and what its blanks mean. */
    enum Type {
        /** A ticker; never blank. */
        TICKER,
        /** An id: any printable ASCII without blanks, quotes and commas; may be blank. */
        ID,
        /** A whole number from 0 to 2^63 - 1; never blank. */
        LONG,
        /** A whole number from 0 to 2^31 - 1; never blank. */
        INT,
        /** {@link #LONG}, or blank or 0 for none. */
        LONG_OR_NONE,
        /** {@link #INT}, or blank or 0 for none. */
        INT_OR_NONE,
        /** {@link #INT}, or blank for none. */
        INT_OR_BLANK,
        /** A decimal number, never blank. */
        DECIMAL,
        /** A decimal number, or blank for none. */
        DECIMAL_OR_BLANK,
        /** Whole numbers parted by commas, in quotes where there are several; may be blank. */
        LIST;

        boolean isNullable() {
            return this == LONG_OR_NONE
                    || this == INT_OR_NONE
                    || this == INT_OR_BLANK
                    || this == DECIMAL_OR_BLANK;
        }

        boolean isDecimal() {
            return this == DECIMAL || this == DECIMAL_OR_BLANK;
        }

        /** Whether the values go into a column of numbers. */
        boolean isNumber() {
            return this != TICKER && this != ID && this != LIST;
        }

        /** The largest value of a whole number. */
        long max() {
            return switch (this) {
                case INT, INT_OR_NONE, INT_OR_BLANK, LIST -> Integer.MAX_VALUE;
                default -> Long.MAX_VALUE;
            };
        }
    }
}
