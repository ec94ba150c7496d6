package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.PartitionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.util.SimpleVersionedListState;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Joins what all writers finished before a checkpoint into one commit, and says which partitions
 * that commit completes.
 *
 * <p>The operator's watermark is the least of all writers', and a writer's rows travel ahead of its
 * watermark. So when the watermark has passed a partition's end, every row in time for it is in
 * this commit or an earlier one. A file for a partition that ended before is late; it completes the
 * partition once more.
 *
 * <p>State: the partitions that have files and have not ended.
 */
final class CommitAggregator extends AbstractStreamOperator<CommittableMessage<LakeCommit>>
        implements OneInputStreamOperator<
                        CommittableMessage<LakeCommit>, CommittableMessage<LakeCommit>>,
                BoundedOneInput {
    private static final long serialVersionUID = 1L;

    private final String identity;
    private final boolean replacing;

    private transient List<PendingFile> files;

    /**
     * Those of this life that have told of a checkpoint, of so many. One that has come to its end
     * tells of no further one, and what it finished is wanted all the same.
     */
    private transient TreeSet<String> writers;

    private transient int allWriters;
    private transient TreeSet<PartitionKey> open;
    private transient ListState<LakeCommit> state;
    private transient long watermark;
    private transient long lastCheckpointId;

    /**
     * @param identity uid and epoch of the sink
     * @param replacing whether there is one commit, at the end of input, even without files
     */
    CommitAggregator(String identity, boolean replacing) {
        this.identity = identity;
        this.replacing = replacing;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        files = new ArrayList<>();
        writers = new TreeSet<>();
        open = new TreeSet<>();
        watermark = Long.MIN_VALUE;
        state =
                new SimpleVersionedListState<>(
                        context.getOperatorStateStore()
                                .getListState(
                                        new ListStateDescriptor<>(
                                                "open-partitions",
                                                BytePrimitiveArraySerializer.INSTANCE)),
                        new LakeCommitSerializer());
        for (LakeCommit restored : state.get()) {
            files.addAll(restored.files());
            open.addAll(restored.complete());
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.update(List.of(new LakeCommit(identity, files, List.copyOf(open), List.of())));
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<LakeCommit>> element) {
        lastCheckpointId = element.getValue().getCheckpointId();
        if (element.getValue() instanceof CommittableSummary<LakeCommit> summary) {
            allWriters = summary.getNumberOfSubtasks();
        }
        if (element.getValue() instanceof CommittableWithLineage<LakeCommit> message) {
            writers.addAll(message.getCommittable().writers());
            for (PendingFile file : message.getCommittable().files()) {
                files.add(file);
                open.add(file.partition());
            }
        }
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        super.processWatermark(mark);
        watermark = mark.getTimestamp();
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {
        if (!replacing) {
            emit(checkpointId);
        }
    }

    @Override
    public void endInput() {
        if (replacing) {
            open.clear();
        }
        // The writers have ended before, and say so with an id of its own.
        emit(lastCheckpointId);
    }

    private void emit(long checkpointId) {
        List<PartitionKey> complete =
                open.stream().filter(p -> PartitionEnd.of(p) <= watermark).toList();
        List<String> known = writers.size() == allWriters ? List.copyOf(writers) : List.of();
        if (files.isEmpty() && complete.isEmpty() && !replacing) {
            return;
        }
        complete.forEach(open::remove);
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        LakeCommit commit =
                new LakeCommit(LakeCommit.id(identity, checkpointId), files, complete, known);
        files.clear();
        output.collect(
                new StreamRecord<>(new CommittableSummary<>(subtask, 1, checkpointId, 1, 0)));
        output.collect(
                new StreamRecord<>(new CommittableWithLineage<>(commit, checkpointId, subtask)));
    }
}
