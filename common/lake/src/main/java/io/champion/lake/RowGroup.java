package io.champion.lake;

import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import java.util.Map;

/**
 * Some columns of rows that lie together in a file, in the form that {@code ColumnBatch} has them
 * in.
 *
 * @param rows how many
 * @param columns by the names of the contract's fields
 */
public record RowGroup(int rows, Map<String, Values> columns) {

    /**
     * A column of booleans, numbers, days or times.
     *
     * @throws IllegalArgumentException if it is none, or was not asked for
     */
    public Numbers numbers(String name) {
        if (columns.get(name) instanceof Numbers numbers) {
            return numbers;
        }
        throw new IllegalArgumentException("'" + name + "' is no column of numbers that was read.");
    }

    /**
     * A column of texts.
     *
     * @throws IllegalArgumentException if it is none, or was not asked for
     */
    public Texts texts(String name) {
        if (columns.get(name) instanceof Texts texts) {
            return texts;
        }
        throw new IllegalArgumentException("'" + name + "' is no column of texts that was read.");
    }
}
