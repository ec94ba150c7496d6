package io.champion.warehouse;

import java.io.Serializable;
import java.util.Set;

/**
 * What a sink was built with.
 *
 * @param config the warehouse
 * @param uid name of the sink, the same for as long as its state is to be restored
 * @param epoch name of the history that it writes
 * @param blocks folder of the sealed blocks, as a URI
 * @param datasets ids of the datasets that it writes
 * @param blockRows rows at which a block is sealed
 * @param blockBytes bytes of values at which a block is sealed
 * @param bufferBytes bytes of values that one writer holds at most
 * @param parallelInserts inserts that one committer sends at a time
 * @param mostRejects rows of one block that ClickHouse may refuse before the table counts as at
 *     fault
 * @param hook called at every step
 */
record SinkSettings(
        ClickHouseConfig config,
        String uid,
        String epoch,
        String blocks,
        Set<String> datasets,
        int blockRows,
        long blockBytes,
        long bufferBytes,
        int parallelInserts,
        int mostRejects,
        ProtocolHook hook)
        implements Serializable {}
