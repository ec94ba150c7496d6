package io.champion.warehouse;

import static io.champion.warehouse.ClickHouse.identifier;
import static io.champion.warehouse.ClickHouse.literal;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.clickhouse.client.api.query.GenericRecord;
import io.champion.model.Dataset;
import io.champion.warehouse.Ledger.Entry;
import io.champion.warehouse.Ledger.State;
import io.champion.warehouse.WarehouseException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts the rows of a block that ClickHouse refuses as a whole: the good ones into their table,
 * each bad one into the rejects, with ClickHouse's own message.
 *
 * <p>The block goes into a scratch table of the contract's types, with no constraints, whose rows
 * are numbered; halves of it, and halves of those, are copied from there until what is refused is a
 * single row. Every part is named by the block and its range of rows and is treated like a block:
 * the table can say whether it holds it. The ledger says first that the block is split, so that a
 * later attempt never inserts it as a whole again, even if the table has come to accept it. Rejects
 * are written last, when it is known that they are few: a table that refuses many rows is at fault
 * itself, and takes them all when it has been mended.
 */
final class PoisonIsolation {
    private static final Logger LOG = LoggerFactory.getLogger(PoisonIsolation.class);

    private static final String ROW = "_row";

    private static final Dataset REJECTS = Dataset.of("quarantine.rejects");

    private final ClickHouse clickHouse;
    private final Ledger ledger;
    private final Retries retries;

    private final int mostRejects;

    PoisonIsolation(ClickHouse clickHouse, Ledger ledger, Retries retries, int mostRejects) {
        this.clickHouse = clickHouse;
        this.ledger = ledger;
        this.retries = retries;
        this.mostRejects = mostRejects;
    }

    /** Isolates the rows of a block that was just refused. */
    Entry isolate(SealedBlock block, WarehouseException refusal)
            throws IOException, InterruptedException {
        warn(block, refusal);
        retries.call(
                "writing the ledger",
                () -> {
                    ledger.add(List.of(Entry.of(block, State.SPLIT, 0, 0)));
                    return null;
                });
        return resume(block);
    }

    /** Isolates the rows of a block that the ledger knows to be split. */
    Entry resume(SealedBlock block) throws IOException, InterruptedException {
        long rejected = isolate(block, block.table());
        return Entry.of(block, State.WRITTEN, block.rows() - rejected, rejected);
    }

    /**
     * Inserts the good rows of a block into a staging table that will be built anew if this fails.
     *
     * @return how many rows were rejected
     */
    long isolateInto(SealedBlock block, String stage, WarehouseException refusal)
            throws IOException, InterruptedException {
        warn(block, refusal);
        return isolate(block, stage);
    }

    private static void warn(SealedBlock block, WarehouseException refusal) {
        LOG.warn(
                "Block {} of {} rows was refused; looking for the rows at fault. {}",
                block.id(),
                block.rows(),
                refusal.getMessage());
    }

    private long isolate(SealedBlock block, String into) throws IOException, InterruptedException {
        BlockFile file = BlockFile.read(block);
        String scratch = scratchName(block);
        retries.call(
                "filling " + scratch,
                () -> {
                    fill(scratch, file, block);
                    return null;
                });
        NavigableMap<Integer, Integer> present =
                retries.call("looking for parts of block " + block.id(), () -> ranges(block, into));
        Set<Integer> rejects =
                retries.call(
                        "looking for rejects of block " + block.id(),
                        () -> ranges(block, REJECTS.table()).keySet());
        rejects.forEach(row -> present.put(row, row + 1));
        Parts parts =
                new Parts(block, file, into, scratch, present, rejects, new LinkedHashMap<>());
        insert(parts, 0, file.rows());
        for (Map.Entry<Integer, WarehouseException> refused : parts.refused.entrySet()) {
            retries.call(
                    "rejecting a row of block " + block.id(),
                    () -> {
                        reject(parts, refused.getKey(), refused.getValue());
                        return null;
                    });
        }
        retries.call(
                "dropping " + scratch,
                () -> {
                    clickHouse.execute("DROP TABLE IF EXISTS " + clickHouse.table(scratch));
                    return null;
                });
        return rejects.size() + parts.refused.size();
    }

    /**
     * A block and its parts.
     *
     * @param into table that takes the good rows
     * @param scratch table that holds all rows
     * @param present parts that an earlier attempt has inserted or rejected: first row to end
     * @param rejects those of them that were rejected
     * @param refused rows that the table refuses, and why
     */
    private record Parts(
            SealedBlock block,
            BlockFile file,
            String into,
            String scratch,
            NavigableMap<Integer, Integer> present,
            Set<Integer> rejects,
            Map<Integer, WarehouseException> refused) {

        /**
         * Whether rows of a range, but not the range as a whole, are in place. It must not be tried
         * again then, even if the table would take it by now.
         */
        boolean divided(int from, int to) {
            Map.Entry<Integer, Integer> first = present.ceilingEntry(from);
            return first != null
                    && first.getKey() < to
                    && (first.getKey() != from || first.getValue() != to);
        }

        String id(int from, int to) {
            return block.id() + "/" + from + "-" + to;
        }
    }

    /** The parts of a block whose rows a table holds. */
    private NavigableMap<Integer, Integer> ranges(SealedBlock block, String table) {
        String prefix = block.id() + "/";
        NavigableMap<Integer, Integer> ranges = new TreeMap<>();
        for (GenericRecord row :
                clickHouse.query(
                        "SELECT DISTINCT "
                                + WarehouseSink.COMMIT_COLUMN
                                + " FROM "
                                + clickHouse.table(table)
                                + " WHERE startsWith("
                                + WarehouseSink.COMMIT_COLUMN
                                + ", "
                                + literal(prefix)
                                + ")")) {
            String range = row.getString(1).substring(prefix.length());
            int dash = range.indexOf('-');
            ranges.put(
                    Integer.valueOf(range.substring(0, dash)),
                    Integer.valueOf(range.substring(dash + 1)));
        }
        return ranges;
    }

    private static String scratchName(SealedBlock block) {
        CRC32 hash = new CRC32();
        hash.update(block.id().toString().getBytes(UTF_8));
        return "champion_poison__" + block.table() + "__" + Long.toHexString(hash.getValue());
    }

    private void fill(String scratch, BlockFile file, SealedBlock block) {
        clickHouse.execute("DROP TABLE IF EXISTS " + clickHouse.table(scratch) + " SYNC");
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < file.columns().size(); i++) {
            columns.append(identifier(file.columns().get(i)))
                    .append(' ')
                    .append(file.types().get(i))
                    .append(", ");
        }
        clickHouse.execute(
                "CREATE TABLE "
                        + clickHouse.table(scratch)
                        + " ("
                        + columns
                        + ROW
                        + " UInt32) ENGINE = MergeTree ORDER BY "
                        + ROW
                        + " COMMENT "
                        + literal("Rows of block " + block.id() + ", which was refused."));
        List<String> names = new ArrayList<>(file.columns());
        names.add(ROW);
        clickHouse.insert(
                scratch,
                names,
                out -> file.writeNumbered(ROW, out),
                block.id() + "/scratch",
                Map.of("async_insert", "0", "insert_deduplicate", "0"));
    }

    /**
     * Inserts a range of rows, and notes those that are refused.
     *
     * @throws WarehouseException fatal, if they get too many
     */
    private void insert(Parts parts, int from, int to) throws IOException, InterruptedException {
        if (to - from == 1 && parts.rejects.contains(from)) {
            return;
        }
        if (!parts.divided(from, to)) {
            WarehouseException refusal =
                    retries.call(
                            "inserting rows of block " + parts.block.id(),
                            () -> insertPart(parts, from, to));
            if (refusal == null) {
                return;
            }
            if (to - from == 1) {
                parts.refused.put(from, refusal);
                if (parts.refused.size() > mostRejects) {
                    throw tooMany(parts.block, refusal);
                }
                return;
            }
        }
        int middle = (from + to) >>> 1;
        insert(parts, from, middle);
        insert(parts, middle, to);
    }

    private WarehouseException tooMany(SealedBlock block, WarehouseException refusal) {
        return WarehouseException.fatal(
                "More than "
                        + mostRejects
                        + " rows of block "
                        + block.id()
                        + " are refused by "
                        + clickHouse.table(block.table())
                        + ", so the table is at fault and not the rows. Change it, then let the job"
                        + " go on. "
                        + refusal.getMessage());
    }

    /** Answers the refusal, or null if the rows are in the table. */
    private WarehouseException insertPart(Parts parts, int from, int to) {
        String id = parts.id(from, to);
        SealedBlock block = parts.block;
        BlockTarget target = new BlockTarget(clickHouse, parts.into);
        if (target.holds(id, block.partition())) {
            return null;
        }
        String columns =
                parts.file.columns().stream()
                        .map(ClickHouse::identifier)
                        .collect(Collectors.joining(", "));
        try {
            String copy =
                    "INSERT INTO "
                            + clickHouse.table(parts.into)
                            + " ("
                            + columns
                            + ", "
                            + WarehouseSink.COMMIT_COLUMN
                            + ") SELECT "
                            + columns
                            + ", "
                            + literal(id)
                            + " FROM "
                            + clickHouse.table(parts.scratch)
                            + " WHERE "
                            + ROW
                            + " >= "
                            + from
                            + " AND "
                            + ROW
                            + " < "
                            + to;
            copyOnce(copy, id, parts.file.rows(), () -> target.holds(id, block.partition()));
        } catch (WarehouseException e) {
            if (e.kind() == Kind.POISON) {
                target.checkRefused(id, block.partition(), e);
                return e;
            }
            throw e;
        }
        return null;
    }

    /**
     * Copies rows that are not there yet.
     *
     * @param there whether the table holds them
     */
    private void copyOnce(String insertSelect, String id, int rows, BooleanSupplier there) {
        copy(insertSelect, id, id, rows);
        if (!there.getAsBoolean()) {
            // Dropped, for the token of an attempt that the server noted but did not keep.
            copy(insertSelect, id, id + "/" + UUID.randomUUID(), rows);
        }
    }

    private void copy(String insertSelect, String id, String token, int rows) {
        Map<String, String> settings = new HashMap<>(BlockTarget.insertSettings(token));
        // One thread and one block, so that the copy is one part or none.
        settings.put("max_threads", "1");
        settings.put("max_block_size", Integer.toString(rows));
        settings.put("max_insert_block_size", Integer.toString(rows));
        settings.put("min_insert_block_size_rows", Integer.toString(rows));
        settings.put("min_insert_block_size_bytes", "0");
        settings.put("preferred_block_size_bytes", "0");
        clickHouse.execute(insertSelect, settings, id);
    }

    /** The server makes the reject from the row, because only it still has the row's values. */
    private void reject(Parts parts, int row, WarehouseException refusal) {
        String id = parts.id(row, row + 1);
        Dataset dataset = Dataset.of(parts.block.dataset());
        String time = dataset.partitionTime() == null ? "ingest_time" : dataset.partitionTime();
        // A run that is done again gives its blocks new names, but its rows keep their ids.
        long already =
                rejects(
                        parts.into.equals(parts.block.table())
                                ? WarehouseSink.COMMIT_COLUMN + " = " + literal(id)
                                : "dataset = "
                                        + literal(dataset.name())
                                        + " AND event_id = (SELECT concat(event_id,"
                                        + " ':refused') FROM "
                                        + clickHouse.table(parts.scratch)
                                        + " WHERE "
                                        + ROW
                                        + " = "
                                        + row
                                        + ")");
        if (already > 0) {
            return;
        }
        StringBuilder named = new StringBuilder();
        for (int i = 0; i < parts.file.columns().size(); i++) {
            named.append(i == 0 ? "" : ", ")
                    .append(identifier(parts.file.columns().get(i)))
                    .append(' ')
                    .append(parts.file.types().get(i));
        }
        String values =
                parts.file.columns().stream()
                        .map(ClickHouse::identifier)
                        .collect(Collectors.joining(", "));
        copyOnce(
                "INSERT INTO "
                        + clickHouse.table(REJECTS.table())
                        + " (event_id, event_time, ingest_time, source, schema_version, entity_id,"
                        + " dataset, date, file, line, field, value, reason, message, record, "
                        + WarehouseSink.COMMIT_COLUMN
                        + ") SELECT concat(event_id, ':refused'), event_time, ingest_time, source,"
                        + " schema_version, entity_id, "
                        + literal(dataset.name())
                        + ", toDate("
                        + identifier(time)
                        + "), "
                        + literal(parts.block.id().sink())
                        + ", NULL, NULL, NULL, 'refused_by_warehouse', "
                        + literal(refusal.getMessage())
                        + ", toJSONString(CAST(tuple("
                        + values
                        + ") AS Tuple("
                        + named
                        + "))), "
                        + literal(id)
                        + " FROM "
                        + clickHouse.table(parts.scratch)
                        + " WHERE "
                        + ROW
                        + " = "
                        + row,
                id,
                1,
                () -> rejects(WarehouseSink.COMMIT_COLUMN + " = " + literal(id)) > 0);
    }

    private long rejects(String condition) {
        return clickHouse.queryLong(
                "SELECT count() FROM " + clickHouse.table(REJECTS.table()) + " WHERE " + condition);
    }
}
