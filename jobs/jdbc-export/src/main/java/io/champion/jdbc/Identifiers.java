package io.champion.jdbc;

import io.champion.runtime.ConfigException;
import java.util.List;
import java.util.regex.Pattern;

/** Names of tables and columns, which reach SQL quoted and only if they are plain. */
final class Identifiers {
    private Identifiers() {}

    /** PostgreSQL cuts off longer ones without a word. */
    private static final int MAX_LENGTH = 63;

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches() && name.length() <= MAX_LENGTH;
    }

    /**
     * Quotes a name.
     *
     * @param option the option that the name comes from, for the message
     * @throws ConfigException if it is no plain name
     */
    static String quote(String name, String option) {
        if (!isPlain(name)) {
            throw new ConfigException(
                    List.of(
                            "'"
                                    + option
                                    + "' has '"
                                    + name
                                    + "', which is no name for a table or column: use up to "
                                    + MAX_LENGTH
                                    + " letters, digits and underscores, no digit first."));
        }
        return '"' + name + '"';
    }

    /** Quotes a name that is plain. */
    static String quote(String name) {
        if (!isPlain(name)) {
            throw new IllegalArgumentException("Not a plain name: " + name);
        }
        return '"' + name + '"';
    }
}
