package io.champion.model;

/** A contract field has a type that the platform does not carry to the lake and the warehouse. */
public final class UnsupportedTypeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String field;

    UnsupportedTypeException(String field, String what, String instead) {
        super("Field '" + field + "': " + what + " is not supported. " + instead);
        this.field = field;
    }

    /** The offending field, with the names of the records around it, joined by dots. */
    public String field() {
        return field;
    }
}
