package io.champion.bhavcopy;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The text of a CSV file, read row by row. Fields come without their quotes and outer blanks.
 *
 * <p>A quote that is not closed, or that swallows lines which do not fit into a row, costs its own
 * line and no other: the line is handed out as a broken row, and reading goes on with the next one.
 */
final class CsvText implements Iterable<CsvText.Row> {

    /**
     * A row.
     *
     * @param line line that it starts on, counted from 1
     * @param lines how many lines it takes: more than one where a quoted field holds line breaks
     * @param fields its fields, or null where the line cannot be parsed
     */
    record Row(long line, int lines, String[] fields) {}

    /** A field that is longer is an open quote. Bounds what is read again after one. */
    private static final int MAX_FIELD = 1 << 14;

    private final String text;
    private final boolean utf8;
    private final boolean blanksAroundQuotes;
    private int[] lineStarts;

    private CsvText(String text, boolean utf8) {
        this.text = text;
        this.utf8 = utf8;
        // Parsing with blanks around quotes takes three times as long.
        this.blanksAroundQuotes = text.contains(", \"") || text.contains("\" ,");
    }

    /** Text in UTF-8, a byte order mark allowed, or else in the Latin alphabet of older files. */
    static CsvText of(byte[] bytes) {
        String text;
        boolean utf8 = true;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            // Byte for byte, so that nothing is lost; the report says so.
            text = new String(bytes, StandardCharsets.ISO_8859_1);
            utf8 = false;
        }
        return new CsvText(text.startsWith("\uFEFF") ? text.substring(1) : text, utf8);
    }

    /** Whether the text is sound UTF-8. */
    boolean isUtf8() {
        return utf8;
    }

    /** All rows, the header first; blank lines are none. */
    @Override
    public Iterator<Row> iterator() {
        return new Rows();
    }

    /** The fields of the first rows, the header first; broken ones left out. */
    List<List<String>> head(int rows) {
        List<List<String>> head = new ArrayList<>();
        for (Row row : this) {
            if (head.size() == rows) {
                break;
            }
            if (row.fields() != null) {
                head.add(List.of(row.fields()));
            }
        }
        return head;
    }

    /** Lines as they stand in the file, without the end of the last one. */
    String original(long line, int lines) {
        int start = lineStart(line);
        int end = lineStart(line + lines);
        while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) {
            end--;
        }
        return text.substring(start, end);
    }

    private int lineStart(long line) {
        if (lineStarts == null) {
            int[] starts = new int[1024];
            int lines = 1;
            for (int i = 0; i < text.length(); i++) {
                if (endsLine(i)) {
                    if (lines == starts.length) {
                        starts = Arrays.copyOf(starts, lines * 2);
                    }
                    starts[lines++] = i + 1;
                }
            }
            lineStarts = Arrays.copyOf(starts, lines);
        }
        return line > lineStarts.length ? text.length() : lineStarts[(int) line - 1];
    }

    private boolean endsLine(int i) {
        char c = text.charAt(i);
        return c == '\n' || c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n');
    }

    private final class Rows implements Iterator<Row> {

        private Handler handler;
        private Iterator<Row> parsed;
        private long linesBefore;
        private int columns = -1;
        private Row next;

        private Rows() {
            startAt(1);
        }

        private void startAt(long line) {
            linesBefore = line - 1;
            handler = new Handler();
            parsed =
                    CsvReader.builder()
                            .maxBufferSize(MAX_FIELD)
                            .allowUnclosedQuote(false)
                            .allowMissingFields(true)
                            .allowExtraFields(true)
                            .trimWhitespacesAroundQuotes(blanksAroundQuotes)
                            .build(handler, line == 1 ? text : text.substring(lineStart(line)))
                            .iterator();
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = advance();
            }
            return next != null;
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Row row = next;
            next = null;
            return row;
        }

        private Row advance() {
            try {
                if (!parsed.hasNext()) {
                    return null;
                }
                Row row = parsed.next();
                if (columns < 0) {
                    columns = row.fields().length;
                } else if (row.lines() > 1 && row.fields().length != columns) {
                    return broken();
                }
                return linesBefore == 0
                        ? row
                        : new Row(linesBefore + row.line(), row.lines(), row.fields());
            } catch (CsvParseException e) {
                return broken();
            }
        }

        private Row broken() {
            long line = linesBefore + handler.line;
            startAt(line + 1);
            return new Row(line, 1, null);
        }
    }

    private static final class Handler extends AbstractBaseCsvCallbackHandler<Row> {

        private String[] fields = new String[16];
        private int count;
        private int lines;
        private long line = 1;

        @Override
        protected void handleBegin(long startingLineNumber) {
            line = startingLineNumber;
            count = 0;
            lines = 1;
        }

        @Override
        protected void handleField(int index, char[] buf, int offset, int length, boolean quoted) {
            int start = offset;
            int end = offset + length;
            if (quoted) {
                for (int i = start; i < end; i++) {
                    if (buf[i] == '\n' || buf[i] == '\r' && (i + 1 == end || buf[i + 1] != '\n')) {
                        lines++;
                    }
                }
            }
            while (start < end && Character.isWhitespace(buf[start])) {
                start++;
            }
            while (end > start && Character.isWhitespace(buf[end - 1])) {
                end--;
            }
            if (count == fields.length) {
                fields = Arrays.copyOf(fields, count * 2);
            }
            fields[count++] = start == end ? "" : new String(buf, start, end - start);
        }

        @Override
        protected Row buildRecord() {
            return new Row(line, lines, Arrays.copyOf(fields, count));
        }
    }
}
