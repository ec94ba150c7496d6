package io.champion.warehouse;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;

/** What an operator's dashboard shows of a committer; all may be updated by any thread. */
final class CommitterMetrics {
    private final Counter rows;
    private final Counter bytes;
    private final Counter blocks;
    private final Counter rejected;
    private final Counter networkRetries;
    private final Counter serverRetries;
    private final Counter insertMillis;
    private final AtomicLong pendingBlocks = new AtomicLong();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong lastInsertMillis = new AtomicLong();
    private final AtomicLong lagMillis = new AtomicLong();
    private final AtomicLong partsPerPartition = new AtomicLong();
    private final AtomicLong lastCommit = new AtomicLong(System.nanoTime());

    CommitterMetrics(MetricGroup operator) {
        MetricGroup group = operator.addGroup("warehouse");
        rows = group.counter("rowsWritten", new ThreadSafeSimpleCounter());
        bytes = group.counter("bytesWritten", new ThreadSafeSimpleCounter());
        blocks = group.counter("blocksWritten", new ThreadSafeSimpleCounter());
        rejected = group.counter("rowsRejected", new ThreadSafeSimpleCounter());
        networkRetries = group.counter("retriesNetwork", new ThreadSafeSimpleCounter());
        serverRetries = group.counter("retriesServer", new ThreadSafeSimpleCounter());
        insertMillis = group.counter("insertMillis", new ThreadSafeSimpleCounter());
        group.gauge("pendingBlocks", pendingBlocks::get);
        group.gauge("pendingBytes", pendingBytes::get);
        group.gauge("lastInsertMillis", lastInsertMillis::get);
        group.gauge("commitLagMillis", lagMillis::get);
        group.gauge("partsPerPartition", partsPerPartition::get);
        group.gauge(
                "secondsSinceLastCommit",
                () -> (System.nanoTime() - lastCommit.get()) / 1_000_000_000L);
    }

    void pending(SealedBlock block) {
        pendingBlocks.incrementAndGet();
        pendingBytes.addAndGet(block.bytes());
    }

    void settled(SealedBlock block) {
        pendingBlocks.decrementAndGet();
        pendingBytes.addAndGet(-block.bytes());
    }

    void written(SealedBlock block, long rowsWritten, long rowsRejected, long millis) {
        rows.inc(rowsWritten);
        rejected.inc(rowsRejected);
        bytes.inc(block.bytes());
        blocks.inc();
        insertMillis.inc(millis);
        lastInsertMillis.set(millis);
        lagMillis.set(System.currentTimeMillis() - block.sealedAt());
    }

    /**
     * @param most largest number of active parts in a partition of the tables written last
     */
    void parts(long most) {
        partsPerPartition.set(most);
    }

    void committed() {
        lastCommit.set(System.nanoTime());
    }

    void retried(WarehouseException failure) {
        (failure.code() == 0 ? networkRetries : serverRetries).inc();
    }
}
