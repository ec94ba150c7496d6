package io.champion.ticks;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Brings messages of a key group together, beside their source: to send one by one takes more time
 * than to read one.
 *
 * <p>Nothing is held back behind a watermark or a checkpoint's barrier, so bars are as early as
 * they were, and there is no state. By key group, and not by the task that it belongs to, because
 * only so can what is in flight of an unaligned checkpoint be rescaled.
 */
final class TickBatchOperator extends AbstractStreamOperator<TickBatch>
        implements OneInputStreamOperator<TickMessage, TickBatch> {
    private static final long serialVersionUID = 1L;

    /** More save little: what is done once for each batch is then a small part. */
    static final int MAX_MESSAGES = 64;

    /** Of all key groups. */
    private static final int MAX_HELD = 8_192;

    private transient List<List<TickMessage>> byKeyGroup;
    private transient int maxParallelism;
    private transient int held;

    @Override
    public void open() throws Exception {
        super.open();
        maxParallelism = getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
        byKeyGroup = new ArrayList<>();
        for (int keyGroup = 0; keyGroup < maxParallelism; keyGroup++) {
            byKeyGroup.add(new ArrayList<>());
        }
    }

    @Override
    public void processElement(StreamRecord<TickMessage> element) {
        TickMessage message = element.getValue();
        int keyGroup = KeyGroupRangeAssignment.assignToKeyGroup(message.instrument, maxParallelism);
        List<TickMessage> batch = byKeyGroup.get(keyGroup);
        batch.add(message);
        held++;
        if (batch.size() == MAX_MESSAGES) {
            send(keyGroup);
        } else if (held == MAX_HELD) {
            sendAll();
        }
    }

    private void send(int keyGroup) {
        List<TickMessage> batch = byKeyGroup.get(keyGroup);
        byKeyGroup.set(keyGroup, new ArrayList<>(batch.size()));
        held -= batch.size();
        output.collect(new StreamRecord<>(new TickBatch(batch)));
    }

    private void sendAll() {
        for (int keyGroup = 0; keyGroup < maxParallelism && held > 0; keyGroup++) {
            if (!byKeyGroup.get(keyGroup).isEmpty()) {
                send(keyGroup);
            }
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        sendAll();
        super.processWatermark(mark);
    }

    /** An idle input is not waited for: what came before would be late. */
    @Override
    public void processWatermarkStatus(WatermarkStatus status) throws Exception {
        sendAll();
        super.processWatermarkStatus(status);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        sendAll();
    }

    @Override
    public void finish() throws Exception {
        sendAll();
        super.finish();
    }
}
