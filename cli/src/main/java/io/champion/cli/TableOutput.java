package io.champion.cli;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Takes an answer in {@link #FORMAT} and prints it as a table, line by line. */
final class TableOutput extends OutputStream {

    static final String FORMAT = "TabSeparatedWithNamesAndTypes";

    private final Console console;
    private byte[] line = new byte[1024];
    private int length;
    private String[] names;
    private TablePrinter table;

    TableOutput(Console console) {
        this.console = console;
    }

    @Override
    public void write(int b) {
        if (b == '\n') {
            endLine();
            return;
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, length * 2);
        }
        line[length++] = (byte) b;
    }

    private void endLine() {
        String[] cells = TabSeparated.cells(new String(line, 0, length, StandardCharsets.UTF_8));
        length = 0;
        if (names == null) {
            names = cells;
        } else if (table == null) {
            table = new TablePrinter(console, names, cells);
        } else {
            table.add(cells);
        }
    }

    /** Prints what is left and returns the number of rows. */
    long end() {
        return table == null ? 0 : table.end();
    }
}
