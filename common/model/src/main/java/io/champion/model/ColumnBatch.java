package io.champion.model;

import io.champion.model.ColumnType.Column;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Rows of one contract and one partition, column by column: what flows where a row is too small a
 * unit. Nobody changes a batch but its maker, who may use the arrays again for the next one: as
 * with all that Flink hands from operator to operator, whoever keeps a batch for later has to copy
 * it.
 *
 * <p>Of maps there are empty ones only, and structs, decimals and bytes have no such form:
 * contracts that have them, and rows with entries in a map, go row by row.
 */
public final class ColumnBatch {
    private final Dataset dataset;
    private final PartitionKey partition;
    private final int rows;
    private final Values[] columns;

    /**
     * The values of a column. Arrays may be longer than the batch has rows.
     *
     * <p>Where {@code nulls} is not null, it is 1 for each row without a value, whose place holds
     * anything.
     */
    public sealed interface Values permits Numbers, Texts, NumberLists, EmptyMaps, Constant {}

    /**
     * Booleans (0 or 1), integers, days, times and floating-point numbers.
     *
     * @param values as the contract's unit has them: days since the epoch, or milliseconds,
     *     microseconds, nanoseconds; raw bits of a float or double
     * @param nulls null where all rows have a value
     */
    public record Numbers(long[] values, byte[] nulls) implements Values {}

    /**
     * Strings and names of enums, as UTF-8.
     *
     * @param bytes of all values; rows may share some
     * @param starts where a row's text begins. A text that is equal to the one before should be the
     *     same place in the bytes: readers take that as a sign to look no further
     * @param ends where a row's text ends
     * @param nulls null where all rows have a value
     */
    public record Texts(byte[] bytes, int[] starts, int[] ends, byte[] nulls) implements Values {}

    /**
     * Lists of numbers, none of which is null.
     *
     * @param elements of all rows, one after the other, as in {@link Numbers}
     * @param ends where a row's elements end; the first row's begin at 0
     */
    public record NumberLists(long[] elements, int[] ends) implements Values {}

    /** Maps without an entry, in all rows. */
    public record EmptyMaps() implements Values {}

    /**
     * The same value in all rows.
     *
     * @param value of one row
     */
    public record Constant(Values value) implements Values {
        public Constant {
            if (value instanceof Constant) {
                throw new IllegalArgumentException("A constant of a constant.");
            }
        }
    }

    /**
     * A batch.
     *
     * @param partition of the dataset; all rows belong to it
     * @param columns in the order of {@link Dataset#columns}
     * @throws IllegalArgumentException if a column is not of its contract's form or too short, or
     *     may be null where the contract requires a value
     */
    public ColumnBatch(Dataset dataset, PartitionKey partition, int rows, Values[] columns) {
        List<Column> contract = dataset.columns();
        if (columns.length != contract.size()) {
            throw new IllegalArgumentException(
                    dataset + " has " + contract.size() + " columns, not " + columns.length + ".");
        }
        for (int i = 0; i < columns.length; i++) {
            check(dataset, contract.get(i), columns[i], rows);
        }
        this.dataset = dataset;
        this.partition = partition;
        this.rows = rows;
        this.columns = columns;
    }

    private static void check(Dataset dataset, Column column, Values values, int rows) {
        Values plain = values instanceof Constant constant ? constant.value() : values;
        boolean fits =
                switch (column.type().kind()) {
                    case STRING, ENUM -> plain instanceof Texts;
                    case ARRAY -> plain instanceof NumberLists && isNumber(column.type().element());
                    case MAP -> plain instanceof EmptyMaps;
                    default -> plain instanceof Numbers && isNumber(column.type());
                };
        boolean nulls =
                plain instanceof Numbers numbers && numbers.nulls() != null
                        || plain instanceof Texts texts && texts.nulls() != null;
        if (!fits || nulls && !column.type().nullable()) {
            throw new IllegalArgumentException(
                    "Column '"
                            + column.name()
                            + "' of "
                            + dataset
                            + " is "
                            + column.type().kind()
                            + (column.type().nullable() ? "" : " without nulls")
                            + ", which "
                            + plain.getClass().getSimpleName()
                            + (nulls ? " with nulls" : "")
                            + " is not.");
        }
        int needed = values instanceof Constant ? Math.min(rows, 1) : rows;
        int length = length(plain);
        if (length < needed) {
            throw new IllegalArgumentException(
                    "Column '"
                            + column.name()
                            + "' of "
                            + dataset
                            + " has "
                            + length
                            + " values for "
                            + needed
                            + " rows.");
        }
    }

    /** How many rows a column's arrays have room for. */
    private static int length(Values plain) {
        int length;
        byte[] nulls = null;
        if (plain instanceof Numbers numbers) {
            length = numbers.values().length;
            nulls = numbers.nulls();
        } else if (plain instanceof Texts texts) {
            length = Math.min(texts.starts().length, texts.ends().length);
            nulls = texts.nulls();
        } else if (plain instanceof NumberLists lists) {
            length = lists.ends().length;
        } else {
            length = Integer.MAX_VALUE;
        }
        return nulls == null ? length : Math.min(length, nulls.length);
    }

    private static boolean isNumber(ColumnType type) {
        return switch (type.kind()) {
            case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> true;
            case DATE, TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS -> true;
            default -> false;
        };
    }

    public Dataset dataset() {
        return dataset;
    }

    /** The partition that all rows belong to. */
    public PartitionKey partition() {
        return partition;
    }

    public int rows() {
        return rows;
    }

    /**
     * The values of a column.
     *
     * @param index in the order of {@link Dataset#columns}
     */
    public Values column(int index) {
        return columns[index];
    }

    /**
     * A row as a record of its contract: for what cannot be done by columns, such as a row that is
     * rejected.
     *
     * @param row from 0
     */
    public SpecificRecordBase record(int row) {
        Schema schema = dataset.schema();
        SpecificRecordBase record = newRecord(schema);
        List<Column> contract = dataset.columns();
        for (int i = 0; i < columns.length; i++) {
            Column column = contract.get(i);
            Values values = columns[i];
            Object value =
                    values instanceof Constant constant
                            ? value(constant.value(), 0, column.type(), record, column)
                            : value(values, row, column.type(), record, column);
            record.put(column.position(), value);
        }
        return record;
    }

    private static SpecificRecordBase newRecord(Schema schema) {
        try {
            return (SpecificRecordBase)
                    Class.forName(schema.getFullName(), true, Dataset.class.getClassLoader())
                            .getConstructor()
                            .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    schema.getFullName()
                            + " has no generated class of this version on the class path.",
                    e);
        }
    }

    private static Object value(
            Values values, int row, ColumnType type, SpecificRecordBase record, Column column) {
        if (values instanceof Texts texts) {
            if (texts.nulls() != null && texts.nulls()[row] != 0) {
                return null;
            }
            int start = texts.starts()[row];
            String text =
                    new String(
                            texts.bytes(),
                            start,
                            texts.ends()[row] - start,
                            StandardCharsets.UTF_8);
            return type.kind() == ColumnType.Kind.ENUM ? constant(text, record, column) : text;
        }
        if (values instanceof EmptyMaps) {
            return Map.of();
        }
        if (values instanceof NumberLists lists) {
            List<Object> list = new ArrayList<>();
            for (int k = row == 0 ? 0 : lists.ends()[row - 1]; k < lists.ends()[row]; k++) {
                list.add(number(lists.elements()[k], type.element().kind()));
            }
            return list;
        }
        Numbers numbers = (Numbers) values;
        return numbers.nulls() != null && numbers.nulls()[row] != 0
                ? null
                : number(numbers.values()[row], type.kind());
    }

    private static Object constant(String name, SpecificRecordBase record, Column column) {
        Schema schema = record.getSchema().getFields().get(column.position()).schema();
        for (Schema branch : schema.isUnion() ? schema.getTypes() : List.of(schema)) {
            if (branch.getType() == Schema.Type.ENUM) {
                return record.getSpecificData().createEnum(name, branch);
            }
        }
        throw new IllegalStateException("Column '" + column.name() + "' is no enum.");
    }

    private static Object number(long value, ColumnType.Kind kind) {
        return switch (kind) {
            case BOOLEAN -> value != 0;
            case INT -> (int) value;
            case LONG, TIMESTAMP_NANOS -> value;
            case FLOAT -> Float.intBitsToFloat((int) value);
            case DOUBLE -> Double.longBitsToDouble(value);
            case DATE -> LocalDate.ofEpochDay(value);
            case TIMESTAMP_MILLIS -> Instant.ofEpochMilli(value);
            case TIMESTAMP_MICROS ->
                    Instant.ofEpochSecond(
                            Math.floorDiv(value, 1_000_000L),
                            Math.floorMod(value, 1_000_000L) * 1_000L);
            default -> throw new IllegalStateException(kind + " is no number.");
        };
    }
}
