package io.champion.warehouse;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;

/** Writes blocks for every checkpoint. Its state is empty: it only has to hear of checkpoints. */
final class AppendWriter<T>
        implements StatefulSinkWriter<T, Void>, CommittingSinkWriter<T, SealedBlock> {

    private final BlockWriter blocks;
    private final BlockWriter.Input<T> input;

    AppendWriter(BlockWriter blocks, BlockWriter.Input<T> input) {
        this.blocks = blocks;
        this.input = input;
    }

    @Override
    public void write(T value, Context context) throws IOException {
        input.write(blocks, value);
    }

    @Override
    public void flush(boolean endOfInput) {
        // Rows leave with prepareCommit; what a flush could add, durability before it, has no use.
    }

    @Override
    public Collection<SealedBlock> prepareCommit() throws IOException {
        return blocks.sealAll();
    }

    @Override
    public List<Void> snapshotState(long checkpointId) {
        blocks.passed(checkpointId);
        return List.of();
    }

    @Override
    public void close() {
        // Blocks that no checkpoint knows of are abandoned with their writer.
    }
}
