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

    private final Columns columns;
    private final Ticker ticker;
    private final int[] fields;
    private final Field.Type[] types;

    /** What {@link #digits} found. */
    private long value;

    /** Where what was read last ends. */
    private int at;

    FastLines(Header header, Columns columns) {
        this.columns = columns;
        this.ticker = columns.ticker;
        this.fields = header.fields();
        this.types = new Field.Type[fields.length];
        for (int i = 0; i < fields.length; i++) {
            types[i] =
                    fields[i] == Header.IGNORED
                            ? null
                            : header.kind().fields().get(fields[i]).type();
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
                if (!skip(text, position)) {
                    return -1;
                }
            } else {
                int field = fields[i];
                boolean taken =
                        switch (type) {
                            case TICKER -> ticker(text, position);
                            case ID -> id(text, position, row);
                            case LIST -> list(text, position, columns.lists[field], row);
                            case LONG, INT -> whole(text, position, field, row, type);
                            case LONG_OR_NONE, INT_OR_NONE, INT_OR_BLANK ->
                                    wholeOrNone(text, position, field, row, type);
                            case DECIMAL -> decimal(text, position, field, row);
                            case DECIMAL_OR_BLANK -> decimalOrNone(text, position, field, row);
                        };
                if (!taken) {
                    return -1;
                }
            }
            position = at;
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

    private boolean ticker(byte[] text, int from) {
        int end = from + ticker.length;
        if (ticker.length > 0
                && ticker.startsAt(text, from, Digits.word(text, from))
                && text[end] == ',') {
            at = end;
            return true;
        }
        end = from;
        while (Ticker.isPlain(text[end])) {
            end++;
        }
        at = end;
        int length = end - from;
        if (length == 0 || length > Ticker.MAX_LENGTH) {
            return false;
        }
        ticker.set(text, from, length);
        return true;
    }

    private boolean id(byte[] text, int from, int row) {
        int end = from;
        while (Ticker.isPlain(text[end])) {
            end++;
        }
        at = end;
        int length = end - from;
        if (length > GeneralLines.MAX_ID) {
            return false;
        }
        byte[] ids = columns.idsFor(length);
        int to = columns.idStart();
        for (int i = 0; i < length; i += 8) {
            Digits.put(ids, to + i, Digits.word(text, from + i));
        }
        columns.idEnds[row] = to + length;
        return true;
    }

    private boolean list(byte[] text, int from, NumberList list, int row) {
        int element = list.start(row);
        byte first = text[from];
        if (first == '"') {
            int position = from;
            do {
                int digits = digits(text, position + 1);
                if (digits < 1 || value > Integer.MAX_VALUE) {
                    return false;
                }
                list.set(element++, value);
                position = at;
            } while (text[position] == ',');
            if (text[position] != '"') {
                return false;
            }
            at = position + 1;
        } else {
            int digits = digits(text, from);
            if (digits < 0 || value > Integer.MAX_VALUE) {
                return false;
            }
            if (digits > 0) {
                list.set(element++, value);
            }
        }
        list.ends[row] = element;
        return true;
    }

    private boolean whole(byte[] text, int from, int field, int row, Field.Type type) {
        if (digits(text, from) < 1 || value > type.max()) {
            return false;
        }
        columns.numbers[field][row] = value;
        return true;
    }

    private boolean wholeOrNone(byte[] text, int from, int field, int row, Field.Type type) {
        int digits = digits(text, from);
        if (digits < 0 || value > type.max()) {
            return false;
        }
        boolean none = digits == 0 || value == 0 && type != Field.Type.INT_OR_BLANK;
        columns.numbers[field][row] = value;
        columns.nulls[field][row] = (byte) (none ? 1 : 0);
        return true;
    }

    private boolean decimal(byte[] text, int from, int field, int row) {
        int digits = digits(text, from);
        if (digits < 1) {
            return false;
        }
        long mantissa = value;
        double number;
        if (text[at] == '.') {
            int decimals = digits(text, at + 1);
            if (decimals < 1 || digits + decimals > 18) {
                return false;
            }
            mantissa = mantissa * Digits.POWERS[decimals] + value;
            // Both are exact, so their quotient is the double next to the text.
            number = mantissa / Digits.EXACT_POWERS[decimals];
        } else {
            number = mantissa;
        }
        if (mantissa > EXACT) {
            return false;
        }
        columns.numbers[field][row] = Double.doubleToRawLongBits(number);
        return true;
    }

    private boolean decimalOrNone(byte[] text, int from, int field, int row) {
        byte first = text[from];
        if (first == ',' || first == '\n' || first == '\r') {
            columns.nulls[field][row] = 1;
            at = from;
            return true;
        }
        columns.nulls[field][row] = 0;
        return decimal(text, from, field, row);
    }

    /** A column that is not read; its quotes could hide commas. */
    private boolean skip(byte[] text, int from) {
        int position = from;
        byte b = text[position];
        while (b != ',' && b != '\n' && b != '\r') {
            // Beyond ASCII the line has to be sound UTF-8.
            if (b == '"' || b < 0) {
                return false;
            }
            b = text[++position];
        }
        at = position;
        return true;
    }

    /** How many digits stand here, their number in {@link #value}; -1 for too many for a long. */
    private int digits(byte[] text, int from) {
        long word = Digits.word(text, from);
        int count = Digits.count(word);
        if (count < 8) {
            value = count == 0 ? 0 : Digits.value(word, count);
            at = from + count;
            return count;
        }
        long number = Digits.value(word, 8);
        word = Digits.word(text, from + 8);
        count = Digits.count(word);
        if (count < 8) {
            value = count == 0 ? number : number * Digits.POWERS[count] + Digits.value(word, count);
            at = from + 8 + count;
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
        at = from + 16 + count;
        return 16 + count;
    }
}
