package io.champion.flatfile;

import java.io.IOException;

/** A file that is no flat file. The message is a sentence that names it. */
final class UnknownFileException extends IOException {

    private static final long serialVersionUID = 1L;

    UnknownFileException(String message) {
        super(message);
    }
}
