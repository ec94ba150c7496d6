package io.champion.warehouse;

import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;

/** Inserts single records outside of any job's graph. */
public final class RecordInsert {
    private RecordInsert() {}

    /**
     * Inserts a record, once however often it is asked to; waits for a warehouse that is away.
     *
     * @param id names the record in its table for good, in the column {@code commit_id}
     * @throws WarehouseException if the table does not exist or refuses the record
     */
    public static void once(ClickHouse clickHouse, String id, SpecificRecordBase record)
            throws IOException, InterruptedException {
        Dataset dataset = Dataset.of(record.getSchema());
        NativeBlock block = new NativeBlock(record.getSchema());
        String partition;
        try {
            block.add(record);
            partition = new TablePartitions(dataset).of(record);
        } catch (UnstorableException e) {
            throw WarehouseException.fatal(
                    "A record of " + dataset.id() + " cannot be stored. " + e.getMessage());
        }
        BlockTarget target = new BlockTarget(clickHouse, dataset.table());
        List<String> columns =
                Stream.concat(
                                block.columns().stream().map(Column::name),
                                Stream.of(WarehouseSink.COMMIT_COLUMN))
                        .collect(Collectors.toList());
        new Retries(failure -> {})
                .call(
                        "inserting " + id + " into " + dataset.table(),
                        () -> {
                            if (!target.holds(id, partition)) {
                                insert(clickHouse, dataset, columns, block, id, id);
                            }
                            if (!target.holds(id, partition)) {
                                // Dropped, for the token of an attempt that the server noted but
                                // did not keep.
                                String token = id + "/" + UUID.randomUUID();
                                long written =
                                        insert(clickHouse, dataset, columns, block, id, token);
                                target.checkWritten(written, 1, id, partition);
                            }
                            return null;
                        });
    }

    private static long insert(
            ClickHouse clickHouse,
            Dataset dataset,
            List<String> columns,
            NativeBlock block,
            String id,
            String token) {
        return clickHouse.insert(
                dataset.table(),
                columns,
                out -> writeCompressed(block, id, out),
                id,
                BlockTarget.insertSettings(token));
    }

    private static void writeCompressed(NativeBlock block, String id, OutputStream out)
            throws IOException {
        try (CompressedFrames compressed = new CompressedFrames(out)) {
            block.writeCommitted(id, compressed);
        }
    }
}
