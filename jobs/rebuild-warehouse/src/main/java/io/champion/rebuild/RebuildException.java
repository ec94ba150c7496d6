package io.champion.rebuild;

/** A warehouse that cannot be filled again; its message says why. */
public final class RebuildException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RebuildException(String message) {
        super(message);
    }
}
