package io.champion.features;

import io.champion.tracking.IntervalMeter;
import io.champion.tracking.IntervalPart;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Runs {@link FeatureFunction}, and lets it hand on what it keeps back before a watermark goes on
 * and before a checkpoint.
 *
 * @param <T> what the sinks take
 */
final class FeatureOperator<T> extends KeyedProcessOperator<String, FeatureBar, T> {
    private static final long serialVersionUID = 1L;

    /** What was done, for {@link io.champion.tracking.IntervalRuns}. */
    static final OutputTag<IntervalPart> PARTS = new OutputTag<>("bar-parts", IntervalPart.TYPE);

    /** The figure of rows of features. */
    static final String WRITTEN = "rows_written";

    private final FeatureFunction<T> function;
    private transient IntervalMeter meter;
    private transient TimestampedCollector<T> out;

    FeatureOperator(FeatureFunction<T> function) {
        super(function);
        this.function = function;
    }

    @Override
    public void open() throws Exception {
        super.open();
        out = new TimestampedCollector<>(output);
        meter = new IntervalMeter();
        function.meter(meter);
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (timeServiceManager != null) {
            timeServiceManager.advanceWatermark(mark);
        }
        function.flush(out);
        output.emitWatermark(mark);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        super.prepareSnapshotPreBarrier(checkpointId);
        function.flush(out);
        output.collect(PARTS, new StreamRecord<>(meter.take()));
    }

    @Override
    public void finish() throws Exception {
        function.flush(out);
        output.collect(PARTS, new StreamRecord<>(meter.take()));
        super.finish();
    }
}
