package io.champion.bhavcopy;

import java.io.IOException;

/** An input that cannot be used. The message is a full sentence that names the file. */
public final class InputException extends IOException {

    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
