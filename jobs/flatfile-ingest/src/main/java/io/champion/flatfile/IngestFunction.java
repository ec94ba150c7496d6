package io.champion.flatfile;

import io.champion.model.ColumnBatch;
import io.champion.quality.Accounting;
import io.champion.quality.AccountingAccumulator;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.InstantiationUtil;

/**
 * Does the pieces of a run, one at a time, and keeps nothing between them but counts of lines.
 *
 * <p>Metrics: {@code piecesDone}, {@code rowsRead}, {@code rowsRejected}, {@code rowsDuplicate}.
 */
final class IngestFunction extends ProcessFunction<byte[], ColumnBatch> {

    private static final long serialVersionUID = 1L;

    static final String ACCOUNTING = "accounting";
    static final String PIECES_DONE = "piecesDone";
    static final String ROWS_WRITTEN = "rowsWritten";

    private final Work.Task task;

    private transient LineCounts lineCounts;
    private transient AccountingAccumulator accounting;
    private transient LongCounter piecesDone;
    private transient LongCounter rowsWritten;
    private transient Counter piecesDoneMetric;
    private transient Counter rowsReadMetric;
    private transient Counter rowsRejectedMetric;
    private transient Counter rowsDuplicateMetric;

    IngestFunction(Work.Task task) {
        this.task = task;
    }

    @Override
    public void open(OpenContext context) {
        lineCounts = new LineCounts();
        accounting = new AccountingAccumulator();
        piecesDone = new LongCounter();
        rowsWritten = new LongCounter();
        getRuntimeContext().addAccumulator(ACCOUNTING, accounting);
        getRuntimeContext().addAccumulator(PIECES_DONE, piecesDone);
        getRuntimeContext().addAccumulator(ROWS_WRITTEN, rowsWritten);
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        piecesDoneMetric = metrics.counter(PIECES_DONE);
        rowsReadMetric = metrics.counter("rowsRead");
        rowsRejectedMetric = metrics.counter("rowsRejected");
        rowsDuplicateMetric = metrics.counter("rowsDuplicate");
    }

    @Override
    public void processElement(byte[] piece, Context context, Collector<ColumnBatch> out)
            throws Exception {
        Work work =
                InstantiationUtil.deserializeObject(
                        piece, getRuntimeContext().getUserCodeClassLoader());
        Accounting books =
                work.run(
                        task,
                        lineCounts,
                        batch -> {
                            rowsWritten.add((long) batch.rows());
                            out.collect(batch);
                        });
        accounting.add(books);
        piecesDone.add(1L);
        piecesDoneMetric.inc();
        rowsReadMetric.inc(books.rowsRead());
        rowsRejectedMetric.inc(books.rowsRejected());
        rowsDuplicateMetric.inc(books.duplicates());
    }
}
