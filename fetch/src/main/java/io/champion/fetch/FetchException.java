package io.champion.fetch;

import java.io.IOException;

/** Nothing can be fetched at all; the message says why, in full sentences. */
public final class FetchException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What kind of trouble it is. */
    public enum Kind {
        /** What was asked for makes no sense, or needs what is not configured. */
        USAGE,
        /** The server does not answer, or does not let us in. */
        UNAVAILABLE,
        /** The raw tier cannot be used: another process holds it, or its manifest is damaged. */
        TIER
    }

    private final Kind kind;

    public FetchException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public FetchException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
