package io.champion.cli.demo;

/** Writes a file's lines as the exchange does: unquoted, money with two decimals, LF. */
final class Csv {

    private final StringBuilder text = new StringBuilder(1 << 20);
    private final String separator;
    private boolean lineStart = true;
    private int lines;

    Csv(String separator) {
        this.separator = separator;
    }

    Csv text(String value) {
        if (!lineStart) {
            text.append(separator);
        }
        lineStart = false;
        text.append(value);
        return this;
    }

    Csv blank(int count) {
        for (int i = 0; i < count; i++) {
            text("");
        }
        return this;
    }

    Csv number(long value) {
        return text(Long.toString(value));
    }

    /** Hundredths as a number with two decimals. */
    Csv money(long hundredths) {
        return text(decimal(hundredths));
    }

    static String decimal(long hundredths) {
        long cents = Math.abs(hundredths % 100);
        return (hundredths < 0 ? "-" : "")
                + Math.abs(hundredths / 100)
                + (cents < 10 ? ".0" : ".")
                + cents;
    }

    void endLine() {
        text.append('\n');
        lineStart = true;
        lines++;
    }

    void line(String line) {
        text.append(line);
        endLine();
    }

    /** Lines so far, the header included. */
    int lines() {
        return lines;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
