package io.champion.warehouse;

/** The points of the commit protocol between which a crash leaves a different state behind. */
public enum ProtocolStep {
    /** A writer has made a block durable; no checkpoint knows of it. */
    AFTER_SEAL,
    /** A committer was given the blocks of a restored checkpoint and has looked at none. */
    DURING_RESTORE,
    /** The ledger says that a block is about to be inserted; it is not yet. */
    BEFORE_INSERT,
    /** The server has the block; the sink does not know. */
    AFTER_INSERT_BEFORE_RESPONSE,
    /** The sink knows that the server has the block; the ledger does not. */
    AFTER_RESPONSE_BEFORE_LEDGER,
    /** The ledger says that a block is written; its file is still there. */
    AFTER_LEDGER,
    /** Replacing: the table's lock is held, nothing else was done. */
    AFTER_LOCK,
    /** Replacing: the new rows are in the staging table. */
    AFTER_STAGED,
    /** Replacing: the rows to keep are in the staging table as well. */
    AFTER_COPIED,
    /** Replacing: the counts are verified. */
    AFTER_VERIFIED,
    /** Replacing: one partition has its new content. */
    AFTER_SWAP,
    /** Replacing: all partitions of the table have, and the ledger says so. */
    AFTER_REPLACED
}
