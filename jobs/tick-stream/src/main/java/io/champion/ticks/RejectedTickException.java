package io.champion.ticks;

/** A message is no tick that can be taken; its message says why, as a sentence. */
public final class RejectedTickException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String found;

    /**
     * @param field the field that is wrong, or {@code value} for the message as a whole
     * @param found what it holds; null for nothing
     */
    public RejectedTickException(String field, String found, String sentence) {
        // Thrown for data, by the million where they are bad: without a stack trace.
        super(sentence, null, false, false);
        this.field = field;
        this.found = found;
    }

    String field() {
        return field;
    }

    String found() {
        return found;
    }
}
