package io.champion.cli.replay;

/** A line cannot be read; the message names the field and its value. */
final class BadLineException extends Exception {

    private static final long serialVersionUID = 1L;

    BadLineException(String message) {
        super(message);
    }
}
