package io.champion.adjust;

import java.io.IOException;
import java.io.ObjectOutputStream;
import org.apache.flink.api.common.accumulators.Accumulator;

/** Brings what tasks made of their securities back to the client. */
final class AdjustmentsAccumulator implements Accumulator<Adjustments, Adjustments> {
    private static final long serialVersionUID = 1L;

    private Adjustments all = new Adjustments();

    @Override
    public synchronized void add(Adjustments security) {
        all.add(security);
    }

    @Override
    public synchronized Adjustments getLocalValue() {
        return all;
    }

    @Override
    public synchronized void resetLocal() {
        all = new Adjustments();
    }

    @Override
    public synchronized void merge(Accumulator<Adjustments, Adjustments> other) {
        all.add(other.getLocalValue());
    }

    @Override
    public synchronized AdjustmentsAccumulator clone() {
        AdjustmentsAccumulator copy = new AdjustmentsAccumulator();
        copy.all.add(all);
        return copy;
    }

    /** The task manager sends accumulators while the task goes on adding to them. */
    private synchronized void writeObject(ObjectOutputStream out) throws IOException {
        out.defaultWriteObject();
    }
}
