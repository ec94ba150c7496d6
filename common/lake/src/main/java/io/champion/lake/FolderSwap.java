package io.champion.lake;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces partitions where folders can be renamed (local disks, HDFS): the new folder is completed
 * out of sight, then the old one is renamed away and the new one into its place.
 *
 * <p>Correct on these assumptions: a rename is atomic; a file that was read or written before a
 * rename stays readable through its open handle; one run at a time replaces a partition. Files are
 * not forced to the disk: after a power failure, a bounded run is simply run again.
 *
 * <p>A reader that lists the partition's folder sees all of the old files, or none for the instant
 * between the two renames, or all of the new ones, whose names differ from the old. {@link
 * LakeReader} does not see that instant.
 *
 * <p>Staging area of a run: {@code .staging/<run>/new/<partition>} and {@code
 * .staging/<run>/old/<partition>}.
 */
final class FolderSwap implements Replacement {
    private static final Logger LOG = LoggerFactory.getLogger(FolderSwap.class);

    /** No run that is alive leaves its staging area untouched for this long. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private final Path root;
    private final String run;
    private final CommitStep.Listener listener;
    private final FileSystem fs;
    private final Path staging;

    FolderSwap(Path root, String run, CommitStep.Listener listener) throws IOException {
        this.root = root;
        this.run = run;
        this.listener = listener;
        this.fs = root.getFileSystem();
        this.staging = new Path(new Path(root, Layout.STAGING), run);
    }

    /** The staging areas of all runs, alive or dead. */
    static List<Path> runs(FileSystem fs, Path root) throws IOException {
        return LakeFiles.list(fs, new Path(root, Layout.STAGING)).stream()
                .filter(FileStatus::isDir)
                .map(FileStatus::getPath)
                .toList();
    }

    /** Where a run moves the partitions that it replaces. */
    static Path old(Path run) {
        return new Path(run, "old");
    }

    /** Where a run moves a partition that it replaces. */
    static Path old(Path run, PartitionKey partition) {
        return Layout.partition(old(run), partition);
    }

    @Override
    public Path target(PartitionKey partition) {
        return Layout.partition(new Path(staging, "new"), partition);
    }

    @Override
    public boolean targetIsHidden() {
        return true;
    }

    @Override
    public void commit(Collection<PartitionKey> partitions, List<PendingFile> files)
            throws IOException {
        Map<PartitionKey, List<PendingFile>> byPartition =
                files.stream().collect(groupingBy(PendingFile::partition, TreeMap::new, toList()));
        List<PartitionKey> swaps = new ArrayList<>();
        List<Callable<Void>> stagings = new ArrayList<>();
        for (PartitionKey partition : partitions) {
            if (!swapped(partition)) {
                List<PendingFile> pending = byPartition.getOrDefault(partition, List.of());
                if (!pending.isEmpty()) {
                    stagings.add(
                            () -> {
                                stage(partition, pending);
                                return null;
                            });
                }
                swaps.add(partition);
            }
        }
        stage(stagings);
        listener.reached(CommitStep.STAGED);
        List<Path> others = new ArrayList<>(runs(fs, root));
        others.removeIf(other -> other.getName().equals(run));
        for (PartitionKey partition : swaps) {
            swap(partition, byPartition.containsKey(partition), others);
        }
        LakeFiles.delete(fs, staging);
        listener.reached(CommitStep.DONE);
        cleanUpAfterTheDead();
    }

    private boolean swapped(PartitionKey partition) throws IOException {
        return Manifest.read(fs, Layout.partition(root, partition))
                .map(manifest -> manifest.commit().equals(run))
                .orElse(false);
    }

    /** Runs all, some at a time: a run may replace thousands of partitions. */
    private static void stage(List<Callable<Void>> stagings) throws IOException {
        ExecutorService threads =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            for (Future<Void> staging : threads.invokeAll(stagings)) {
                staging.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The commit was interrupted.");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException("A partition cannot be staged.", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void stage(PartitionKey partition, List<PendingFile> pending) throws IOException {
        Path folder = target(partition);
        Set<String> names = new HashSet<>();
        for (PendingFile file : pending) {
            PendingFiles.makeVisible(fs, folder, file);
            names.add(file.name());
            listener.reached(CommitStep.FILES_VISIBLE);
        }
        // Writers that were killed and replaced may have left files here.
        for (FileStatus entry : LakeFiles.list(fs, folder)) {
            if (!names.contains(entry.getPath().getName())) {
                LakeFiles.delete(fs, entry.getPath());
            }
        }
        PartitionSummary.write(fs, folder, run, names.stream().sorted().toList(), false);
    }

    private void swap(PartitionKey partition, boolean hasRows, List<Path> others)
            throws IOException {
        Path live = Layout.partition(root, partition);
        Path old = old(staging, partition);
        if (fs.exists(live)) {
            LakeFiles.delete(fs, old);
            fs.mkdirs(old.getParent());
            LakeFiles.rename(fs, live, old);
        }
        listener.reached(CommitStep.OLD_MOVED);
        if (hasRows) {
            fs.mkdirs(live.getParent());
            LakeFiles.rename(fs, target(partition), live);
        }
        listener.reached(CommitStep.SWAPPED);
        forget(fs, old, listener);
        // A run that died halfway must not bring back what has been replaced since.
        for (Path other : others) {
            forget(fs, old(other, partition), listener);
        }
    }

    /**
     * Deletes a partition that was moved away. The manifest goes first: without it, a folder that
     * is half deleted is no partition.
     */
    static void forget(FileSystem fs, Path partition, CommitStep.Listener listener)
            throws IOException {
        LakeFiles.remove(fs, new Path(partition, Layout.SUCCESS));
        listener.reached(CommitStep.MANIFEST_DELETED);
        LakeFiles.delete(fs, partition);
    }

    /**
     * Deletes what dead runs left behind. A partition that such a run had moved away, and that
     * nobody has replaced since, is put back first.
     */
    private void cleanUpAfterTheDead() {
        long before = System.currentTimeMillis() - ABANDONED.toMillis();
        try {
            for (Path dead : runs(fs, root)) {
                if (!touchedSince(dead, before)) {
                    putBack(new Path(dead, "old"), root);
                    LakeFiles.delete(fs, dead);
                    LOG.info("Removed the staging area of a run that died: {}", dead);
                }
            }
        } catch (IOException e) {
            // The commit is done; whoever commits next tries again.
            LOG.warn("Cannot remove the staging area of a run that died", e);
        }
    }

    private boolean touchedSince(Path path, long time) throws IOException {
        for (FileStatus entry : LakeFiles.list(fs, path)) {
            if (entry.getModificationTime() >= time
                    || (entry.isDir() && touchedSince(entry.getPath(), time))) {
                return true;
            }
        }
        return false;
    }

    private void putBack(Path old, Path live) throws IOException {
        if (LakeFiles.read(fs, new Path(old, Layout.SUCCESS)).isPresent()) {
            if (!fs.exists(live)) {
                fs.mkdirs(live.getParent());
                LakeFiles.rename(fs, old, live);
                LOG.warn("A run died while it replaced {}; its old content is back", live);
            }
            return;
        }
        for (FileStatus entry : LakeFiles.list(fs, old)) {
            if (entry.isDir()) {
                putBack(entry.getPath(), new Path(live, entry.getPath().getName()));
            }
        }
    }
}
