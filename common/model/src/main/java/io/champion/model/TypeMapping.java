package io.champion.model;

import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MILLIS;
import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.NANOS;

import io.champion.model.ColumnType.Column;
import io.champion.model.ColumnType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;

/**
 * The one mapping from contracts (Avro) to the lake (Parquet) and the warehouse (ClickHouse).
 *
 * <table>
 *   <caption>Types</caption>
 *   <tr><th>Avro</th><th>Parquet</th><th>ClickHouse</th></tr>
 *   <tr><td>null</td><td>no column</td><td>no column</td></tr>
 *   <tr><td>boolean</td><td>BOOLEAN</td><td>Bool</td></tr>
 *   <tr><td>int</td><td>INT32</td><td>Int32</td></tr>
 *   <tr><td>long</td><td>INT64</td><td>Int64</td></tr>
 *   <tr><td>float</td><td>FLOAT</td><td>Float32</td></tr>
 *   <tr><td>double</td><td>DOUBLE</td><td>Float64</td></tr>
 *   <tr><td>string</td><td>BYTE_ARRAY STRING</td><td>String</td></tr>
 *   <tr><td>bytes</td><td>BYTE_ARRAY</td><td>String</td></tr>
 *   <tr><td>fixed</td><td>FIXED_LEN_BYTE_ARRAY</td><td>FixedString(n)</td></tr>
 *   <tr><td>enum</td><td>BYTE_ARRAY ENUM</td><td>String</td></tr>
 *   <tr><td>array</td><td>LIST</td><td>Array(T)</td></tr>
 *   <tr><td>map</td><td>MAP</td><td>Map(String, T)</td></tr>
 *   <tr><td>record</td><td>group</td><td>Tuple(name T, ...)</td></tr>
 *   <tr><td>[null, T]</td><td>optional</td><td>Nullable(T)</td></tr>
 *   <tr><td>date</td><td>INT32 DATE</td><td>Date</td></tr>
 *   <tr><td>timestamp-millis</td><td>INT64 TIMESTAMP(MILLIS, UTC)</td><td>DateTime64(3, 'UTC')</td></tr>
 *   <tr><td>timestamp-micros</td><td>INT64 TIMESTAMP(MICROS, UTC)</td><td>DateTime64(6, 'UTC')</td></tr>
 *   <tr><td>timestamp-nanos</td><td>INT64 TIMESTAMP(NANOS, UTC)</td><td>DateTime64(9, 'UTC')</td></tr>
 *   <tr><td>decimal of bytes</td><td>BYTE_ARRAY DECIMAL(p, s)</td><td>Decimal(p, s)</td></tr>
 *   <tr><td>decimal of fixed</td><td>FIXED_LEN_BYTE_ARRAY DECIMAL(p, s)</td><td>Decimal(p, s)</td></tr>
 * </table>
 *
 * <p>Anything else (a union of two types, a duration, a time of day) is refused, with its field
 * named. A table may wrap a String in LowCardinality: that is storage, not type.
 */
public final class TypeMapping {
    private TypeMapping() {}

    /**
     * The columns of a contract, in the order of its fields.
     *
     * @throws UnsupportedTypeException if a field has a type that is not in the table above
     */
    public static List<Column> columns(Schema record) {
        return columns(record, "", List.of());
    }

    private static List<Column> columns(Schema record, String around, List<String> enclosing) {
        if (enclosing.contains(record.getFullName())) {
            throw new UnsupportedTypeException(
                    around.substring(0, around.length() - 1),
                    "a record that holds itself",
                    "Columns are of a fixed depth; refer to other records by their id.");
        }
        List<String> records = new ArrayList<>(enclosing);
        records.add(record.getFullName());
        List<Column> columns = new ArrayList<>();
        for (Schema.Field field : record.getFields()) {
            if (field.schema().getType() != Schema.Type.NULL) {
                columns.add(
                        new Column(
                                field.name(),
                                field.pos(),
                                type(field.schema(), around + field.name(), records)));
            }
        }
        return List.copyOf(columns);
    }

    private static ColumnType type(Schema schema, String field, List<String> records) {
        if (schema.getType() == Schema.Type.UNION) {
            List<Schema> branches =
                    schema.getTypes().stream()
                            .filter(branch -> branch.getType() != Schema.Type.NULL)
                            .toList();
            if (branches.size() != 1 || schema.getTypes().size() != 2) {
                throw new UnsupportedTypeException(
                        field, "the union " + schema, "Only [null, T] is; use separate fields.");
            }
            ColumnType type = type(branches.get(0), field, records);
            if (type.kind() == Kind.ARRAY
                    || type.kind() == Kind.MAP
                    || type.kind() == Kind.STRUCT) {
                throw new UnsupportedTypeException(
                        field,
                        "a nullable " + type.kind().name().toLowerCase(Locale.ROOT),
                        "ClickHouse has none; make it required, and empty where there is nothing.");
            }
            return new ColumnType(
                    type.kind(), true, type.size(), type.precision(), type.scale(), List.of());
        }
        String logical = logicalType(schema);
        if (logical != null) {
            return logical(schema, logical, field);
        }
        return switch (schema.getType()) {
            case BOOLEAN -> simple(Kind.BOOLEAN);
            case INT -> simple(Kind.INT);
            case LONG -> simple(Kind.LONG);
            case FLOAT -> simple(Kind.FLOAT);
            case DOUBLE -> simple(Kind.DOUBLE);
            case STRING -> simple(Kind.STRING);
            case BYTES -> simple(Kind.BYTES);
            case ENUM -> simple(Kind.ENUM);
            case FIXED -> new ColumnType(Kind.FIXED, false, schema.getFixedSize(), 0, 0, List.of());
            case ARRAY ->
                    nested(
                            Kind.ARRAY,
                            List.of(
                                    new Column(
                                            "element",
                                            0,
                                            type(
                                                    schema.getElementType(),
                                                    field + ".element",
                                                    records))));
            case MAP ->
                    nested(
                            Kind.MAP,
                            List.of(
                                    new Column(
                                            "value",
                                            0,
                                            type(
                                                    schema.getValueType(),
                                                    field + ".value",
                                                    records))));
            case RECORD -> nested(Kind.STRUCT, columns(schema, field + ".", records));
            case NULL, UNION ->
                    throw new UnsupportedTypeException(
                            field, schema.getType().getName(), "Leave the field out.");
        };
    }

    private static ColumnType logical(Schema schema, String logical, String field) {
        return switch (schema.getType() + " " + logical) {
            case "INT date" -> simple(Kind.DATE);
            case "LONG timestamp-millis" -> simple(Kind.TIMESTAMP_MILLIS);
            case "LONG timestamp-micros" -> simple(Kind.TIMESTAMP_MICROS);
            case "LONG timestamp-nanos" -> simple(Kind.TIMESTAMP_NANOS);
            case "BYTES decimal", "FIXED decimal" -> {
                if (!(LogicalTypes.fromSchemaIgnoreInvalid(schema)
                        instanceof LogicalTypes.Decimal decimal)) {
                    throw new UnsupportedTypeException(
                            field,
                            "the decimal " + schema,
                            "State a precision that its size holds.");
                }
                if (decimal.getPrecision() > 76) {
                    throw new UnsupportedTypeException(
                            field,
                            "a decimal of " + decimal.getPrecision() + " digits",
                            "ClickHouse holds up to 76.");
                }
                int size = schema.getType() == Schema.Type.FIXED ? schema.getFixedSize() : 0;
                yield new ColumnType(
                        Kind.DECIMAL,
                        false,
                        size,
                        decimal.getPrecision(),
                        decimal.getScale(),
                        List.of());
            }
            case "FIXED duration" ->
                    throw new UnsupportedTypeException(
                            field,
                            "a duration",
                            "Use separate fields for months, days and millis.");
            default ->
                    throw new UnsupportedTypeException(
                            field,
                            "the logical type " + logical + " of " + schema.getType().getName(),
                            "Use one of the types of the mapping.");
        };
    }

    /** Read as a property, because this Avro does not know every logical type we use. */
    private static String logicalType(Schema schema) {
        LogicalType known = schema.getLogicalType();
        return known != null ? known.getName() : schema.getProp("logicalType");
    }

    private static ColumnType simple(Kind kind) {
        return new ColumnType(kind, false, 0, 0, 0, List.of());
    }

    private static ColumnType nested(Kind kind, List<Column> children) {
        return new ColumnType(kind, false, 0, 0, 0, children);
    }

    /** The Parquet schema of a contract. */
    public static MessageType parquet(Schema record) {
        return new MessageType(
                record.getName(),
                columns(record).stream()
                        .map(column -> parquet(column.name(), column.type()))
                        .toList());
    }

    private static Type parquet(String name, ColumnType type) {
        Repetition repetition = type.nullable() ? Repetition.OPTIONAL : Repetition.REQUIRED;
        return switch (type.kind()) {
            case BOOLEAN -> primitive(PrimitiveTypeName.BOOLEAN, repetition, null, name);
            case INT -> primitive(PrimitiveTypeName.INT32, repetition, null, name);
            case LONG -> primitive(PrimitiveTypeName.INT64, repetition, null, name);
            case FLOAT -> primitive(PrimitiveTypeName.FLOAT, repetition, null, name);
            case DOUBLE -> primitive(PrimitiveTypeName.DOUBLE, repetition, null, name);
            case STRING ->
                    primitive(
                            PrimitiveTypeName.BINARY,
                            repetition,
                            LogicalTypeAnnotation.stringType(),
                            name);
            case BYTES -> primitive(PrimitiveTypeName.BINARY, repetition, null, name);
            case ENUM ->
                    primitive(
                            PrimitiveTypeName.BINARY,
                            repetition,
                            LogicalTypeAnnotation.enumType(),
                            name);
            case DATE ->
                    primitive(
                            PrimitiveTypeName.INT32,
                            repetition,
                            LogicalTypeAnnotation.dateType(),
                            name);
            case TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS ->
                    primitive(
                            PrimitiveTypeName.INT64,
                            repetition,
                            LogicalTypeAnnotation.timestampType(
                                    true,
                                    switch (type.kind()) {
                                        case TIMESTAMP_MILLIS -> MILLIS;
                                        case TIMESTAMP_MICROS -> MICROS;
                                        default -> NANOS;
                                    }),
                            name);
            case FIXED ->
                    Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                            .length(type.size())
                            .named(name);
            case DECIMAL -> {
                LogicalTypeAnnotation decimal =
                        LogicalTypeAnnotation.decimalType(type.scale(), type.precision());
                yield type.size() == 0
                        ? primitive(PrimitiveTypeName.BINARY, repetition, decimal, name)
                        : Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
                                .length(type.size())
                                .as(decimal)
                                .named(name);
            }
            case ARRAY ->
                    Types.list(repetition).element(parquet("element", type.element())).named(name);
            case MAP ->
                    Types.map(repetition)
                            .key(
                                    primitive(
                                            PrimitiveTypeName.BINARY,
                                            Repetition.REQUIRED,
                                            LogicalTypeAnnotation.stringType(),
                                            "key"))
                            .value(parquet("value", type.element()))
                            .named(name);
            case STRUCT -> {
                Types.GroupBuilder<org.apache.parquet.schema.GroupType> group =
                        Types.buildGroup(repetition);
                for (Column child : type.children()) {
                    group.addField(parquet(child.name(), child.type()));
                }
                yield group.named(name);
            }
        };
    }

    private static Type primitive(
            PrimitiveTypeName type,
            Repetition repetition,
            LogicalTypeAnnotation annotation,
            String name) {
        return Types.primitive(type, repetition).as(annotation).named(name);
    }

    /** The ClickHouse type of a column, without LowCardinality. */
    public static String clickHouse(ColumnType type) {
        String plain =
                switch (type.kind()) {
                    case BOOLEAN -> "Bool";
                    case INT -> "Int32";
                    case LONG -> "Int64";
                    case FLOAT -> "Float32";
                    case DOUBLE -> "Float64";
                    case STRING, BYTES, ENUM -> "String";
                    case FIXED -> "FixedString(" + type.size() + ")";
                    case DATE -> "Date";
                    case TIMESTAMP_MILLIS -> "DateTime64(3, 'UTC')";
                    case TIMESTAMP_MICROS -> "DateTime64(6, 'UTC')";
                    case TIMESTAMP_NANOS -> "DateTime64(9, 'UTC')";
                    case DECIMAL -> "Decimal(" + type.precision() + ", " + type.scale() + ")";
                    case ARRAY -> "Array(" + clickHouse(type.element()) + ")";
                    case MAP -> "Map(String, " + clickHouse(type.element()) + ")";
                    case STRUCT ->
                            type.children().stream()
                                    .map(c -> c.name() + " " + clickHouse(c.type()))
                                    .collect(Collectors.joining(", ", "Tuple(", ")"));
                };
        return type.nullable() ? "Nullable(" + plain + ")" : plain;
    }
}
