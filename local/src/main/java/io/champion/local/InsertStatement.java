package io.champion.local;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An INSERT that brings its rows along, taken apart as the engine wants it: the statement, the name
 * of the format, and where the rows begin. (The engine would take all of it in one piece, too, but
 * then ends the rows at the first empty line and runs the rest as statements, which is no way to
 * read binary rows.)
 */
final class InsertStatement {

    private static final String VALUES = "Values";

    /** The statement up to its FORMAT or VALUES, without the word. */
    final String statement;

    final String format;

    /** Index of the rows' first byte. */
    final int rows;

    private InsertStatement(String statement, String format, int rows) {
        this.statement = statement;
        this.format = format;
        this.rows = rows;
    }

    /**
     * Takes the beginning of a statement apart.
     *
     * @param head the first bytes, more than the longest INSERT has before its rows
     * @return null for all but an INSERT with rows: other statements, and INSERT from SELECT or a
     *     file
     */
    static InsertStatement parse(byte[] head) {
        // Bytes are as good as characters here: what matters is ASCII, and nothing else in UTF-8
        // is.
        Scanner scanner = new Scanner(new String(head, StandardCharsets.ISO_8859_1));
        if (!"INSERT".equals(scanner.nextWord())) {
            return null;
        }
        while (true) {
            String word = scanner.nextWord();
            if (word == null) {
                return new InsertStatement(text(head, head.length), VALUES, head.length);
            }
            switch (word) {
                case "VALUES" -> {
                    return new InsertStatement(
                            text(head, scanner.wordStart), VALUES, scanner.position);
                }
                case "FORMAT" -> {
                    int end = scanner.wordStart;
                    if (scanner.nextWord() == null) {
                        return null;
                    }
                    return new InsertStatement(
                            text(head, end),
                            scanner.text.substring(scanner.wordStart, scanner.position),
                            scanner.afterLineBreak());
                }
                case "SELECT", "WITH", "FROM", "WATCH" -> {
                    return null;
                }
                default -> {}
            }
        }
    }

    private static String text(byte[] head, int end) {
        return new String(head, 0, end, StandardCharsets.UTF_8).strip();
    }

    /** Finds the words outside quotes, comments and brackets. */
    private static final class Scanner {

        private final String text;
        private int position;
        private int wordStart;

        Scanner(String text) {
            this.text = text;
        }

        /** The next word in upper case, null at the end. */
        String nextWord() {
            int depth = 0;
            while (position < text.length()) {
                char c = text.charAt(position);
                if (c == '\'' || c == '"' || c == '`') {
                    skipQuoted(c);
                } else if (text.startsWith("--", position) || c == '#') {
                    skipPast("\n");
                } else if (text.startsWith("/*", position)) {
                    skipPast("*/");
                } else if (isWord(c)) {
                    wordStart = position;
                    while (position < text.length() && isWord(text.charAt(position))) {
                        position++;
                    }
                    if (depth == 0) {
                        return text.substring(wordStart, position).toUpperCase(Locale.ROOT);
                    }
                } else {
                    if (c == '(') {
                        depth++;
                    } else if (c == ')') {
                        depth--;
                    }
                    position++;
                }
            }
            return null;
        }

        /** Behind the blanks and the one line break that separate a FORMAT from the rows. */
        int afterLineBreak() {
            while (position < text.length() && " \t\f".indexOf(text.charAt(position)) >= 0) {
                position++;
            }
            if (text.startsWith("\r", position)) {
                position++;
            }
            if (text.startsWith("\n", position)) {
                position++;
            }
            return position;
        }

        private void skipQuoted(char quote) {
            position++;
            while (position < text.length() && text.charAt(position) != quote) {
                position += text.charAt(position) == '\\' ? 2 : 1;
            }
            position = Math.min(position + 1, text.length());
        }

        private void skipPast(String end) {
            int found = text.indexOf(end, position);
            position = found < 0 ? text.length() : found + end.length();
        }

        private static boolean isWord(char c) {
            return c == '_' || c == '.' || Character.isLetterOrDigit(c);
        }
    }
}
