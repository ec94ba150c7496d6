package io.champion.flatfile;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A file that cannot be read to its end. It ends the attempt, in which nothing was published; the
 * run goes on without the file.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class FlatFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String path;
    private final boolean splitting;

    /**
     * @param path the file
     * @param splitting whether it can be read after all, but not in parts
     */
    FlatFileException(String path, boolean splitting, String message, Throwable cause) {
        super(message, cause);
        this.path = path;
        this.splitting = splitting;
    }

    String path() {
        return path;
    }

    boolean isOfSplitting() {
        return splitting;
    }
}
