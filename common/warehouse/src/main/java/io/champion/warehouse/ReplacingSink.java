package io.champion.warehouse;

import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.Set;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/** Replaces partitions as a whole when its bounded input ends. */
final class ReplacingSink<T>
        implements Sink<T>,
                SupportsCommitter<ReplacementPart>,
                SupportsPreCommitTopology<ReplacementPart, ReplacementPart> {
    private static final long serialVersionUID = 1L;

    private final SinkSettings settings;
    private final BlockWriter.Input<T> input;
    private final Set<PartitionKey> partitions;

    ReplacingSink(SinkSettings settings, Set<PartitionKey> partitions, BlockWriter.Input<T> input) {
        this.settings = settings;
        this.input = input;
        this.partitions = partitions;
    }

    @Override
    public ReplacingWriter<T> createWriter(WriterInitContext context) throws IOException {
        // The committer starts when all rows are written: too late for bad news.
        TableRetention retention = TargetCheck.await(settings);
        return new ReplacingWriter<>(
                new BlockWriter(
                        settings,
                        context.getTaskInfo().getIndexOfThisSubtask(),
                        0,
                        partitions,
                        retention,
                        context.metricGroup()),
                input);
    }

    @Override
    public Committer<ReplacementPart> createCommitter(CommitterInitContext context) {
        return new ReplacingCommitter(
                settings,
                partitions,
                ClickHouse.connect(settings.config()),
                new CommitterMetrics(context.metricGroup()));
    }

    /** One committer must see the parts of all writers. */
    @Override
    public DataStream<CommittableMessage<ReplacementPart>> addPreCommitTopology(
            DataStream<CommittableMessage<ReplacementPart>> parts) {
        return parts.global();
    }

    @Override
    public SimpleVersionedSerializer<ReplacementPart> getWriteResultSerializer() {
        return new ReplacementPart.Serializer();
    }

    @Override
    public SimpleVersionedSerializer<ReplacementPart> getCommittableSerializer() {
        return new ReplacementPart.Serializer();
    }
}
