package io.champion.ticks;

/** Days that cannot be computed again, or a generation that cannot be applied, and what to do. */
public final class ReprocessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message full sentences
     */
    public ReprocessException(String message) {
        super(message);
    }
}
