package io.champion.flatfile;

import io.champion.model.ColumnBatch;
import io.champion.quality.Accounting;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.function.Consumer;

/** A piece of a run, done by one task from beginning to end. */
interface Work extends Serializable {

    /**
     * What holds for all pieces of a run.
     *
     * @param checks thresholds of the checks
     * @param ingestTime when the run started
     * @param general whether all lines take the general path
     */
    record Task(Checks checks, Instant ingestTime, boolean general) implements Serializable {}

    /** Names it among the pieces of a run. */
    String id();

    /** What pieces are spread by: about the bytes to read. */
    long weight();

    /**
     * Does it.
     *
     * @param lineCounts what the task knows of the lines of files
     * @param out takes the batches
     * @return what was read and written
     */
    Accounting run(Task task, LineCounts lineCounts, Consumer<ColumnBatch> out)
            throws IOException, InterruptedException;
}
