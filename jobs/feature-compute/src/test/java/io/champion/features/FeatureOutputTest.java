package io.champion.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.champion.indicators.FeatureSet;
import io.champion.model.ColumnBatch;
import io.champion.model.Dataset;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

final class FeatureOutputTest {
    private static final int HORIZON = 10;
    private static final int DAYS = 250;

    @Test
    void batchesHoldTheRowsThatComeOneByOne() throws Exception {
        List<SpecificRecordBase> rows = output(FeatureOutput.ROWS);
        List<SpecificRecordBase> unpacked = new ArrayList<>();
        for (ColumnBatch batch : output(FeatureOutput.BATCHES)) {
            for (int i = 0; i < batch.rows(); i++) {
                SpecificRecordBase row = batch.record(i);
                assertThat(Dataset.of(row.getSchema()).partitionOf(row))
                        .isEqualTo(batch.partition());
                unpacked.add(row);
            }
        }
        // 3 instruments, a correction, and a bar that came too late.
        assertThat(rows).hasSize(4 * (3 * DAYS + 6) + 1);
        assertThat(unpacked).containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    void aBatchIsOfAllInstruments() throws Exception {
        assertThat(output(FeatureOutput.BATCHES)).hasSizeLessThan(4 * (DAYS + 6) + 2);
    }

    private static <T> List<T> output(FeatureOutput.Form<T> form) throws Exception {
        try (var harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        new FeatureOperator<>(
                                new FeatureFunction<>(
                                        FeatureSet.standard(),
                                        HORIZON,
                                        FeatureRows.Run.fromKafka("1d", "test", Instant.EPOCH),
                                        form)),
                        bar -> bar.instrument,
                        Types.STRING)) {
            harness.setup(form.type().createSerializer(new SerializerConfigImpl()));
            harness.open();
            List<List<FeatureBar>> instruments =
                    List.of(
                            Bars.walk("NSE:A:EQ", DAYS, 1),
                            Bars.walk("NSE:\u0100B:EQ", DAYS, 2),
                            Bars.walk("XNAS:C", DAYS, 3));
            for (int day = 0; day < DAYS; day++) {
                for (List<FeatureBar> bars : instruments) {
                    harness.processElement(bars.get(day), bars.get(day).time);
                }
                harness.processWatermark(day * Bars.DAY);
            }
            FeatureBar last = instruments.get(0).get(DAYS - 6);
            harness.processElement(Bars.corrected(last, 2, 2), last.time);
            FeatureBar first = instruments.get(0).get(0);
            harness.processElement(Bars.corrected(first, 2, 2), first.time);
            harness.processWatermark(DAYS * Bars.DAY);
            return harness.extractOutputValues();
        }
    }
}
