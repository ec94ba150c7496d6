package io.champion.bhavcopy;

import io.champion.quality.Accounting;
import io.champion.quality.AccountingAccumulator;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Ingests whole sessions, one at a time in memory, and keeps nothing between them. A file that
 * cannot be read to its end fails the job: nothing of a bounded run is published before its end.
 *
 * <p>Metrics: {@code filesRead}, {@code rowsRead}, {@code rowsRejected}, {@code rowsDuplicate}.
 */
final class SessionFunction extends ProcessFunction<Session, SpecificRecordBase> {

    private static final long serialVersionUID = 1L;

    static final String ACCOUNTING = "accounting";
    static final String FILES_READ = "filesRead";
    static final String ROWS_READ = "rowsRead";

    private final EarlierRuns earlierRuns;
    private final Instant ingestTime;

    private transient AccountingAccumulator accounting;
    private transient LongCounter filesRead;
    private transient LongCounter rowsRead;
    private transient Counter filesReadMetric;
    private transient Counter rowsReadMetric;
    private transient Counter rowsRejectedMetric;
    private transient Counter rowsDuplicateMetric;

    SessionFunction(EarlierRuns earlierRuns, Instant ingestTime) {
        this.earlierRuns = earlierRuns;
        this.ingestTime = ingestTime;
    }

    @Override
    public void open(OpenContext context) {
        accounting = new AccountingAccumulator();
        filesRead = new LongCounter();
        rowsRead = new LongCounter();
        getRuntimeContext().addAccumulator(ACCOUNTING, accounting);
        getRuntimeContext().addAccumulator(FILES_READ, filesRead);
        getRuntimeContext().addAccumulator(ROWS_READ, rowsRead);
        MetricGroup metrics = getRuntimeContext().getMetricGroup();
        filesReadMetric = metrics.counter(FILES_READ);
        rowsReadMetric = metrics.counter(ROWS_READ);
        rowsRejectedMetric = metrics.counter("rowsRejected");
        rowsDuplicateMetric = metrics.counter("rowsDuplicate");
    }

    @Override
    public void processElement(Session session, Context context, Collector<SpecificRecordBase> out)
            throws Exception {
        Accounting books =
                SessionAssembler.assemble(
                        session, earlierRuns.of(session), ingestTime, out::collect);
        accounting.add(books);
        filesRead.add((long) books.files().size());
        rowsRead.add(books.rowsRead());
        filesReadMetric.inc(books.files().size());
        rowsReadMetric.inc(books.rowsRead());
        rowsRejectedMetric.inc(books.rowsRejected());
        rowsDuplicateMetric.inc(books.duplicates());
    }
}
