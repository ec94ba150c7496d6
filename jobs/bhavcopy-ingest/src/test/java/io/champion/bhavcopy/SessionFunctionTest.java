package io.champion.bhavcopy;

import static io.champion.bhavcopy.Ingested.START;
import static io.champion.bhavcopy.Ingested.fixture;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.lake.ContractTypeInfo;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

class SessionFunctionTest {

    @Test
    void aSessionIsIngestedWholeAndNothingIsLeftBehind() throws Exception {
        IngestPlan plan = IngestPlan.of(List.of(fixture("").toString()), null, null, START);
        Ingested expected = Ingested.of(fixture(""));
        SessionFunction function = new SessionFunction(session -> List.of(), START);
        try (OneInputStreamOperatorTestHarness<Session, SpecificRecordBase> harness =
                new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function))) {
            harness.setup(ContractTypeInfo.INSTANCE.createSerializer(new SerializerConfigImpl()));
            harness.open();
            for (Session session : plan.sessions()) {
                harness.processElement(session, 0);
            }
            assertThat(harness.extractOutputValues()).containsExactlyElementsOf(expected.records());
            OperatorSubtaskState state = harness.snapshot(1, 1);
            assertThat(state.getManagedKeyedState()).isEmpty();
            assertThat(state.getRawKeyedState()).isEmpty();
            assertThat(state.getManagedOperatorState()).isEmpty();
            assertThat(state.getRawOperatorState()).isEmpty();
        }
    }

    @Test
    void sessionsNeedNoKryo() {
        TypeInformation<Session> type = TypeInformation.of(Session.class);
        SerializerConfigImpl config = new SerializerConfigImpl();
        config.setGenericTypes(false);
        assertThat(type.createSerializer(config)).isNotNull();
    }
}
