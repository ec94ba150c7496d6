package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.literal;

import com.clickhouse.client.api.query.GenericRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The table beside the data that says what became of every block. A block is <em>intended</em>
 * before its insert is sent and <em>written</em> when the insert was acknowledged, so a block
 * without an entry was never sent, and one that is only intended may or may not be in its table:
 * the table's commit column decides.
 *
 * <p>Entries are only ever added; the latest state of a block is the highest.
 */
final class Ledger {

    static final String TABLE = "champion_commits";

    /** Blocks that one statement names: keeps statements below the server's size limits. */
    private static final int CHUNK = 500;

    /** What is known of a block, in the order in which it happens. */
    enum State {
        INTENDED,
        /** Refused as a whole; its rows are inserted in parts, see {@link PoisonIsolation}. */
        SPLIT,
        WRITTEN
    }

    /**
     * One entry.
     *
     * @param block the block, or a part of one
     * @param id id of the block
     * @param rows rows written
     * @param rejected rows that ClickHouse refused and that were written to the rejects
     */
    record Entry(
            String block,
            BlockId id,
            State state,
            String table,
            String partition,
            long rows,
            long rejected,
            long checksum) {

        static Entry of(SealedBlock block, State state, long rows, long rejected) {
            return new Entry(
                    block.id().toString(),
                    block.id(),
                    state,
                    block.table(),
                    block.partition(),
                    rows,
                    rejected,
                    block.checksum());
        }
    }

    private final ClickHouse clickHouse;

    Ledger(ClickHouse clickHouse) {
        this.clickHouse = clickHouse;
    }

    /** The states of those of the named blocks that have one. */
    Map<String, State> states(String sink, String epoch, Collection<String> blocks) {
        Map<String, State> states = new HashMap<>();
        List<String> all = List.copyOf(blocks);
        for (int from = 0; from < all.size(); from += CHUNK) {
            List<String> some = all.subList(from, Math.min(all.size(), from + CHUNK));
            String sql =
                    "SELECT block, toString(max(state)) AS state FROM "
                            + clickHouse.table(TABLE)
                            + " WHERE sink = "
                            + literal(sink)
                            + " AND epoch = "
                            + literal(epoch)
                            + " AND block IN ("
                            + some.stream()
                                    .map(ClickHouse::literal)
                                    .collect(Collectors.joining(", "))
                            + ") GROUP BY block";
            for (GenericRecord row : clickHouse.query(sql)) {
                states.put(
                        row.getString("block"),
                        State.valueOf(row.getString("state").toUpperCase(java.util.Locale.ROOT)));
            }
        }
        return states;
    }

    /** How many blocks of a sink's epoch were sent that were sealed at a checkpoint or later. */
    long countSince(String sink, String epoch, long checkpoint) {
        return clickHouse.queryLong(
                "SELECT uniqExact(block) FROM "
                        + clickHouse.table(TABLE)
                        + " WHERE sink = "
                        + literal(sink)
                        + " AND epoch = "
                        + literal(epoch)
                        + " AND checkpoint >= "
                        + checkpoint);
    }

    /** Adds entries. Adding one twice changes nothing. */
    void add(List<Entry> entries) {
        for (int from = 0; from < entries.size(); from += CHUNK) {
            String values =
                    entries.subList(from, Math.min(entries.size(), from + CHUNK)).stream()
                            .map(Ledger::values)
                            .collect(Collectors.joining(", "));
            clickHouse.execute(
                    "INSERT INTO "
                            + clickHouse.table(TABLE)
                            + " (sink, epoch, checkpoint, subtask, sequence, block, state,"
                            + " table_name, partition_id, rows, rejected, checksum) SETTINGS"
                            + " async_insert = 0 VALUES "
                            + values);
        }
    }

    private static String values(Entry entry) {
        BlockId id = entry.id();
        return "("
                + String.join(
                        ", ",
                        literal(id.sink()),
                        literal(id.epoch()),
                        Long.toString(id.checkpoint()),
                        Integer.toString(id.subtask()),
                        Long.toString(id.sequence()),
                        literal(entry.block()),
                        literal(entry.state().name().toLowerCase(java.util.Locale.ROOT)),
                        literal(entry.table()),
                        literal(entry.partition()),
                        Long.toString(entry.rows()),
                        Long.toString(entry.rejected()),
                        Long.toUnsignedString(entry.checksum()))
                + ")";
    }
}
