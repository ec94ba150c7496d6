package io.champion.runtime;

import java.util.regex.Pattern;

/** What must not get where others can read it: on record with a run, or into a log. */
public final class Secrets {
    private Secrets() {}

    private static final String HIDDEN = "(hidden)";

    /**
     * User and password of an address. Those that hold a slash are no valid part of one, but told
     * from a path by the colon that no port follows.
     */
    private static final Pattern LOGIN =
            Pattern.compile(
                    "(?<=://)(?:[^/\\s]*|[^/\\s@:]*:(?!\\d+/)\\S*)@|(?<=^|=)[^/\\s@:=.]+:[^/\\s]*@");

    /** As a parameter of an address. */
    private static final Pattern PARAMETER =
            Pattern.compile("(?i)(?<=[?&])([\\w.-]*(?:password|secret|token)=)[^\\s&]*");

    /** As an option that is set. */
    private static final Pattern OPTION =
            Pattern.compile("(?i)((?:password|secret|token)[\\w.-]*[=:]).*");

    /** Whether a key is of a password or the like; one of a file that holds one is not. */
    static boolean isKey(String key) {
        return key.endsWith("password") || key.endsWith("secret") || key.endsWith("token");
    }

    /** Whether a value is an address with credentials in it. */
    static boolean isIn(String value) {
        return LOGIN.matcher(value).find() || PARAMETER.matcher(value).find();
    }

    /**
     * An argument of a command without the secrets in it: credentials of addresses, and the values
     * of options that are secret by their names.
     */
    public static String hide(String argument) {
        String hidden = LOGIN.matcher(argument).replaceAll(HIDDEN + "@");
        hidden = PARAMETER.matcher(hidden).replaceAll("$1" + HIDDEN);
        return OPTION.matcher(hidden).replaceAll("$1" + HIDDEN);
    }
}
