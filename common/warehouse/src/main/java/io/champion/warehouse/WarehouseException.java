package io.champion.warehouse;

/** A statement to ClickHouse failed, or the warehouse is not as it has to be. */
public final class WarehouseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What a failure asks of whoever sent the statement. */
    public enum Kind {
        /**
         * It may work when tried again: the network, a restart, an overload. The statement may have
         * taken effect.
         */
        TRANSIENT,
        /** The data in it are at fault. The same statement will fail again; none of it was done. */
        POISON,
        /** It will fail until somebody changes something: credentials, rights, tables, the job. */
        FATAL
    }

    private final Kind kind;
    private final int code;

    WarehouseException(Kind kind, int code, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.code = code;
    }

    /** A fatal state of the warehouse, in a full sentence that says what to do. */
    public static WarehouseException fatal(String message) {
        return new WarehouseException(Kind.FATAL, 0, message, null);
    }

    public Kind kind() {
        return kind;
    }

    /** ClickHouse's own error code; 0 where it did not give one. */
    public int code() {
        return code;
    }
}
