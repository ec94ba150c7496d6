package io.champion.warehouse;

/** A row holds a value that its ClickHouse column cannot. */
final class UnstorableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String value;

    UnstorableException(String field, Object value, String why) {
        super("Field '" + field + "' is " + value + ", " + why);
        this.field = field;
        this.value = String.valueOf(value);
    }

    String field() {
        return field;
    }

    String value() {
        return value;
    }
}
