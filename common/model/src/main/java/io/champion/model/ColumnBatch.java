package io.champion.model;

import io.champion.model.ColumnType.Column;
import java.util.List;

/**
 * Rows of one contract and one partition, column by column: what flows where a row is too small a
 * unit. Batches are immutable once made; whoever makes one gives its arrays away.
 *
 * <p>Columns of maps, structs, decimals and bytes have no such form: contracts that have one go row
 * by row.
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
    public sealed interface Values permits Numbers, Texts, NumberLists, Constant {}

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
     * @param columns in the order of {@link TypeMapping#columns}
     * @throws IllegalArgumentException if a column is not of its contract's form, or may be null
     *     where the contract requires a value
     */
    public ColumnBatch(Dataset dataset, PartitionKey partition, int rows, Values[] columns) {
        List<Column> contract = TypeMapping.columns(dataset.schema());
        if (columns.length != contract.size()) {
            throw new IllegalArgumentException(
                    dataset + " has " + contract.size() + " columns, not " + columns.length + ".");
        }
        for (int i = 0; i < columns.length; i++) {
            check(dataset, contract.get(i), columns[i]);
        }
        this.dataset = dataset;
        this.partition = partition;
        this.rows = rows;
        this.columns = columns;
    }

    private static void check(Dataset dataset, Column column, Values values) {
        Values plain = values instanceof Constant constant ? constant.value() : values;
        boolean fits =
                switch (column.type().kind()) {
                    case STRING, ENUM -> plain instanceof Texts;
                    case ARRAY -> plain instanceof NumberLists && isNumber(column.type().element());
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
     * @param index in the order of {@link TypeMapping#columns}
     */
    public Values column(int index) {
        return columns[index];
    }
}
