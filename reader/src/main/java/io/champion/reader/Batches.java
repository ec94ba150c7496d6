package io.champion.reader;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.util.Arrays;

/** Decoded columns as batches, to be written again. */
final class Batches {
    private Batches() {}

    /**
     * Rows of one partition.
     *
     * @param vectors in the order of {@link Dataset#columns}; the batch shares their arrays where
     *     it can
     */
    static ColumnBatch of(Dataset dataset, PartitionKey partition, Vector[] vectors) {
        Values[] values = new Values[vectors.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = values(vectors[i], dataset.columns().get(i).type());
        }
        return new ColumnBatch(dataset, partition, vectors[0].rows(), values);
    }

    private static Values values(Vector vector, ColumnType type) {
        if (vector instanceof Vector.Texts texts) {
            return new Texts(texts.utf8(), texts.starts(), texts.ends(), texts.nulls());
        }
        if (vector instanceof Vector.Lists lists) {
            return new NumberLists(
                    Arrays.stream(lists.elements()).asLongStream().toArray(), lists.ends());
        }
        return new Numbers(numbers(vector, type), vector.nulls());
    }

    private static long[] numbers(Vector vector, ColumnType type) {
        if (vector instanceof Vector.Longs longs) {
            return longs.values();
        }
        long[] numbers = new long[vector.rows()];
        if (vector instanceof Vector.Doubles doubles) {
            boolean single = type.kind() == ColumnType.Kind.FLOAT;
            for (int row = 0; row < numbers.length; row++) {
                double value = doubles.values()[row];
                numbers[row] =
                        single
                                ? Float.floatToRawIntBits((float) value)
                                : Double.doubleToRawLongBits(value);
            }
        } else if (vector instanceof Vector.Ints ints) {
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = ints.values()[row];
            }
        } else {
            boolean[] truths = ((Vector.Booleans) vector).values();
            for (int row = 0; row < numbers.length; row++) {
                numbers[row] = truths[row] ? 1 : 0;
            }
        }
        return numbers;
    }
}
