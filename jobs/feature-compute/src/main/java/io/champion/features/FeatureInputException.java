package io.champion.features;

/** There is nothing that features could be computed from; the message says what is missing. */
public final class FeatureInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FeatureInputException(String message) {
        super(message);
    }
}
