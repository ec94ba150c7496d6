package io.champion.lake;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.lake.Manifest.DataFile;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Replaces partitions on object stores, which cannot rename a folder: new files are put beside the
 * old ones under names that never occurred before, then the manifest is overwritten, which is
 * atomic there, then the old files are deleted.
 *
 * <p>Correct on these assumptions: an object is visible whole or not at all, and at once to every
 * reader; one run at a time replaces a partition.
 *
 * <p>A reader that follows the manifest ({@link LakeReader}) sees the old rows or the new ones at
 * every moment, also after a crash. One that lists the folder may see both while the manifest is
 * being switched, and after a crash there until the run is committed again.
 */
final class ManifestSwitch implements Replacement {
    private final Path root;
    private final String run;
    private final CommitStep.Listener listener;
    private final FileSystem fs;

    ManifestSwitch(Path root, String run, CommitStep.Listener listener) throws IOException {
        this.root = root;
        this.run = run;
        this.listener = listener;
        this.fs = root.getFileSystem();
    }

    @Override
    public Path target(PartitionKey partition) {
        return Layout.partition(root, partition);
    }

    @Override
    public boolean targetIsHidden() {
        return false;
    }

    @Override
    public void commit(Collection<PartitionKey> partitions, List<PendingFile> files)
            throws IOException {
        Map<PartitionKey, List<PendingFile>> byPartition =
                files.stream().collect(groupingBy(PendingFile::partition, TreeMap::new, toList()));
        for (PartitionKey partition : partitions) {
            replace(
                    Layout.partition(root, partition),
                    byPartition.getOrDefault(partition, List.of()));
        }
        listener.reached(CommitStep.DONE);
    }

    private void replace(Path folder, List<PendingFile> pending) throws IOException {
        Optional<Manifest> manifest = Manifest.read(fs, folder);
        if (pending.isEmpty()) {
            // Without a manifest the partition is absent, whatever else is still there.
            LakeFiles.delete(fs, new Path(folder, Layout.SUCCESS));
            listener.reached(CommitStep.AFTER_MANIFEST);
            deleteAllBut(Set.of(), folder);
            return;
        }
        if (manifest.isEmpty() || !manifest.get().commit().equals(run)) {
            for (PendingFile file : pending) {
                PendingFiles.makeVisible(fs, folder, file);
                listener.reached(CommitStep.FILES_VISIBLE);
            }
            listener.reached(CommitStep.BEFORE_MANIFEST);
            manifest =
                    Optional.of(
                            PartitionSummary.write(
                                    fs,
                                    folder,
                                    run,
                                    pending.stream().map(PendingFile::name).sorted().toList(),
                                    true));
        }
        listener.reached(CommitStep.AFTER_MANIFEST);
        Set<String> keep = manifest.get().files().stream().map(DataFile::name).collect(toSet());
        keep.addAll(Set.of(Layout.SUCCESS, Layout.METADATA, Layout.COMMON_METADATA));
        deleteAllBut(keep, folder);
    }

    private void deleteAllBut(Set<String> keep, Path folder) throws IOException {
        for (FileStatus entry : LakeFiles.list(fs, folder)) {
            if (!entry.isDir() && !keep.contains(entry.getPath().getName())) {
                LakeFiles.delete(fs, entry.getPath());
            }
        }
    }
}
