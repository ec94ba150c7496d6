package io.champion.adjust;

/** Prices cannot be adjusted; the message says why, and what to do. */
public final class AdjustException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AdjustException(String message) {
        super(message);
    }
}
