package io.champion.flatfile;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import io.champion.flatfile.Columns.NumberList;
import io.champion.quality.Violation;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Decodes any line that can be understood, and says of the others what is wrong: quotes anywhere,
 * outer blanks, signs, exponents, numbers of any length that stay exact.
 */
final class GeneralLines {

    static final int MAX_ID = 64;

    /** A longer line is none; also how much of one a reject keeps. */
    static final int MAX_LINE = 1 << 14;

    private static final Pattern DECIMAL =
            Pattern.compile("[+-]?(\\d{1,40}(\\.\\d{0,40})?|\\.\\d{1,40})([eE][+-]?\\d{1,3})?");
    private static final Pattern WHOLE = Pattern.compile("[+-]?\\d{1,40}(\\.0{0,40})?");

    private final Columns columns;
    private final Header header;
    private final int[] fields;

    GeneralLines(Header header, Columns columns) {
        this.columns = columns;
        this.header = header;
        this.fields = header.fields();
    }

    /**
     * Decodes a line into the row of the columns.
     *
     * @param line without its end
     * @return what is wrong with it, or null; where something is, the row holds anything
     */
    Violation decode(byte[] line, int from, int to) {
        if (to - from > MAX_LINE) {
            return tooLong();
        }
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(line, from, to - from))
                            .toString();
        } catch (CharacterCodingException e) {
            return new Violation(null, null, "not_utf8", "The line is no sound UTF-8.");
        }
        List<String> values = parse(text);
        if (values == null) {
            return new Violation(
                    null, null, "unreadable", "The line is no CSV; a quote is open, perhaps.");
        }
        if (values.size() != fields.length) {
            return new Violation(
                    null,
                    null,
                    "wrong_number_of_columns",
                    "The line has "
                            + values.size()
                            + " columns, the header "
                            + fields.length
                            + ".");
        }
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] != Header.IGNORED) {
                Violation violation = set(fields[i], values.get(i).strip());
                if (violation != null) {
                    return violation;
                }
            }
        }
        return null;
    }

    static Violation tooLong() {
        return new Violation(
                null, null, "line_too_long", "The line is longer than " + MAX_LINE + " bytes.");
    }

    /**
     * A violation with the value of its field as it stands in the line.
     *
     * @param violation may have the value already
     */
    Violation withValue(Violation violation, String line) {
        if (violation.field() == null || violation.value() != null) {
            return violation;
        }
        String value = parse(line).get(header.names().indexOf(violation.field())).strip();
        return new Violation(violation.field(), value, violation.reason(), violation.message());
    }

    /** The fields of a line, as they stand in it, or null. */
    static List<String> parse(String line) {
        try {
            Iterator<CsvRecord> records =
                    CsvReader.builder()
                            .skipEmptyLines(false)
                            .allowUnclosedQuote(false)
                            .trimWhitespacesAroundQuotes(true)
                            .ofCsvRecord(line)
                            .iterator();
            List<String> fields = records.hasNext() ? records.next().getFields() : List.of("");
            return records.hasNext() ? null : fields;
        } catch (CsvParseException e) {
            return null;
        }
    }

    private Violation set(int field, String value) {
        Field.Type type = header.kind().fields().get(field).type();
        if (value.isEmpty()) {
            return setBlank(field, type);
        }
        return switch (type) {
            case TICKER -> setTicker(field, value);
            case ID -> setId(field, value);
            case LIST -> setList(field, value);
            case DECIMAL, DECIMAL_OR_BLANK -> setDecimal(field, value);
            default -> setWhole(field, type, value);
        };
    }

    private Violation setBlank(int field, Field.Type type) {
        if (type == Field.Type.ID) {
            columns.idEnds[columns.row] = columns.idStart();
        } else if (type == Field.Type.LIST) {
            NumberList list = columns.lists[field];
            list.ends[columns.row] = list.start(columns.row);
        } else if (type.isNullable()) {
            columns.setNull(field);
        } else {
            return violation(field, "", "missing", " is blank.");
        }
        return null;
    }

    private Violation setTicker(int field, String value) {
        byte[] bytes = plain(value, Ticker.MAX_LENGTH);
        if (bytes == null) {
            return notPlain(field, value, "no_ticker", Ticker.MAX_LENGTH);
        }
        columns.ticker.set(bytes, 0, bytes.length);
        return null;
    }

    private Violation setId(int field, String value) {
        byte[] bytes = plain(value, MAX_ID);
        if (bytes == null) {
            return notPlain(field, value, "no_id", MAX_ID);
        }
        byte[] ids = columns.idsFor(bytes.length);
        System.arraycopy(bytes, 0, ids, columns.idStart(), bytes.length);
        columns.idEnds[columns.row] = columns.idStart() + bytes.length;
        return null;
    }

    private static byte[] plain(String value, int most) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        boolean plain = bytes.length <= most;
        for (byte b : bytes) {
            plain &= Ticker.isPlain(b);
        }
        return plain ? bytes : null;
    }

    private Violation notPlain(int field, String value, String reason, int most) {
        return violation(
                field,
                value,
                reason,
                " is not of 1 to " + most + " ASCII letters, digits and signs without blanks.");
    }

    private Violation setList(int field, String value) {
        NumberList list = columns.lists[field];
        int element = list.start(columns.row);
        for (String part : value.split(",", -1)) {
            Long number = whole(part.strip());
            if (number == null || number < 0 || number > Integer.MAX_VALUE) {
                return violation(field, value, "not_a_list", " is no list of whole numbers.");
            }
            list.set(element++, number);
        }
        list.ends[columns.row] = element;
        return null;
    }

    private Violation setWhole(int field, Field.Type type, String value) {
        Long number = whole(value);
        if (number == null) {
            return violation(field, value, "not_a_number", " is no whole number.");
        }
        if (number < 0 || number > type.max()) {
            return violation(field, value, "out_of_range", " is not from 0 to " + type.max() + ".");
        }
        if (number == 0 && (type == Field.Type.LONG_OR_NONE || type == Field.Type.INT_OR_NONE)) {
            columns.setNull(field);
        } else {
            columns.set(field, number);
        }
        return null;
    }

    /** A whole number, null for anything else. */
    static Long whole(String value) {
        if (!WHOLE.matcher(value).matches()) {
            return null;
        }
        BigDecimal number = new BigDecimal(value.endsWith(".") ? value + "0" : value);
        try {
            return number.longValueExact();
        } catch (ArithmeticException e) {
            // Beyond a long, and so beyond every column.
            return number.signum() < 0 ? -1L : null;
        }
    }

    private Violation setDecimal(int field, String value) {
        if (!DECIMAL.matcher(value).matches()) {
            return violation(field, value, "not_a_number", " is no number.");
        }
        double number = Double.parseDouble(value);
        if (Double.isInfinite(number)) {
            return violation(field, value, "out_of_range", " is larger than any price or size.");
        }
        // There is one zero.
        columns.set(field, Double.doubleToRawLongBits(number == 0 ? 0.0 : number));
        return null;
    }

    private Violation violation(int field, String value, String reason, String what) {
        String name = header.kind().fields().get(field).name();
        return new Violation(
                name, value, reason, name + (value.isEmpty() ? "" : " '" + value + "'") + what);
    }
}
