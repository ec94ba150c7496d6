package io.champion.warehouse;

import io.champion.warehouse.Ledger.Entry;
import io.champion.warehouse.Ledger.State;
import io.champion.warehouse.WarehouseException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.sink2.Committer;
import org.slf4j.MDC;

/**
 * Inserts the blocks of completed checkpoints, each exactly once. Its correctness rests on this:
 *
 * <ul>
 *   <li>a block's id never names other rows, and Flink hands a block to a committer only when its
 *       checkpoint is complete, and hands it again after every failure until a commit returned;
 *   <li>the ledger has an entry of a block before its insert is sent, so a block without one is
 *       new;
 *   <li>an insert takes effect as a whole or not at all, and its rows bear the block's id.
 * </ul>
 *
 * <p>A call returns when all of its blocks are in their tables. While ClickHouse is away it waits,
 * which holds up the task and so the rows before it.
 */
final class BlockCommitter implements Committer<SealedBlock> {

    /** In the logging context: the checkpoints after which the blocks were sealed. */
    static final String LOG_CHECKPOINT = "flink-checkpoint-after";

    private static final Duration PARTS_COUNTED_EVERY = Duration.ofSeconds(10);

    private final ClickHouse clickHouse;
    private final Ledger ledger;
    private final PoisonIsolation poison;
    private final CommitterMetrics metrics;
    private final Retries retries;
    private final ProtocolHook hook;
    private final ExecutorService inserts;
    private final SinkSettings settings;
    private final OptionalLong restoredFrom;
    private boolean restored;
    private boolean toSweep;
    private long countPartsAt = System.nanoTime();

    /**
     * @param restored the checkpoint that the job was restored from, if it was
     * @param sweeps whether this committer, of all of the sink, deletes orphaned block files
     * @throws WarehouseException if the warehouse is ahead of that checkpoint
     */
    BlockCommitter(
            SinkSettings settings,
            ClickHouse clickHouse,
            CommitterMetrics metrics,
            OptionalLong restored,
            boolean sweeps)
            throws IOException, InterruptedException {
        this.settings = settings;
        this.restoredFrom = restored;
        this.toSweep = sweeps && restored.isPresent();
        this.clickHouse = clickHouse;
        this.ledger = new Ledger(clickHouse);
        this.metrics = metrics;
        this.retries = new Retries(metrics::retried);
        this.hook = settings.hook();
        this.poison = new PoisonIsolation(clickHouse, ledger, retries, settings.mostRejects());
        this.restored = restored.isPresent();
        this.inserts = Parallel.pool(settings.parallelInserts(), "warehouse-insert");
        refuseToRepeatHistory(settings, restored);
    }

    /**
     * A block sealed at or after the restored checkpoint was committed by a later one. Its rows
     * will come again from the source, in blocks of other names.
     */
    private void refuseToRepeatHistory(SinkSettings settings, OptionalLong restored)
            throws IOException, InterruptedException {
        long from = restored.orElse(0);
        long ahead =
                retries.call(
                        "reading the ledger",
                        () -> ledger.countSince(settings.uid(), settings.epoch(), from));
        if (ahead > 0) {
            throw WarehouseException.fatal(
                    "The warehouse is ahead of this job: sink '"
                            + settings.uid()
                            + "' has written "
                            + ahead
                            + " blocks of epoch '"
                            + settings.epoch()
                            + "' "
                            + (restored.isPresent()
                                    ? "after checkpoint "
                                            + from
                                            + ", which the job was restored from"
                                    : "before, and the job was started without their state")
                            + ". Going on would write their rows again. Restore the latest"
                            + " checkpoint or savepoint; or, to write history anew, drop the"
                            + " partitions that will be written again and set a new epoch.");
        }
    }

    @Override
    public void commit(Collection<CommitRequest<SealedBlock>> requests)
            throws IOException, InterruptedException {
        List<SealedBlock> blocks = requests.stream().map(CommitRequest::getCommittable).toList();
        blocks.forEach(metrics::pending);
        try (MDC.MDCCloseable context = MDC.putCloseable(LOG_CHECKPOINT, sealedAfter(blocks))) {
            if (restored) {
                restored = false;
                hook.at(ProtocolStep.DURING_RESTORE, "");
            }
            Map<String, State> known = known(blocks);
            for (CommitRequest<SealedBlock> request : requests) {
                if (known.get(request.getCommittable().id().toString()) == State.WRITTEN) {
                    request.signalAlreadyCommitted();
                }
            }
            intend(blocks, known);
            write(blocks, known);
            for (SealedBlock block : blocks) {
                hook.at(ProtocolStep.AFTER_LEDGER, block.id().toString());
                BlockFile.delete(block);
            }
            metrics.committed();
            countParts(blocks);
            sweepOnce(blocks);
        } finally {
            blocks.forEach(metrics::settled);
        }
    }

    private static String sealedAfter(List<SealedBlock> blocks) {
        return blocks.stream()
                .map(block -> block.id().checkpoint())
                .distinct()
                .sorted()
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    /** Merges that do not keep up show here long before inserts are refused for it. */
    private void countParts(List<SealedBlock> blocks) throws IOException, InterruptedException {
        long now = System.nanoTime();
        if (blocks.isEmpty() || now - countPartsAt < 0) {
            return;
        }
        countPartsAt = now + PARTS_COUNTED_EVERY.toNanos();
        String tables =
                blocks.stream()
                        .map(SealedBlock::table)
                        .distinct()
                        .map(ClickHouse::literal)
                        .collect(Collectors.joining(", "));
        metrics.parts(
                retries.call(
                        "counting parts",
                        () ->
                                clickHouse.queryLong(
                                        "SELECT max(parts) FROM (SELECT count() AS parts FROM"
                                                + " system.parts WHERE active AND database = "
                                                + ClickHouse.literal(clickHouse.config().database())
                                                + " AND table IN ("
                                                + tables
                                                + ") GROUP BY table, partition_id)")));
    }

    private void sweepOnce(List<SealedBlock> blocks) {
        // A block that was sealed after the restore is of a later checkpoint, which is complete.
        if (toSweep
                && blocks.stream()
                        .anyMatch(block -> block.id().checkpoint() >= restoredFrom.getAsLong())) {
            toSweep = false;
            OrphanBlocks.sweep(settings, restoredFrom.getAsLong());
        }
    }

    private Map<String, State> known(List<SealedBlock> blocks)
            throws IOException, InterruptedException {
        // Blocks of another epoch come along when a job is restored under a new one.
        Map<String, List<SealedBlock>> byHistory =
                blocks.stream()
                        .collect(Collectors.groupingBy(b -> b.id().sink() + ':' + b.id().epoch()));
        Map<String, State> known = new HashMap<>();
        for (List<SealedBlock> history : byHistory.values()) {
            BlockId first = history.get(0).id();
            List<String> ids = history.stream().map(block -> block.id().toString()).toList();
            known.putAll(
                    retries.call(
                            "reading the ledger",
                            () -> ledger.states(first.sink(), first.epoch(), ids)));
        }
        return known;
    }

    private void intend(List<SealedBlock> blocks, Map<String, State> known)
            throws IOException, InterruptedException {
        List<Entry> entries =
                blocks.stream()
                        .filter(block -> !known.containsKey(block.id().toString()))
                        .map(block -> Entry.of(block, State.INTENDED, 0, 0))
                        .toList();
        record(entries);
    }

    private void record(List<Entry> entries) throws IOException, InterruptedException {
        if (!entries.isEmpty()) {
            retries.call(
                    "writing the ledger",
                    () -> {
                        ledger.add(entries);
                        return null;
                    });
        }
    }

    private void write(List<SealedBlock> blocks, Map<String, State> known)
            throws IOException, InterruptedException {
        List<Future<Entry>> running = new ArrayList<>();
        for (SealedBlock block : blocks) {
            State state = known.get(block.id().toString());
            if (state != State.WRITTEN) {
                running.add(
                        inserts.submit(
                                () -> {
                                    try (var context =
                                            MDC.putCloseable(
                                                    LOG_CHECKPOINT, sealedAfter(List.of(block)))) {
                                        return write(block, state);
                                    }
                                }));
            }
        }
        record(Parallel.await(running));
    }

    /**
     * Inserts a block, or makes sure that it was inserted.
     *
     * @param before what the ledger says of the block, or null where it says nothing
     */
    private Entry write(SealedBlock block, State before) throws IOException, InterruptedException {
        String id = block.id().toString();
        if (before == State.SPLIT) {
            return poison.resume(block);
        }
        if (block.rows() == 0) {
            // Earlier releases sealed blocks of which no row could be stored.
            return Entry.of(block, State.WRITTEN, 0, 0);
        }
        BlockTarget target = new BlockTarget(clickHouse, block.table());
        boolean[] mayBeThere = {before == State.INTENDED};
        try {
            retries.call(
                    "inserting block " + id + " into " + block.table(),
                    () -> {
                        boolean again = mayBeThere[0];
                        if (again && target.holds(id, block.partition())) {
                            return null;
                        }
                        hook.at(ProtocolStep.BEFORE_INSERT, id);
                        BlockFile file = BlockFile.read(block);
                        mayBeThere[0] = true;
                        long start = System.nanoTime();
                        if (again) {
                            target.insertAgain(file, id, block.partition());
                        } else {
                            target.insert(file, id, block.partition());
                        }
                        loseResponse(id);
                        metrics.written(
                                block, block.rows(), 0, (System.nanoTime() - start) / 1_000_000);
                        return null;
                    });
        } catch (WarehouseException e) {
            if (e.kind() == Kind.POISON) {
                retries.call(
                        "looking for block " + id + " in " + block.table(),
                        () -> {
                            target.checkRefused(id, block.partition(), e);
                            return null;
                        });
                return poison.isolate(block, e);
            }
            throw e;
        }
        hook.at(ProtocolStep.AFTER_RESPONSE_BEFORE_LEDGER, id);
        return Entry.of(block, State.WRITTEN, block.rows(), 0);
    }

    private void loseResponse(String id) {
        try {
            hook.at(ProtocolStep.AFTER_INSERT_BEFORE_RESPONSE, id);
        } catch (IOException e) {
            throw new WarehouseException(Kind.TRANSIENT, 0, e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        inserts.shutdownNow();
        clickHouse.close();
    }
}
