package io.champion.warehouse;

import io.champion.model.ColumnType.Column;
import io.champion.model.Dataset;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
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
        new Retries(failure -> {})
                .call(
                        "inserting " + id + " into " + dataset.table(),
                        () -> {
                            if (!target.holds(id, partition)) {
                                target.insertAgain(new OneRow(block), id, partition);
                            }
                            return null;
                        });
    }

    private record OneRow(NativeBlock block) implements BlockTarget.Rows {

        @Override
        public List<String> columns() {
            return block.columns().stream().map(Column::name).toList();
        }

        @Override
        public int rows() {
            return block.rows();
        }

        @Override
        public void writeCommitted(String commitId, OutputStream out) throws IOException {
            try (CompressedFrames compressed = new CompressedFrames(out)) {
                block.writeCommitted(commitId, compressed);
            }
        }
    }
}
