package io.champion.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The terminal or whatever else stands behind standard output and error. What was asked for goes to
 * {@link #out}, everything about it to {@link #err}, so that output can be piped.
 */
final class Console {

    private static final String RESET = "\u001b[0m";

    private final PrintStream rawOut;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean decorated;

    /**
     * @param decorated whether colour and progress may be shown
     */
    Console(PrintStream out, PrintStream err, boolean decorated) {
        this.rawOut = out;
        this.out = new PrintWriter(out, false, StandardCharsets.UTF_8);
        this.err = new PrintWriter(err, true, StandardCharsets.UTF_8);
        this.decorated = decorated;
    }

    private Console(PrintStream rawOut, PrintWriter err, PrintWriter out) {
        this.rawOut = rawOut;
        this.out = out;
        this.err = err;
        this.decorated = false;
    }

    /**
     * The process's own; plain unless a person watches, which the launcher tells, and does not mind
     * colour.
     */
    static Console ofProcess(Map<String, String> environment) {
        boolean decorated =
                Boolean.getBoolean("champion.terminal")
                        && environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !"dumb".equals(environment.get("TERM"));
        return new Console(System.out, System.err, decorated);
    }

    /** The same, without progress: somebody else shows theirs. */
    Console quiet() {
        return new Console(rawOut, err, out);
    }

    boolean decorated() {
        return decorated;
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    /** For bytes that are passed on as they are; flushes what was written before. */
    PrintStream rawOut() {
        out.flush();
        return rawOut;
    }

    void println(String line) {
        out.println(line);
    }

    String bold(String text) {
        return decorated ? "\u001b[1m" + text + RESET : text;
    }

    String dim(String text) {
        return decorated ? "\u001b[2m" + text + RESET : text;
    }

    String green(String text) {
        return decorated ? "\u001b[32m" + text + RESET : text;
    }

    String red(String text) {
        return decorated ? "\u001b[31m" + text + RESET : text;
    }

    /** Shows a line that the next one replaces; nothing where nobody watches. */
    void progress(String line) {
        if (decorated) {
            err.print("\r\u001b[2K" + line);
            err.flush();
        }
    }

    /** Removes the progress line. */
    void endProgress() {
        progress("");
    }

    void flush() {
        out.flush();
        err.flush();
    }
}
