package io.champion.warehouse;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/** Writes blocks until the input ends, then hands all of them over at once. */
final class ReplacingWriter implements CommittingSinkWriter<SpecificRecordBase, ReplacementPart> {

    private final BlockWriter blocks;
    private boolean ended;

    ReplacingWriter(BlockWriter blocks) {
        this.blocks = blocks;
    }

    @Override
    public void write(SpecificRecordBase row, Context context) throws IOException {
        blocks.write(row);
    }

    @Override
    public void flush(boolean endOfInput) {
        ended |= endOfInput;
    }

    @Override
    public Collection<ReplacementPart> prepareCommit() throws IOException {
        if (!ended) {
            throw WarehouseException.fatal(
                    "A sink that replaces partitions was asked for what it has before its input"
                            + " ended. Run the job with execution.runtime-mode BATCH, or let the"
                            + " sink append.");
        }
        return List.of(new ReplacementPart(List.copyOf(blocks.sealAll())));
    }

    @Override
    public void close() {
        // Blocks that were not handed over are abandoned with their writer.
    }
}
