package io.champion.cli;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the cause that a person can act on below the wrappers that a job's failure comes in. */
final class Failures {
    private Failures() {}

    private static final Pattern SERVERS_MESSAGE =
            Pattern.compile(
                    "(?s)(.*?)Code: \\d+\\. DB::Exception: (.*?)[.\\s]*(\\([A-Z_0-9]+\\))[^()]*(?:\\(.*)?");

    /** A message of ClickHouse's without code, class, version and query id. */
    static String plain(String message) {
        Matcher matcher = SERVERS_MESSAGE.matcher(message);
        return matcher.matches()
                ? matcher.group(1) + matcher.group(2) + " " + matcher.group(3) + "."
                : message;
    }

    /** The innermost message that says anything. */
    static String explain(Throwable failure) {
        String message = null;
        Set<Throwable> seen = new HashSet<>();
        for (Throwable cause = failure;
                cause != null && seen.add(cause);
                cause = cause.getCause()) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                message = withoutClassName(cause);
            }
        }
        return message != null
                ? message
                : "Failed with " + failure.getClass().getSimpleName() + ".";
    }

    /** Flink carries causes across class loaders as text that begins with the class's name. */
    private static String withoutClassName(Throwable cause) {
        String message = cause.getMessage().strip();
        int colon = message.indexOf(": ");
        if (colon > 0 && message.substring(0, colon).matches("[\\w.$]+(Exception|Error)")) {
            message = message.substring(colon + 2);
        }
        return cause instanceof java.io.IOException
                        && !message.contains(" ")
                        && !message.endsWith(".")
                ? cause.getClass().getSimpleName() + ": " + message
                : message;
    }
}
