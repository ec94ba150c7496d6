package io.champion.quality;

import java.io.IOException;
import java.io.ObjectOutputStream;
import org.apache.flink.api.common.accumulators.Accumulator;

/**
 * Brings the books of all tasks to the client. Only tasks that finished count, so that a session
 * that was ingested again after a failure is in the books once.
 */
public final class AccountingAccumulator implements Accumulator<Accounting, Accounting> {

    private static final long serialVersionUID = 1L;

    private Accounting books = new Accounting();

    @Override
    public synchronized void add(Accounting session) {
        books.add(session);
    }

    @Override
    public synchronized Accounting getLocalValue() {
        return books;
    }

    @Override
    public synchronized void resetLocal() {
        books = new Accounting();
    }

    @Override
    public synchronized void merge(Accumulator<Accounting, Accounting> other) {
        books.add(other.getLocalValue());
    }

    @Override
    public synchronized AccountingAccumulator clone() {
        AccountingAccumulator copy = new AccountingAccumulator();
        copy.books.add(books);
        return copy;
    }

    /** The task manager sends accumulators while the task goes on adding to them. */
    private synchronized void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
    }
}
