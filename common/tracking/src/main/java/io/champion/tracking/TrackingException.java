package io.champion.tracking;

/** A tracking server that cannot be used, or does not take a run. */
public final class TrackingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    /**
     * @param refused whether the server answered that it will never take it: trying again is of no
     *     use
     */
    TrackingException(String message, boolean refused, Throwable cause) {
        super(message, cause);
        this.refused = refused;
    }

    boolean refused() {
        return refused;
    }
}
