package io.champion.quality;

import io.champion.model.PartitionKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The books of a bounded run: what was read from each file, what was handed to the sinks for each
 * partition, and whether the two agree. Parts counted by parallel tasks are added up with {@link
 * #add(Accounting)}.
 *
 * <p>Not safe for use by several threads.
 */
public final class Accounting implements Serializable {

    private static final long serialVersionUID = 1L;

    private final ArrayList<FileReport> files = new ArrayList<>();
    private final TreeMap<PartitionKey, Long> emitted = new TreeMap<>();
    private final TreeMap<String, Long> carried = new TreeMap<>();
    private final TreeMap<String, Long> merged = new TreeMap<>();
    private final TreeMap<String, Long> further = new TreeMap<>();
    private final TreeMap<String, Long> warnings = new TreeMap<>();

    /** Adds a file whose rows have all been accounted for. */
    public void file(FileReport report) {
        files.add(report);
    }

    /** Counts rows handed to the sinks for a partition. */
    public void emitted(PartitionKey partition, long rows) {
        emitted.merge(partition, rows, Long::sum);
    }

    /** Counts rows of a dataset that earlier runs wrote and this run wrote again unchanged. */
    public void carried(String dataset, long rows) {
        carried.merge(dataset, rows, Long::sum);
    }

    /** Counts rows that were merged into another source's row of a dataset. */
    public void merged(String dataset, long rows) {
        merged.merge(dataset, rows, Long::sum);
    }

    /** Counts records of a dataset that rows gave beside the one that each was written as. */
    public void further(String dataset, long records) {
        further.merge(dataset, records, Long::sum);
    }

    /** Counts something odd that no single file is to blame for. */
    public void warning(String reason, long times) {
        warnings.merge(reason, times, Long::sum);
    }

    public void add(Accounting other) {
        files.addAll(other.files);
        other.emitted.forEach(this::emitted);
        other.carried.forEach(this::carried);
        other.merged.forEach(this::merged);
        other.further.forEach(this::further);
        other.warnings.forEach(this::warning);
    }

    public List<FileReport> files() {
        return Collections.unmodifiableList(files);
    }

    /** Rows handed to the sinks, by partition. */
    public Map<PartitionKey, Long> emitted() {
        return Collections.unmodifiableMap(emitted);
    }

    /** Rows handed to the sinks, by dataset id. */
    public Map<String, Long> emittedByDataset() {
        return emittedByDataset(all -> true);
    }

    /** Rows handed to the sinks for some partitions, by dataset id. */
    public Map<String, Long> emittedByDataset(Predicate<PartitionKey> partitions) {
        Map<String, Long> sums = new TreeMap<>();
        emitted.forEach(
                (partition, rows) -> {
                    if (partitions.test(partition)) {
                        sums.merge(partition.dataset(), rows, Long::sum);
                    }
                });
        return sums;
    }

    /** Rows carried over from earlier runs, by dataset id. */
    public Map<String, Long> carried() {
        return Collections.unmodifiableMap(carried);
    }

    /** Rows merged into another source's row, by the dataset id that would have held them. */
    public Map<String, Long> merged() {
        return Collections.unmodifiableMap(merged);
    }

    /** Records that rows gave beside the one that each was written as, by dataset id. */
    public Map<String, Long> further() {
        return Collections.unmodifiableMap(further);
    }

    public long rowsRead() {
        return files.stream().mapToLong(FileReport::rowsRead).sum();
    }

    public long rowsRejected() {
        return files.stream().mapToLong(FileReport::rowsRejected).sum();
    }

    public long duplicates() {
        return files.stream().mapToLong(FileReport::duplicates).sum();
    }

    /** Rows written as received, by dataset id. */
    public Map<String, Long> written() {
        Map<String, Long> sums = new TreeMap<>();
        files.forEach(file -> file.written().forEach((id, n) -> sums.merge(id, n, Long::sum)));
        return sums;
    }

    /** Rows rejected, by reason. */
    public Map<String, Long> rejected() {
        Map<String, Long> sums = new TreeMap<>();
        files.forEach(file -> file.rejected().forEach((id, n) -> sums.merge(id, n, Long::sum)));
        return sums;
    }

    /** Rows that were written but break a softer rule, by reason. */
    public Map<String, Long> warnings() {
        Map<String, Long> sums = new TreeMap<>(warnings);
        files.forEach(file -> file.warnings().forEach((id, n) -> sums.merge(id, n, Long::sum)));
        return sums;
    }

    /**
     * Checks every file, and that what was written and rejected is what the sinks were given.
     *
     * @param rejects id of the dataset that takes the rejects
     * @throws AccountingException if the sums do not hold; the sentence names the file or dataset
     */
    public void verify(String rejects) {
        files.forEach(FileReport::verify);
        Map<String, Long> expected = new TreeMap<>(written());
        expected.merge(rejects, rowsRejected(), Long::sum);
        Map<String, Long> given = emittedByDataset();
        expected.forEach(
                (dataset, rows) -> {
                    long all =
                            rows
                                    + carried.getOrDefault(dataset, 0L)
                                    + further.getOrDefault(dataset, 0L);
                    long sent = given.getOrDefault(dataset, 0L);
                    if (all != sent) {
                        throw new AccountingException(
                                all
                                        + " rows of "
                                        + dataset
                                        + " were accounted for, but "
                                        + sent
                                        + " were handed to the sinks: the sums do not hold.");
                    }
                });
    }

    /**
     * Checks that a store holds exactly the rows that it was given, partition by partition.
     *
     * @param store name of the store, for the sentence
     * @param stored rows that it holds, by partition; a partition that is missing holds none
     * @throws AccountingException if not; the sentence names the partition
     */
    public void verifyStored(String store, Map<PartitionKey, Long> stored) {
        verifyStored(store, stored, partition -> false);
    }

    /**
     * The same of a store that lets go of old rows.
     *
     * @param expired whether a partition's rows are older than the store keeps: it may hold fewer
     */
    public void verifyStored(
            String store, Map<PartitionKey, Long> stored, Predicate<PartitionKey> expired) {
        Set<PartitionKey> partitions = new TreeSet<>(emitted.keySet());
        partitions.addAll(stored.keySet());
        for (PartitionKey partition : partitions) {
            long given = emitted.getOrDefault(partition, 0L);
            long held = stored.getOrDefault(partition, 0L);
            if (given != held && !(held < given && expired.test(partition))) {
                throw new AccountingException(
                        "The "
                                + store
                                + " was given "
                                + given
                                + " rows of "
                                + partition
                                + " but holds "
                                + held
                                + ".");
            }
        }
    }
}
