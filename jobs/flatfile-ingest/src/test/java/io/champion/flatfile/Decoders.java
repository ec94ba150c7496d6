package io.champion.flatfile;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.champion.quality.Violation;
import java.util.Arrays;
import java.util.List;

/** Both decoders on one line, each with columns of its own. */
final class Decoders {

    private final FlatFileKind kind;
    private final Columns fastColumns;
    private final Columns generalColumns;
    private final FastLines fast;
    private final GeneralLines general;

    Decoders(FlatFileKind kind, String header) {
        this.kind = kind;
        Header names = new Header(kind, List.of(header.split(",")));
        fastColumns = new Columns(names, 4);
        generalColumns = new Columns(names, 4);
        fast = new FastLines(names, fastColumns);
        general = new GeneralLines(names, generalColumns);
    }

    /** Whether the fast path takes a line. */
    boolean fast(byte[] line) {
        byte[] text = Arrays.copyOf(line, line.length + 1 + FastLines.SLACK);
        text[line.length] = '\n';
        // What stands behind a line is the next one.
        Arrays.fill(text, line.length + 1, text.length, (byte) '7');
        int next = fast.decode(text, 0);
        if (next >= 0 && next != line.length + 1) {
            throw new AssertionError("The fast path ends at " + next + " of " + line.length);
        }
        return next >= 0;
    }

    /** What the general path says of a line. */
    Violation general(byte[] line) {
        int end = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        return general.decode(line, 0, end);
    }

    /** What the fast path made of the last line. */
    String fastRow() {
        return row(fastColumns);
    }

    /** What the general path made of the last line. */
    String generalRow() {
        return row(generalColumns);
    }

    private String row(Columns columns) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < kind.fields().size(); i++) {
            Field field = kind.fields().get(i);
            row.append(field.name()).append('=');
            switch (field.type()) {
                case TICKER -> row.append(columns.ticker);
                case ID ->
                        row.append(
                                new String(
                                        columns.ids,
                                        columns.idStart(),
                                        columns.idEnds[columns.row] - columns.idStart(),
                                        UTF_8));
                case LIST ->
                        row.append(
                                Arrays.toString(
                                        Arrays.copyOfRange(
                                                columns.lists[i].elements,
                                                columns.lists[i].start(columns.row),
                                                columns.lists[i].ends[columns.row])));
                default ->
                        row.append(columns.isNull(i) ? "null" : Long.toString(columns.number(i)));
            }
            row.append(' ');
        }
        return row.toString();
    }
}
