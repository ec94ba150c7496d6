package io.champion.cli.replay;

/** What a message quotes of a line. */
final class Text {
    private static final int MAX_QUOTED = 60;

    private Text() {}

    static String excerpt(String text) {
        return text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "...";
    }
}
