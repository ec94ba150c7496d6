package io.champion.flatfile;

import io.champion.flatfile.Columns.NumberList;

/**
 * Decodes lines as they are published: from bytes into columns, without anything in between.
 *
 * <p>It takes what it is certain of and nothing else. Signs, exponents, points without digits
 * around them, numbers of more digits than are exact in one step, blanks, quotes around anything
 * but a list, over-long texts, a wrong number of columns and blank required fields are left to
 * {@link GeneralLines}, which gives the same values for every line that both take.
 */
final class FastLines {

    /** Bytes behind a chunk that may be read: a number is read up to 24 bytes ahead. */
    static final int SLACK = 32;

    private static final long EXACT = 1L << 53;

    /** Instead of where a value ends: it is not for here. */
    private static final int NOT_HERE = -1;

    /** No number of these lines, which have no sign. */
    private static final long NEVER = -1;

    private final Columns columns;
    private final Ticker ticker;

    /** By column of the file: type, null for one that is not read, and where its values go. */
    private final Field.Type[] types;

    private final long[][] numbers;
    private final byte[][] nulls;
    private final NumberList[] lists;
    private final long[] most;

    /** What {@link #digits} found. */
    private long value;

    FastLines(Header header, Columns columns) {
        this.columns = columns;
        this.ticker = columns.ticker;
        int[] fields = header.fields();
        this.types = new Field.Type[fields.length];
        this.numbers = new long[fields.length][];
        this.nulls = new byte[fields.length][];
        this.lists = new NumberList[fields.length];
        this.most = new long[fields.length];
        for (int i = 0; i < fields.length; i++) {
            int field = fields[i];
            if (field != Header.IGNORED) {
                types[i] = header.kind().fields().get(field).type();
                numbers[i] = columns.numbers[field];
                nulls[i] = columns.nulls[field];
                lists[i] = columns.lists[field];
                most[i] = types[i].max();
            }
        }
    }

    /**
     * Decodes a line into the row of the columns.
     *
     * @param text ends, somewhere, with a line break and {@link #SLACK} more bytes
     * @param from where the line begins
     * @return where the next one begins, or -1 if this line is not for here: then the row holds
     *     anything
     */
    int decode(byte[] text, int from) {
        int row = columns.row;
        int position = from;
        int last = types.length - 1;
        for (int i = 0; i <= last; i++) {
            Field.Type type = types[i];
            if (type == null) {
                position = skip(text, position);
            } else {
                position =
                        switch (type) {
                            case TICKER -> ticker(text, position);
                            case ID -> id(text, position, row);
                            case LIST -> list(text, position, lists[i], row);
                            case LONG, INT -> whole(text, position, i, row);
                            case LONG_OR_NONE, INT_OR_NONE ->
                                    wholeOrNone(text, position, i, row, 0);
                            case INT_OR_BLANK -> wholeOrNone(text, position, i, row, NEVER);
                            case DECIMAL -> decimal(text, position, i, row);
                            case DECIMAL_OR_BLANK -> decimalOrNone(text, position, i, row);
                        };
            }
            if (position < 0) {
                return -1;
            }
            byte end = text[position++];
            if (i < last) {
                if (end != ',') {
                    return -1;
                }
            } else if (end == '\r') {
                if (text[position++] != '\n') {
                    return -1;
                }
            } else if (end != '\n') {
                return -1;
            }
        }
        return position - from <= GeneralLines.MAX_LINE ? position : -1;
    }

    // Each answers where what it took ends, or -1. Positions are not kept in a field: each value
    // would wait for the memory of the one before.

    private int ticker(byte[] text, int from) {
        int end = from + ticker.length;
        if (ticker.length > 0
                && ticker.startsAt(text, from, Digits.word(text, from))
                && text[end] == ',') {
            return end;
        }
        end = from;
        while (Ticker.isPlain(text[end])) {
            end++;
        }
        int length = end - from;
        if (length == 0 || length > Ticker.MAX_LENGTH) {
            return NOT_HERE;
        }
        ticker.set(text, from, length);
        return end;
    }

    private int id(byte[] text, int from, int row) {
        int end = from;
        while (Ticker.isPlain(text[end])) {
            end++;
        }
        int length = end - from;
        if (length > GeneralLines.MAX_ID) {
            return NOT_HERE;
        }
        byte[] ids = columns.idsFor(length);
        int to = columns.idStart();
        for (int i = 0; i < length; i += 8) {
            Digits.put(ids, to + i, Digits.word(text, from + i));
        }
        columns.idEnds[row] = to + length;
        return end;
    }

    private int list(byte[] text, int from, NumberList list, int row) {
        int element = list.start(row);
        int position = from;
        if (text[from] == '"') {
            do {
                position++;
                int digits = digits(text, position);
                if (digits < 1 || value > Integer.MAX_VALUE) {
                    return NOT_HERE;
                }
                list.set(element++, value);
                position += digits;
            } while (text[position] == ',');
            if (text[position] != '"') {
                return NOT_HERE;
            }
            position++;
        } else {
            int digits = digits(text, from);
            if (digits < 0 || value > Integer.MAX_VALUE) {
                return NOT_HERE;
            }
            if (digits > 0) {
                list.set(element++, value);
            }
            position += digits;
        }
        list.ends[row] = element;
        return position;
    }

    private int whole(byte[] text, int from, int column, int row) {
        int digits = digits(text, from);
        if (digits < 1 || value > most[column]) {
            return NOT_HERE;
        }
        numbers[column][row] = value;
        return from + digits;
    }

    /**
     * Takes a number that may be missing.
     *
     * @param none a number that stands for a missing one
     */
    private int wholeOrNone(byte[] text, int from, int column, int row, long none) {
        int digits = digits(text, from);
        if (digits < 0 || value > most[column]) {
            return NOT_HERE;
        }
        numbers[column][row] = value;
        nulls[column][row] = (byte) (digits == 0 || value == none ? 1 : 0);
        return from + digits;
    }

    private int decimal(byte[] text, int from, int column, int row) {
        int digits = digits(text, from);
        if (digits < 1) {
            return NOT_HERE;
        }
        int end = from + digits;
        long mantissa = value;
        double number;
        if (text[end] == '.') {
            int decimals = digits(text, end + 1);
            if (decimals < 1 || digits + decimals > 18) {
                return NOT_HERE;
            }
            end += 1 + decimals;
            mantissa = mantissa * Digits.POWERS[decimals] + value;
            // Both are exact, so their quotient is the double next to the text.
            number = mantissa / Digits.EXACT_POWERS[decimals];
        } else {
            number = mantissa;
        }
        if (mantissa > EXACT) {
            return NOT_HERE;
        }
        numbers[column][row] = Double.doubleToRawLongBits(number);
        return end;
    }

    private int decimalOrNone(byte[] text, int from, int column, int row) {
        byte first = text[from];
        if (first == ',' || first == '\n' || first == '\r') {
            numbers[column][row] = 0;
            nulls[column][row] = 1;
            return from;
        }
        nulls[column][row] = 0;
        return decimal(text, from, column, row);
    }

    /** A column that is not read; its quotes could hide commas. */
    private static int skip(byte[] text, int from) {
        int position = from;
        byte b = text[position];
        while (b != ',' && b != '\n' && b != '\r') {
            // Beyond ASCII the line has to be sound UTF-8.
            if (b == '"' || b < 0) {
                return NOT_HERE;
            }
            b = text[++position];
        }
        return position;
    }

    /** How many digits stand here, their number in {@link #value}; -1 for too many for a long. */
    private int digits(byte[] text, int from) {
        long word = Digits.word(text, from);
        int count = Digits.count(word);
        if (count < 8) {
            value = count == 0 ? 0 : Digits.value(word, count);
            return count;
        }
        long number = Digits.value(word, 8);
        word = Digits.word(text, from + 8);
        count = Digits.count(word);
        if (count < 8) {
            value = count == 0 ? number : number * Digits.POWERS[count] + Digits.value(word, count);
            return 8 + count;
        }
        number = number * Digits.POWERS[8] + Digits.value(word, 8);
        word = Digits.word(text, from + 16);
        count = Digits.count(word);
        // Of nineteen digits those that do not begin with a nine are no overflow.
        if (count > 3 || count == 3 && text[from] == '9') {
            return -1;
        }
        value = count == 0 ? number : number * Digits.POWERS[count] + Digits.value(word, count);
        return 16 + count;
    }
}
