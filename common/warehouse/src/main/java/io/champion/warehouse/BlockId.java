package io.champion.warehouse;

import java.util.regex.Pattern;

/**
 * Names a block of rows for ever. Made once, when the block is sealed, and stored with it; never
 * computed again, because a writer that starts over would then give one name to different rows.
 *
 * @param sink uid of the sink
 * @param epoch epoch of the sink's history, see {@link WarehouseSink.Builder#epoch}
 * @param checkpoint the last checkpoint that the writer took part in before it sealed the block, 0
 *     before the first; the block belongs to a later one
 * @param subtask subtask of the writer
 * @param sequence how many blocks that writer had sealed before
 * @param attempt random number of that writer's life, because two lives may seal different rows
 *     under otherwise equal names
 */
record BlockId(
        String sink, String epoch, long checkpoint, int subtask, long sequence, long attempt) {

    /** Names that can stand in a path, in a token and in a statement as they are. */
    static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    /** The deduplication token, the value of the commit column, and the ledger's key. */
    @Override
    public String toString() {
        return sink
                + ':'
                + epoch
                + ':'
                + checkpoint
                + ':'
                + subtask
                + ':'
                + sequence
                + ':'
                + Long.toHexString(attempt);
    }
}
