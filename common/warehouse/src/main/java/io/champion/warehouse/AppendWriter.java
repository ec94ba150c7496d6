package io.champion.warehouse;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;

/** Writes blocks for every checkpoint. Its state is empty: it only has to hear of checkpoints. */
final class AppendWriter
        implements StatefulSinkWriter<SpecificRecordBase, Void>,
                CommittingSinkWriter<SpecificRecordBase, SealedBlock> {

    private final BlockWriter blocks;

    AppendWriter(BlockWriter blocks) {
        this.blocks = blocks;
    }

    @Override
    public void write(SpecificRecordBase row, Context context) throws IOException {
        blocks.write(row);
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
