package io.champion.flatfile;

import io.champion.lake.LakeReader;
import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import io.champion.quality.Accounting;
import java.io.IOException;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.CloseableIterator;

/**
 * Rows that earlier runs wrote of a day, and that this run writes again unchanged: where files are
 * of one ticker each, a run replaces the day but has files of some tickers only.
 *
 * @param lake root of the lake
 * @param partition what is carried over
 * @param column names what a row is of: its ticker, or its file
 * @param replaced values of that column that this run reads anew
 */
record Carry(String lake, PartitionKey partition, String column, Set<String> replaced)
        implements Work {

    private static final long serialVersionUID = 1L;

    Carry {
        replaced = Set.copyOf(replaced);
    }

    @Override
    public String id() {
        return "carry " + partition;
    }

    /** It is the slowest of all, row by row: it goes first. */
    @Override
    public long weight() {
        return Long.MAX_VALUE;
    }

    @Override
    public Accounting run(Task task, LineCounts lineCounts, Consumer<ColumnBatch> out)
            throws IOException {
        Dataset dataset = Dataset.of(partition.dataset());
        int place = dataset.schema().getField(column).pos();
        ColumnBatchBuilder builder = new ColumnBatchBuilder(dataset, FileIngest.BATCH_ROWS);
        Accounting books = new Accounting();
        try (CloseableIterator<SpecificRecordBase> rows =
                new LakeReader(new Path(lake)).read(partition)) {
            while (rows.hasNext()) {
                SpecificRecordBase row = rows.next();
                if (!replaced.contains(row.get(place))) {
                    builder.row(row);
                    if (builder.rows() == FileIngest.BATCH_ROWS) {
                        emit(builder, books, out);
                    }
                }
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("The lake's partition " + partition + " cannot be closed.", e);
        }
        if (builder.rows() > 0) {
            emit(builder, books, out);
        }
        return books;
    }

    private void emit(ColumnBatchBuilder builder, Accounting books, Consumer<ColumnBatch> out) {
        ColumnBatch batch = builder.build(partition);
        books.emitted(partition, batch.rows());
        books.carried(partition.dataset(), batch.rows());
        out.accept(batch);
    }
}
