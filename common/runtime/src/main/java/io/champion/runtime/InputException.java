package io.champion.runtime;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * An input that cannot be used. The message is a full sentence that names the file. A job that
 * meets one is not started again: the file would be no better.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class InputException extends IOException {

    private static final long serialVersionUID = 1L;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
