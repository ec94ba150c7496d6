package io.champion.fetch;

import java.io.IOException;
import java.time.Duration;

/** Why one file could not be fetched; the message is a sentence for people. */
final class FileFailure extends IOException {

    private static final long serialVersionUID = 1L;

    enum Kind {
        /** Another attempt may succeed: a connection that broke, a server that is busy. */
        TRANSIENT,
        /** As {@link #TRANSIENT}, but the server did not even answer. */
        NO_ANSWER,
        /** There is no such file. */
        NOT_FOUND,
        /** The file is not the one that was listed: it was published again meanwhile. */
        REPUBLISHED,
        /** The server does not give the file to us. */
        DENIED,
        /** No attempt will succeed. */
        PERMANENT
    }

    private final Kind kind;
    private final Duration wait;

    FileFailure(Kind kind, String message, Throwable cause) {
        this(kind, message, null, cause);
    }

    /**
     * @param wait how long the server asks to wait before the next attempt, or null
     */
    FileFailure(Kind kind, String message, Duration wait, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.wait = wait;
    }

    Kind kind() {
        return kind;
    }

    /** How long the server asks to wait before the next attempt, or null. */
    Duration waiting() {
        return wait;
    }

    boolean isTransient() {
        return kind == Kind.TRANSIENT || kind == Kind.NO_ANSWER;
    }
}
