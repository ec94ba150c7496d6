package io.champion.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Prints rows below each other in columns, numbers to the right. Rows are handed on as they come:
 * the first ones decide how wide the columns are.
 */
final class TablePrinter {

    private static final int ROWS_TO_MEASURE = 1000;
    private static final int WIDEST = 60;
    private static final Pattern NUMBER =
            Pattern.compile("(Nullable\\(|LowCardinality\\()*(U?Int|Float|BFloat|Decimal).*");

    private final Console console;
    private final PrintWriter out;
    private final String[] names;
    private final boolean[] toTheRight;
    private final List<String[]> measured = new ArrayList<>();
    private int[] widths;
    private long rows;

    /**
     * @param types ClickHouse types of the columns
     */
    TablePrinter(Console console, String[] names, String[] types) {
        this.console = console;
        this.out = console.out();
        this.names = names;
        this.toTheRight = new boolean[types.length];
        for (int i = 0; i < types.length; i++) {
            toTheRight[i] = NUMBER.matcher(types[i]).matches();
        }
    }

    /** Adds a row; null cells are nulls. */
    void add(String... row) {
        rows++;
        if (widths != null) {
            print(row);
            return;
        }
        measured.add(row);
        if (measured.size() == ROWS_TO_MEASURE) {
            printMeasured();
        }
    }

    /** Prints what is left and returns the number of rows. */
    long end() {
        if (widths == null) {
            printMeasured();
        }
        out.flush();
        return rows;
    }

    private void printMeasured() {
        widths = Arrays.stream(names).mapToInt(TablePrinter::width).toArray();
        for (String[] row : measured) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], Math.min(WIDEST, width(shown(row[i]))));
            }
        }
        out.println(line(names, console::bold));
        String[] rules = Arrays.stream(widths).mapToObj("─"::repeat).toArray(String[]::new);
        out.println(console.dim(String.join("  ", rules)));
        measured.forEach(this::print);
        measured.clear();
    }

    private void print(String[] row) {
        out.println(line(row, cell -> cell));
    }

    private String line(String[] cells, java.util.function.UnaryOperator<String> style) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String shown = shown(cells[i]);
            String styled = cells[i] == null ? console.dim(shown) : style.apply(shown);
            String blanks = " ".repeat(Math.max(0, widths[i] - width(shown)));
            line.append(i == 0 ? "" : "  ");
            if (toTheRight[i]) {
                line.append(blanks).append(styled);
            } else {
                line.append(styled).append(i == cells.length - 1 ? "" : blanks);
            }
        }
        return line.toString();
    }

    private static String shown(String cell) {
        return cell == null
                ? "NULL"
                : cell.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
