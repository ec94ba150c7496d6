package io.champion.model;

import java.util.List;

/**
 * A value type as every store of the platform knows it.
 *
 * @param kind what it is
 * @param nullable whether null is a value
 * @param size bytes of a {@link Kind#FIXED}, else of the fixed-size form of a {@link Kind#DECIMAL},
 *     else 0
 * @param precision digits of a decimal, else 0
 * @param scale digits after the point of a decimal, else 0
 * @param children element of an array, value of a map (keys are strings), fields of a struct
 */
public record ColumnType(
        Kind kind, boolean nullable, int size, int precision, int scale, List<Column> children) {

    /** The kinds of value that a contract can hold. */
    public enum Kind {
        BOOLEAN,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        STRING,
        BYTES,
        FIXED,
        ENUM,
        /** Days since the epoch, those of {@link #holdsDate}. */
        DATE,
        /** Milliseconds since the epoch, UTC. */
        TIMESTAMP_MILLIS,
        /** Microseconds since the epoch, UTC. */
        TIMESTAMP_MICROS,
        /** Nanoseconds since the epoch, UTC. */
        TIMESTAMP_NANOS,
        DECIMAL,
        ARRAY,
        MAP,
        STRUCT
    }

    /**
     * A named column.
     *
     * @param name the field's name in the contract
     * @param position the field's position in its Avro record
     * @param type its type
     */
    public record Column(String name, int position, ColumnType type) {}

    /** What dates every store can hold, to be shown. */
    public static final String DATES = "from 1970-01-01 to 2149-06-06";

    private static final int LAST_DAY = 65_535;

    /**
     * Whether every store can hold a date: ClickHouse counts days in 16 bits without a sign.
     *
     * @param epochDay days since 1970-01-01
     */
    public static boolean holdsDate(long epochDay) {
        return epochDay >= 0 && epochDay <= LAST_DAY;
    }

    /** The element of an array or the value of a map. */
    public ColumnType element() {
        return children.get(0).type();
    }
}
