package io.champion.features;

import io.champion.lake.ContractTypeInfo;
import io.champion.model.record.Reject;
import io.champion.tracking.IntervalMeter;
import io.champion.tracking.IntervalPart;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/** Parts what the source made of messages, and counts it. */
final class BarsOrRejects extends AbstractStreamOperator<FeatureBar>
        implements OneInputStreamOperator<KafkaBar, FeatureBar> {
    private static final long serialVersionUID = 1L;

    static final OutputTag<SpecificRecordBase> REJECTS =
            new OutputTag<>("not-bars", ContractTypeInfo.INSTANCE);

    /** What was done, for {@link io.champion.tracking.IntervalRuns}. */
    static final OutputTag<IntervalPart> PARTS =
            new OutputTag<>("message-parts", IntervalPart.TYPE);

    /** The figure of all messages. */
    static final String READ = "messages_read";

    private transient IntervalMeter meter;
    private transient long messages;
    private transient long others;
    private transient long bytes;
    private transient Map<String, long[]> rejects;

    @Override
    public void open() throws Exception {
        super.open();
        rejects = new HashMap<>();
        meter = new IntervalMeter();
        meter.figure(READ, () -> messages);
        meter.figure("bars_of_other_lengths", () -> others);
        meter.figure("bytes", () -> bytes);
    }

    @Override
    public void processElement(StreamRecord<KafkaBar> element) {
        KafkaBar message = element.getValue();
        messages++;
        bytes += message.bytes();
        meter.message(message.partition(), message.offset());
        if (message.record() == null) {
            others++;
        } else if (message.record() instanceof Reject reject) {
            rejects.computeIfAbsent(reject.getReason(), this::rejectCounter)[0]++;
            output.collect(REJECTS, element.replace((SpecificRecordBase) reject));
        } else {
            output.collect(element.replace(FeatureBars.of(message.record())));
        }
    }

    private long[] rejectCounter(String reason) {
        long[] counter = {0};
        meter.figure("rejected." + reason, () -> counter[0]);
        return counter;
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        output.collect(PARTS, new StreamRecord<>(meter.take()));
    }

    @Override
    public void finish() throws Exception {
        output.collect(PARTS, new StreamRecord<>(meter.take()));
        super.finish();
    }
}
