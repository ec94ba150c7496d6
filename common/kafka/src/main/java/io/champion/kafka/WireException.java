package io.champion.kafka;

import java.util.Locale;

/**
 * A message that cannot be read as a record. Its message is a sentence for people, its reason a
 * code for counting. It has no stack trace: a stream of broken messages must not cost more than one
 * of good ones.
 */
public final class WireException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why a message cannot be read. */
    public enum Reason {
        /** There are no bytes, or Kafka's null value. */
        EMPTY,
        /** The first bytes are of neither encoding. */
        UNKNOWN_FORMAT,
        /** The schema that the message names is not known. */
        UNKNOWN_SCHEMA,
        /** The schema that the message names is known, but its records cannot be read as ours. */
        INCOMPATIBLE_SCHEMA,
        /** The record is longer than its bytes. */
        TRUNCATED,
        /** The record is shorter than its bytes. */
        TRAILING_BYTES,
        /** A value that its type cannot have. */
        INVALID_VALUE;

        /** The code, for example {@code unknown_schema}. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    WireException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
