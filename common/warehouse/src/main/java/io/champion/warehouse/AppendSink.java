package io.champion.warehouse;

import java.io.IOException;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.FlinkRuntimeException;

/** Adds rows with every checkpoint. */
final class AppendSink<T>
        implements Sink<T>, SupportsWriterState<T, Void>, SupportsCommitter<SealedBlock> {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private final BlockWriter.Input<T> input;

    AppendSink(SinkSettings settings, BlockWriter.Input<T> input) {
        this.settings = settings;
        this.input = input;
    }

    @Override
    public AppendWriter<T> createWriter(WriterInitContext context) throws IOException {
        return new AppendWriter<>(
                new BlockWriter(
                        settings,
                        context.getTaskInfo().getIndexOfThisSubtask(),
                        context.getRestoredCheckpointId().orElse(0),
                        null,
                        TargetCheck.await(settings),
                        context.metricGroup()),
                input);
    }

    @Override
    public StatefulSinkWriter<T, Void> restoreWriter(
            WriterInitContext context, Collection<Void> state) throws IOException {
        return createWriter(context);
    }

    @Override
    public SimpleVersionedSerializer<Void> getWriterStateSerializer() {
        return NoState.INSTANCE;
    }

    @Override
    public Committer<SealedBlock> createCommitter(CommitterInitContext context) throws IOException {
        ClickHouse clickHouse = ClickHouse.connect(settings.config());
        try {
            CommitterMetrics metrics = new CommitterMetrics(context.metricGroup());
            TargetCheck.await(clickHouse, settings.datasets(), new Retries(metrics::retried));
            return new BlockCommitter(
                    settings,
                    clickHouse,
                    metrics,
                    context.getRestoredCheckpointId(),
                    context.getTaskInfo().getIndexOfThisSubtask() == 0);
        } catch (InterruptedException e) {
            clickHouse.close();
            Thread.currentThread().interrupt();
            throw new FlinkRuntimeException("Cancelled while the sink was started.", e);
        } catch (IOException | RuntimeException e) {
            clickHouse.close();
            throw e;
        }
    }

    @Override
    public SimpleVersionedSerializer<SealedBlock> getCommittableSerializer() {
        return new SealedBlockSerializer();
    }

    /** A writer's state that never has an element. */
    private enum NoState implements SimpleVersionedSerializer<Void> {
        INSTANCE;

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(Void nothing) {
            throw new IllegalStateException("There is no state to write.");
        }

        @Override
        public Void deserialize(int version, byte[] serialized) {
            throw new IllegalStateException("There is no state to read.");
        }
    }
}
