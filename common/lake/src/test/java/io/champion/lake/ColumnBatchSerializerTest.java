package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeutils.SerializerTestBase;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.testutils.DeeplyEqualsChecker;
import org.junit.jupiter.api.Test;

/** Flink's own battery of checks, over batches of several datasets. */
class ColumnBatchSerializerTest extends SerializerTestBase<ColumnBatch> {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);

    ColumnBatchSerializerTest() {
        super(
                new DeeplyEqualsChecker()
                        .withCustomCheck(
                                (one, other) ->
                                        one instanceof ColumnBatch && other instanceof ColumnBatch,
                                (one, other, checker) ->
                                        content((ColumnBatch) one)
                                                .equals(content((ColumnBatch) other))));
    }

    /** A batch as lists, which know when they are equal. */
    static List<Object> content(ColumnBatch batch) {
        List<Object> content = new ArrayList<>();
        content.add(batch.dataset().id());
        content.add(batch.partition());
        for (int i = 0; i < batch.rows(); i++) {
            content.add(batch.record(i));
        }
        for (int i = 0; i < batch.dataset().columns().size(); i++) {
            content.add(batch.column(i).getClass());
        }
        return content;
    }

    /** Its maker uses a batch's arrays again. */
    @Test
    void aCopyHasArraysOfItsOwn() {
        Dataset bars = Dataset.of("normalized.equity_ohlc");
        ColumnBatchBuilder builder = new ColumnBatchBuilder(bars, 2);
        builder.row(Rows.bar(DAY, 1));
        builder.row(Rows.bar(DAY, 2));
        ColumnBatch batch = builder.build(bars.partitionOf(DAY));
        ColumnBatch copy = createSerializer().copy(batch);
        List<Object> before = content(copy);
        for (int i = 0; i < bars.columns().size(); i++) {
            if (batch.column(i) instanceof ColumnBatch.Numbers numbers) {
                Arrays.fill(numbers.values(), 7);
            } else if (batch.column(i) instanceof ColumnBatch.Texts texts) {
                Arrays.fill(texts.bytes(), (byte) '7');
            }
        }
        assertThat(content(batch)).isNotEqualTo(before);
        assertThat(content(copy)).isEqualTo(before);
    }

    @Override
    protected TypeSerializer<ColumnBatch> createSerializer() {
        return ColumnBatchTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl());
    }

    @Override
    protected int getLength() {
        return -1;
    }

    @Override
    protected Class<ColumnBatch> getTypeClass() {
        return ColumnBatch.class;
    }

    @Override
    protected ColumnBatch[] getTestData() {
        Random random = new Random(3);
        Dataset bars = Dataset.of("normalized.equity_ohlc");
        List<SpecificRecordBase> rows = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            rows.add(Rows.bar(DAY, i));
        }
        List<ColumnBatch> batches =
                new ArrayList<>(Batches.of(bars, bars.partitionOf(DAY), rows, random, 1_000));
        batches.add(createSerializer().createInstance());
        return batches.toArray(new ColumnBatch[0]);
    }
}
