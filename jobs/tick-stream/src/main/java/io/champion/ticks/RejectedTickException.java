package io.champion.ticks;

import java.util.Locale;

/** A tick cannot be taken for what it says; the message says why, as a sentence. */
final class RejectedTickException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong with a field. */
    enum Reason {
        /** It has to have a value and has none. */
        MISSING_VALUE,
        /** No such value makes sense. */
        INVALID_VALUE,
        /** Its time lies too far after that of the message. */
        AHEAD_OF_TIME,
        /** Its schema was not known where the message was read. */
        UNKNOWN_SCHEMA;

        /** The code, for example {@code missing_value}. */
        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;
    private final String field;
    private final String found;

    /**
     * @param field the field that is wrong
     * @param found what it holds; empty for nothing
     */
    RejectedTickException(Reason reason, String field, String found, String sentence) {
        // Thrown for data, by the million where they are bad: without a stack trace.
        super(sentence, null, false, false);
        this.reason = reason;
        this.field = field;
        this.found = found;
    }

    Reason reason() {
        return reason;
    }

    String field() {
        return field;
    }

    String found() {
        return found;
    }
}
