package io.champion.warehouse;

import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.sink2.Committer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the listed partitions of every table the content that a bounded run has produced for them,
 * and no other.
 *
 * <p>A call can be repeated at any time: what a table needs to be given again is built anew and
 * swapped in again, with the same result; the ledger spares it what is done.
 */
final class ReplacingCommitter implements Committer<ReplacementPart> {
    private static final String REJECTS = Dataset.of("quarantine.rejects").table();

    private static final Logger LOG = LoggerFactory.getLogger(ReplacingCommitter.class);

    /** Shorter than Flink waits for a cancelled task. */
    private static final Duration RELEASE = Duration.ofSeconds(10);

    private final SinkSettings settings;
    private final Set<PartitionKey> partitions;
    private final ClickHouse clickHouse;
    private final CommitterMetrics metrics;
    private final Retries retries;
    private final ExecutorService tables;
    private final ExecutorService inserts;

    ReplacingCommitter(
            SinkSettings settings,
            Set<PartitionKey> partitions,
            ClickHouse clickHouse,
            CommitterMetrics metrics) {
        this.settings = settings;
        this.partitions = partitions;
        this.clickHouse = clickHouse;
        this.metrics = metrics;
        this.retries = new Retries(metrics::retried);
        this.tables = Parallel.pool(settings.parallelInserts(), "warehouse-replace");
        this.inserts = Parallel.pool(settings.parallelInserts(), "warehouse-insert");
    }

    @Override
    public void commit(Collection<CommitRequest<ReplacementPart>> requests)
            throws IOException, InterruptedException {
        List<SealedBlock> blocks =
                requests.stream().flatMap(r -> r.getCommittable().blocks().stream()).toList();
        blocks.forEach(metrics::pending);
        try {
            Future<Void> rejectsFirst = null;
            List<Future<Void>> running = new ArrayList<>();
            for (String table : tablesToReplace()) {
                Callable<Void> replace =
                        () -> {
                            replace(table, blocks);
                            return null;
                        };
                if (table.equals(REJECTS)) {
                    // Rows that other tables refuse are added to the rejects after these were
                    // replaced, or they would be gone again.
                    rejectsFirst = tables.submit(replace);
                    Parallel.await(List.of(rejectsFirst));
                } else {
                    running.add(tables.submit(replace));
                }
            }
            Parallel.await(running);
            OrphanBlocks.sweepRun(settings);
            metrics.committed();
        } finally {
            blocks.forEach(metrics::settled);
        }
    }

    private List<String> tablesToReplace() {
        TreeSet<String> names = new TreeSet<>();
        for (PartitionKey key : partitions) {
            names.add(Dataset.of(key.dataset()).table());
        }
        List<String> order = new ArrayList<>(names);
        if (order.remove(REJECTS)) {
            order.add(0, REJECTS);
        }
        return order;
    }

    private void replace(String table, List<SealedBlock> blocks)
            throws IOException, InterruptedException {
        TableReplacement replacement =
                new TableReplacement(
                        settings,
                        clickHouse,
                        retries,
                        metrics,
                        inserts,
                        table,
                        partitions.stream()
                                .filter(key -> Dataset.of(key.dataset()).table().equals(table))
                                .toList(),
                        blocks.stream().filter(block -> block.table().equals(table)).toList());
        retries.call(
                "replacing partitions of " + table,
                () -> {
                    replacement.run();
                    return null;
                });
    }

    @Override
    public void close() {
        tables.shutdownNow();
        inserts.shutdownNow();
        try {
            // They give their locks back; others would have to wait for the end of the leases.
            if (!tables.awaitTermination(RELEASE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "Locks are not given back within {}; they end with their leases.", RELEASE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clickHouse.close();
    }
}
