package io.champion.cli;

/** A failure that its message explains; the person who reads it needs no stack trace. */
final class UserException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message full sentences: what is wrong and what to do
     */
    UserException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    UserException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
