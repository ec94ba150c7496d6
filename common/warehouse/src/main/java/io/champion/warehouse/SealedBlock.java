package io.champion.warehouse;

/**
 * A block of rows in durable storage that waits to be inserted: what the writer hands to the
 * committer.
 *
 * @param id its name
 * @param dataset id of the dataset that its rows belong to
 * @param table table to insert into
 * @param partition id of the only partition of that table that its rows belong to
 * @param file where its file is, as a URI
 * @param rows rows in it
 * @param bytes bytes of its file
 * @param checksum XXHash64 of its file
 * @param sealedAt when it was sealed, milliseconds since the epoch
 */
record SealedBlock(
        BlockId id,
        String dataset,
        String table,
        String partition,
        String file,
        int rows,
        long bytes,
        long checksum,
        long sealedAt) {}
