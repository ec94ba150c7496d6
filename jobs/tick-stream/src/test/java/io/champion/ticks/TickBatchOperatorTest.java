package io.champion.ticks;

import static io.champion.ticks.Ticks.TEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.champion.model.record.TickKind;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TickBatchOperatorTest {
    private static final int MAX_PARALLELISM = 16;

    private OneInputStreamOperatorTestHarness<TickMessage, TickBatch> harness;

    @BeforeEach
    void open() throws Exception {
        harness =
                new OneInputStreamOperatorTestHarness<>(
                        new TickBatchOperator(), MAX_PARALLELISM, 2, 0);
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private void take(int messages) throws Exception {
        for (int i = 0; i < messages; i++) {
            harness.processElement(new StreamRecord<>(message(i)));
        }
    }

    private static TickMessage message(int number) {
        return Ticks.message(Ticks.trade("S" + number % 50, number, TEN, 1.0, 1.0, TickKind.TRADE));
    }

    private List<Long> sent() {
        return harness.extractOutputValues().stream()
                .flatMap(batch -> batch.messages().stream())
                .map(TickMessage::offset)
                .sorted()
                .toList();
    }

    private static List<Long> numbers(int messages) {
        List<Long> numbers = new ArrayList<>();
        for (long i = 0; i < messages; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    @Test
    void aBatchIsOfOneKeyGroup() throws Exception {
        take(1_000);
        harness.processWatermark(TEN);
        assertThat(sent()).isEqualTo(numbers(1_000));
        List<TickBatch> batches = harness.extractOutputValues();
        assertThat(batches)
                .hasSizeLessThan(1_000 / TickBatchOperator.MAX_MESSAGES + 1 + MAX_PARALLELISM)
                .allSatisfy(
                        batch ->
                                assertThat(batch.messages())
                                        .hasSizeLessThanOrEqualTo(TickBatchOperator.MAX_MESSAGES)
                                        .allMatch(
                                                message ->
                                                        keyGroup(message.instrument())
                                                                == keyGroup(batch.instrument())));
    }

    private static int keyGroup(String instrument) {
        return KeyGroupRangeAssignment.assignToKeyGroup(instrument, MAX_PARALLELISM);
    }

    @Test
    void nothingStaysBehindAWatermark() throws Exception {
        take(3);
        assertThat(sent()).isEmpty();
        harness.processWatermark(TEN);
        assertThat(sent()).isEqualTo(numbers(3));
        assertThat(harness.getOutput()).last().isEqualTo(new Watermark(TEN));
    }

    @Test
    void nothingStaysBehindTheSignThatAnInputIsIdle() throws Exception {
        take(3);
        harness.processWatermarkStatus(WatermarkStatus.IDLE);
        assertThat(sent()).isEqualTo(numbers(3));
        assertThat(harness.getOutput()).last().isEqualTo(WatermarkStatus.IDLE);
    }

    @Test
    void nothingStaysBehindABarrier() throws Exception {
        take(3);
        harness.getOperator().prepareSnapshotPreBarrier(1);
        assertThat(sent()).isEqualTo(numbers(3));
    }

    @Test
    void nothingStaysBehindTheEndOfInput() throws Exception {
        take(3);
        harness.getOneInputOperator().finish();
        assertThat(sent()).isEqualTo(numbers(3));
    }
}
