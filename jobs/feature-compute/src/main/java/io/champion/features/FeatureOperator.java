package io.champion.features;

import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.TimestampedCollector;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Runs {@link FeatureFunction}, and lets it hand on what it keeps back before a watermark goes on
 * and before a checkpoint.
 *
 * @param <T> what the sinks take
 */
final class FeatureOperator<T> extends KeyedProcessOperator<String, FeatureBar, T> {
    private static final long serialVersionUID = 1L;

    private final FeatureFunction<T> function;
    private transient TimestampedCollector<T> out;

    FeatureOperator(FeatureFunction<T> function) {
        super(function);
        this.function = function;
    }

    @Override
    public void open() throws Exception {
        super.open();
        out = new TimestampedCollector<>(output);
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
    }

    @Override
    public void finish() throws Exception {
        function.flush(out);
        super.finish();
    }
}
