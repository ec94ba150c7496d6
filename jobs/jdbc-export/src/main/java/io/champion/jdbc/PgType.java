package io.champion.jdbc;

import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Kind;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * How a value travels and what it becomes in PostgreSQL.
 *
 * <p>Nanoseconds are kept as numbers: PostgreSQL's times end at microseconds. A table whose column
 * is a {@code timestamptz} gets them cut off.
 */
enum PgType {
    BOOLEAN("boolean", java.sql.Types.BOOLEAN),
    INTEGER("integer", java.sql.Types.INTEGER),
    BIGINT("bigint", java.sql.Types.BIGINT),
    REAL("real", java.sql.Types.REAL),
    DOUBLE("double precision", java.sql.Types.DOUBLE),
    NUMERIC("numeric", java.sql.Types.NUMERIC),
    TEXT("text", java.sql.Types.VARCHAR),
    BYTES("bytea", java.sql.Types.BINARY),
    DATE("date", java.sql.Types.DATE),
    TIME("timestamp with time zone", java.sql.Types.OTHER),
    NANOS("bigint", java.sql.Types.BIGINT),
    /** Nanoseconds that go into a column of microseconds. */
    NANOS_CUT("timestamp with time zone", java.sql.Types.OTHER),
    JSON("jsonb", java.sql.Types.OTHER),
    INTEGERS("integer[]", java.sql.Types.ARRAY),
    BIGINTS("bigint[]", java.sql.Types.ARRAY),
    DOUBLES("double precision[]", java.sql.Types.ARRAY),
    TEXTS("text[]", java.sql.Types.ARRAY);

    private final String sql;
    private final int jdbcType;

    PgType(String sql, int jdbcType) {
        this.sql = sql;
        this.jdbcType = jdbcType;
    }

    /** Of a new column, as DDL has it. */
    String sql() {
        return sql;
    }

    /** Of the value within Flink. */
    TypeInformation<?> information() {
        return switch (this) {
            case BOOLEAN -> Types.BOOLEAN;
            case INTEGER -> Types.INT;
            case BIGINT, NANOS, NANOS_CUT -> Types.LONG;
            case REAL -> Types.FLOAT;
            case DOUBLE -> Types.DOUBLE;
            case NUMERIC -> Types.BIG_DEC;
            case TEXT, JSON -> Types.STRING;
            case BYTES -> PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;
            case DATE -> Types.LOCAL_DATE;
            case TIME -> Types.INSTANT;
            case INTEGERS -> Types.OBJECT_ARRAY(Types.INT);
            case BIGINTS -> Types.OBJECT_ARRAY(Types.LONG);
            case DOUBLES -> Types.OBJECT_ARRAY(Types.DOUBLE);
            case TEXTS -> Types.OBJECT_ARRAY(Types.STRING);
        };
    }

    /** PostgreSQL's own names of the types of columns that hold every value. */
    private Set<String> holders() {
        return switch (this) {
            case BOOLEAN -> Set.of("bool");
            case INTEGER -> Set.of("int4", "int8", "numeric");
            case BIGINT, NANOS -> Set.of("int8", "numeric");
            case REAL -> Set.of("float4", "float8");
            case DOUBLE -> Set.of("float8");
            case NUMERIC -> Set.of("numeric");
            case TEXT -> Set.of("text", "varchar", "bpchar");
            case BYTES -> Set.of("bytea");
            case DATE -> Set.of("date");
            case TIME, NANOS_CUT -> Set.of("timestamptz");
            case JSON -> Set.of("jsonb", "json");
            case INTEGERS -> Set.of("_int4");
            case BIGINTS -> Set.of("_int8");
            case DOUBLES -> Set.of("_float8");
            case TEXTS -> Set.of("_text");
        };
    }

    /**
     * The type by which values reach a column of a table that is there already, or null where the
     * column cannot take them.
     *
     * @param internal PostgreSQL's own name of the column's type, for example {@code int8}
     */
    PgType into(String internal) {
        if (this == NANOS && NANOS_CUT.holders().contains(internal)) {
            return NANOS_CUT;
        }
        return holders().contains(internal) ? this : null;
    }

    /** The type of a contract's column. */
    static PgType of(ColumnType type) {
        return switch (type.kind()) {
            case BOOLEAN -> BOOLEAN;
            case INT -> INTEGER;
            case LONG -> BIGINT;
            case FLOAT -> REAL;
            case DOUBLE -> DOUBLE;
            case STRING, ENUM -> TEXT;
            case BYTES, FIXED -> BYTES;
            case DATE -> DATE;
            case TIMESTAMP_MILLIS, TIMESTAMP_MICROS -> TIME;
            case TIMESTAMP_NANOS -> NANOS;
            case DECIMAL -> NUMERIC;
            case MAP, STRUCT -> JSON;
            case ARRAY -> arrayOf(type.element().kind());
        };
    }

    private static PgType arrayOf(Kind element) {
        return switch (element) {
            case INT -> INTEGERS;
            case LONG -> BIGINTS;
            case DOUBLE -> DOUBLES;
            case STRING, ENUM -> TEXTS;
            default -> JSON;
        };
    }

    /** The array whose elements are of this type; JSON where there is none. */
    PgType array() {
        return switch (this) {
            case INTEGER -> INTEGERS;
            case BIGINT -> BIGINTS;
            case DOUBLE -> DOUBLES;
            case TEXT -> TEXTS;
            default -> JSON;
        };
    }

    /** Sets a parameter of a statement; the value may be null. */
    void set(PreparedStatement statement, int parameter, Object value) throws SQLException {
        if (value == null) {
            statement.setNull(parameter, jdbcType);
            return;
        }
        switch (this) {
            case BOOLEAN -> statement.setBoolean(parameter, (Boolean) value);
            case INTEGER -> statement.setInt(parameter, (Integer) value);
            case BIGINT, NANOS -> statement.setLong(parameter, (Long) value);
            case REAL -> statement.setFloat(parameter, (Float) value);
            case DOUBLE -> statement.setDouble(parameter, (Double) value);
            case NUMERIC -> statement.setBigDecimal(parameter, (BigDecimal) value);
            case TEXT -> statement.setString(parameter, (String) value);
            case BYTES -> statement.setBytes(parameter, (byte[]) value);
            case DATE -> statement.setObject(parameter, (LocalDate) value);
            case TIME -> statement.setObject(parameter, ((Instant) value).atOffset(ZoneOffset.UTC));
            case NANOS_CUT -> {
                long nanos = (Long) value;
                long micros = Math.floorDiv(nanos, 1_000L);
                statement.setObject(
                        parameter,
                        Instant.ofEpochSecond(
                                        Math.floorDiv(micros, 1_000_000L),
                                        Math.floorMod(micros, 1_000_000L) * 1_000L)
                                .atOffset(ZoneOffset.UTC));
            }
            case JSON -> statement.setObject(parameter, value, java.sql.Types.OTHER);
            case INTEGERS -> setArray(statement, parameter, "int4", (Object[]) value);
            case BIGINTS -> setArray(statement, parameter, "int8", (Object[]) value);
            case DOUBLES -> setArray(statement, parameter, "float8", (Object[]) value);
            case TEXTS -> setArray(statement, parameter, "text", (Object[]) value);
        }
    }

    private static void setArray(
            PreparedStatement statement, int parameter, String element, Object[] values)
            throws SQLException {
        statement.setArray(parameter, statement.getConnection().createArrayOf(element, values));
    }
}
