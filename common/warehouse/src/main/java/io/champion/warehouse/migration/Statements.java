package io.champion.warehouse.migration;

import java.util.ArrayList;
import java.util.List;

/** Cuts a file of SQL into its statements. */
final class Statements {
    private Statements() {}

    /**
     * The statements between semicolons, without comments and the blanks around them. Semicolons in
     * strings, quoted names and comments do not count.
     *
     * @throws IllegalArgumentException if a string, a quoted name or a comment does not end
     */
    static List<String> split(String sql) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        int i = 0;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            int end = i + 1;
            if (sql.startsWith("--", i)) {
                int newLine = sql.indexOf('\n', i);
                end = newLine < 0 ? sql.length() : newLine;
            } else if (sql.startsWith("/*", i)) {
                end = after(sql, sql.indexOf("*/", i + 2), 2, "comment");
            } else if (c == '\'' || c == '`' || c == '"') {
                end = endOfQuoted(sql, i);
                statement.append(sql, i, end);
            } else if (c == ';') {
                add(statements, statement);
            } else {
                statement.append(c);
            }
            i = end;
        }
        add(statements, statement);
        return statements;
    }

    private static int endOfQuoted(String sql, int start) {
        char quote = sql.charAt(start);
        int i = start + 1;
        while (i < sql.length() && sql.charAt(i) != quote) {
            i += sql.charAt(i) == '\\' ? 2 : 1;
        }
        return after(sql, i < sql.length() ? i : -1, 1, "text in quotes");
    }

    private static int after(String sql, int position, int length, String what) {
        if (position < 0) {
            throw new IllegalArgumentException("A " + what + " does not end: " + sql);
        }
        return position + length;
    }

    private static void add(List<String> statements, StringBuilder statement) {
        String text = statement.toString().strip();
        if (!text.isEmpty()) {
            statements.add(text);
        }
        statement.setLength(0);
    }
}
