package io.champion.kafka;

/** The schema registry does not answer, or answers with an error: no fault of any message. */
public final class RegistryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
