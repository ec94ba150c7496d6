package io.champion.ticks;

import io.champion.kafka.TickReader;
import io.champion.model.ColumnBatch;
import io.champion.model.ColumnBatchBuilder;
import io.champion.model.PartitionKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Collects ticks into batches of rows, one open for each partition. */
final class AcceptedTicks {
    /** So many rows of all columns stay in the processor's cache until the sinks have had them. */
    static final int MAX_ROWS = 1_024;

    /** Ticks come from few hours at a time. */
    static final int MAX_OPEN = 16;

    private final Consumer<ColumnBatch> out;
    private final Map<PartitionKey, ColumnBatchBuilder> open = new LinkedHashMap<>(16, 0.75f, true);

    private PartitionKey lastPartition;
    private ColumnBatchBuilder last;

    /**
     * @param out takes batches that are full
     */
    AcceptedTicks(Consumer<ColumnBatch> out) {
        this.out = out;
    }

    @SuppressWarnings("ReferenceEquality") // A shortcut: an equal partition is looked up instead.
    void add(TickReader tick) {
        PartitionKey partition = TickReader.DATASET.partitionOf(tick.eventTime());
        if (partition != lastPartition) {
            last = open.computeIfAbsent(partition, AcceptedTicks::builder);
            lastPartition = partition;
            if (open.size() > MAX_OPEN) {
                closeEldest();
            }
        }
        tick.addTo(last);
        if (last.rows() == MAX_ROWS) {
            out.accept(last.build(partition));
        }
    }

    private static ColumnBatchBuilder builder(PartitionKey partition) {
        return new ColumnBatchBuilder(TickReader.DATASET, MAX_ROWS);
    }

    private void closeEldest() {
        Iterator<Map.Entry<PartitionKey, ColumnBatchBuilder>> eldest = open.entrySet().iterator();
        handOn(eldest.next());
        eldest.remove();
    }

    private void handOn(Map.Entry<PartitionKey, ColumnBatchBuilder> entry) {
        if (entry.getValue().rows() > 0) {
            out.accept(entry.getValue().build(entry.getKey()));
        }
    }

    /** Hands on all that there is. */
    void flush() {
        open.entrySet().forEach(this::handOn);
        open.clear();
        lastPartition = null;
        last = null;
    }
}
