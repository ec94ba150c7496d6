package io.champion.adjust;

import static io.champion.adjust.Bars.action;
import static io.champion.adjust.Bars.bar;
import static io.champion.adjust.Bars.day;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.ContractTypeInfo;
import io.champion.model.record.CorporateActionType;
import io.champion.model.record.EquityAdjusted;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** The operator: one security after the other, and nothing left behind. */
class SecurityFunctionTest {

    @Test
    void adjustsEachSecurityAtTheEndAndForgetsIt() throws Exception {
        AdjustedHistory.Settings settings =
                new AdjustedHistory.Settings(false, 0.25, 10, Bars.INGESTED);
        try (KeyedOneInputStreamOperatorTestHarness<String, SpecificRecordBase, SpecificRecordBase>
                harness =
                        new KeyedOneInputStreamOperatorTestHarness<>(
                                new KeyedProcessOperator<>(new SecurityFunction(settings)),
                                SecurityFunction::security,
                                Types.STRING)) {
            harness.getExecutionConfig().enableObjectReuse();
            harness.setup(
                    ContractTypeInfo.INSTANCE.createSerializer(
                            harness.getExecutionConfig().getSerializerConfig()));
            harness.open();
            harness.processElement(bar("NSE:ALPHA:EQ", day(1), null, 100, 100), 0);
            harness.processElement(bar("NSE:BETA:EQ", day(1), null, 100, 100), 0);
            harness.processElement(bar("NSE:ALPHA:BE", day(2), 100.0, 50, 50), 0);
            harness.processElement(
                    action("NSE:ALPHA:T0", day(2), CorporateActionType.BONUS, 1, 1), 0);
            assertThat(harness.extractOutputValues()).isEmpty();
            assertThat(harness.numKeyedStateEntries()).isEqualTo(2);

            harness.processWatermark(Watermark.MAX_WATERMARK);
            assertThat(harness.extractOutputValues())
                    .extracting(row -> ((EquityAdjusted) row).getClose())
                    .containsExactlyInAnyOrder(50.0, 100.0, 50.0);
            assertThat(harness.numKeyedStateEntries()).isZero();
            assertThat(harness.numEventTimeTimers()).isZero();
            Adjustments made =
                    ((AdjustmentsAccumulator)
                                    harness.getOperator()
                                            .getRuntimeContext()
                                            .<Adjustments, Adjustments>getAccumulator(
                                                    SecurityFunction.ADJUSTMENTS))
                            .getLocalValue();
            assertThat(made.securities).isEqualTo(2);
            assertThat(made.applied).hasSize(1);
            assertThat(made.rowCount()).isEqualTo(3);
        }
    }
}
