package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.literal;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A table that blocks are inserted into, each at most once.
 *
 * <p>An insert is one Native block for one partition, so it becomes one part or none. Every row
 * carries the block's id in the commit column, so the table itself can say, however long ago the
 * insert was, whether it took effect; the server's deduplication window is only the guard against
 * two attempts that overlap.
 */
final class BlockTarget {

    /** What is inserted: all of one partition. */
    interface Rows {
        List<String> columns();

        int rows();

        /** Writes them in {@link CompressedFrames}, each with the commit id. */
        void writeCommitted(String commitId, OutputStream out) throws IOException;
    }

    private final ClickHouse clickHouse;
    private final String table;

    BlockTarget(ClickHouse clickHouse, String table) {
        this.clickHouse = clickHouse;
        this.table = table;
    }

    /** Settings under which an insert means what the protocol takes it to mean. */
    static Map<String, String> insertSettings(String token) {
        return Map.of(
                "insert_deduplication_token",
                token,
                "insert_deduplicate",
                "1",
                // A retried insert must not count twice in a rollup either.
                "deduplicate_blocks_in_dependent_materialized_views",
                "1",
                "async_insert",
                "0",
                // Rows as they were written, also in tables whose merges collapse them later.
                "optimize_on_insert",
                "0",
                // The commit column may be MATERIALIZED, so that SELECT * leaves it out.
                "insert_allow_materialized_columns",
                "1");
    }

    /**
     * Whether the table holds the block.
     *
     * @param partition partition of the block
     * @throws WarehouseException transient, while an earlier attempt to insert it still runs
     */
    boolean holds(String commitId, String partition) {
        long running =
                clickHouse.queryLong(
                        "SELECT count() FROM system.processes WHERE query_id = "
                                + literal(commitId));
        if (running > 0) {
            throw new WarehouseException(
                    WarehouseException.Kind.TRANSIENT,
                    0,
                    "An earlier insert of block " + commitId + " is still running.",
                    null);
        }
        return rows(commitId, partition) > 0;
    }

    /**
     * Makes sure that a block which was refused is not in the table. ClickHouse writes the table
     * before it runs the table's materialized views, so what one of them refuses is there.
     *
     * @throws WarehouseException fatal, if it is
     */
    void checkRefused(String commitId, String partition, WarehouseException refusal) {
        if (rows(commitId, partition) > 0) {
            throw WarehouseException.fatal(
                    "The rows of block "
                            + commitId
                            + " are in "
                            + clickHouse.table(table)
                            + ", but a materialized view of it refused them and lacks some of"
                            + " them. Mend the view or drop it; the job goes on when it is started"
                            + " again. "
                            + refusal.getMessage());
        }
    }

    private long rows(String commitId, String partition) {
        return clickHouse.queryLong(
                "SELECT count() FROM "
                        + clickHouse.table(table)
                        + " WHERE _partition_id = "
                        + literal(partition)
                        + " AND "
                        + WarehouseSink.COMMIT_COLUMN
                        + " = "
                        + literal(commitId));
    }

    /**
     * Inserts a block that the table does not hold. If this fails for a transient reason, the table
     * may hold it or not.
     *
     * @throws WarehouseException if the insert fails, or does not write all rows
     */
    void insert(Rows block, String commitId, String partition) {
        checkWritten(send(block, commitId, commitId), block.rows(), commitId, partition);
    }

    /**
     * Inserts a block that an earlier attempt may have sent, and that the table does not hold.
     *
     * <p>A server that dies between noting the token and keeping the part remembers an insert that
     * it does not have: it acknowledges the next attempt and drops it. So the table is looked at,
     * and a block that is not there goes in under another token.
     *
     * @throws WarehouseException if the insert fails, or does not write all rows
     */
    void insertAgain(Rows block, String commitId, String partition) {
        send(block, commitId, commitId);
        if (rows(commitId, partition) == 0) {
            long written = send(block, commitId, commitId + "/" + UUID.randomUUID());
            checkWritten(written, block.rows(), commitId, partition);
        }
    }

    private long send(Rows block, String commitId, String token) {
        List<String> columns = new ArrayList<>(block.columns());
        columns.add(WarehouseSink.COMMIT_COLUMN);
        return clickHouse.insert(
                table,
                columns,
                out -> block.writeCommitted(commitId, out),
                commitId,
                insertSettings(token));
    }

    /** Takes an acknowledged insert for done if the server counted its rows, or has them. */
    private void checkWritten(long acknowledged, long rows, String commitId, String partition) {
        if (acknowledged == rows) {
            return;
        }
        // Materialized views add to the server's count, and a deduplicated insert may count none.
        long found = rows(commitId, partition);
        if (found != rows) {
            throw WarehouseException.fatal(
                    "ClickHouse acknowledged block "
                            + commitId
                            + " of "
                            + rows
                            + " rows, but partition "
                            + partition
                            + " of "
                            + clickHouse.table(table)
                            + " holds "
                            + found
                            + " of them. If the partition was dropped or rewritten by hand, start"
                            + " with a new epoch from the state before.");
        }
    }
}
