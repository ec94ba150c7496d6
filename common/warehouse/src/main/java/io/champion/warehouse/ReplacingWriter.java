package io.champion.warehouse;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;

/** Writes blocks until the input ends, then hands all of them over at once. */
final class ReplacingWriter<T> implements CommittingSinkWriter<T, ReplacementPart> {

    private final BlockWriter blocks;
    private final BlockWriter.Input<T> input;
    private boolean ended;

    ReplacingWriter(BlockWriter blocks, BlockWriter.Input<T> input) {
        this.blocks = blocks;
        this.input = input;
    }

    @Override
    public void write(T value, Context context) throws IOException {
        input.write(blocks, value);
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
