package io.champion.lake;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Another content of some of a lake's partitions, written out of readers' sight, to be published as
 * a whole or thrown away.
 *
 * <p>While it is prepared it is a small lake of its own below the lake: {@link #root} is where a
 * replacing {@link LakeSink} writes and a {@link LakeReader} reads. {@link #publish} then writes
 * one file, the pointer, by which every {@code LakeReader} of the lake sees all of the generation's
 * partitions instead of the old ones; only after that the partitions are moved to their places. So
 * a reader of several partitions sees all of them as they were or all as they are. One that lists
 * folders, and knows no pointer, sees each partition as it was or as it is.
 *
 * <p>Publishing that was interrupted is finished by calling it again; until then readers see the
 * new content. Correct on these assumptions: the file system is as {@link LakeSink} needs it; one
 * process at a time publishes into a lake; nobody else writes to the partitions meanwhile.
 *
 * <p>Folders: {@code .generations/<id>/new/<partition>}, and what was replaced in {@code
 * .generations/<id>/old/<partition>} until {@link #clear}.
 */
public final class LakeGeneration {
    static final String FOLDER = ".generations";
    private static final String RECORD = "generation.json";
    private static final String PUBLISHED = "published";

    private final Path lake;
    private final String id;
    private final FileSystem fs;
    private final Path folder;
    private final boolean onObjectStore;
    private final CommitStep.Listener listener;

    /**
     * @param lake the lake's root
     * @param id a plain name that no other generation of the lake ever had
     */
    public LakeGeneration(Path lake, String id) throws IOException {
        this(lake, id, LakeFiles.onObjectStore(lake), CommitStep.Listener.NONE);
    }

    LakeGeneration(Path lake, String id, boolean onObjectStore, CommitStep.Listener listener)
            throws IOException {
        this.lake = lake;
        this.id = Layout.requirePlain(id, "The id of a generation");
        this.fs = lake.getFileSystem();
        this.folder = new Path(new Path(lake, FOLDER), id);
        this.onObjectStore = onObjectStore;
        this.listener = listener;
    }

    /** The ids of all generations that a lake knows of, in their order. */
    public static List<String> ids(Path lake) throws IOException {
        FileSystem fs = lake.getFileSystem();
        List<String> ids = new ArrayList<>();
        for (FileStatus entry : LakeFiles.list(fs, new Path(lake, FOLDER))) {
            if (entry.isDir()) {
                ids.add(entry.getPath().getName());
            }
        }
        ids.sort(null);
        return ids;
    }

    /** The generation as a lake of its own, for sinks and readers. */
    public Path root() {
        return new Path(folder, "new");
    }

    /** What was noted of the generation; empty where nothing was. */
    public Optional<byte[]> readRecord() throws IOException {
        return LakeFiles.read(fs, new Path(folder, RECORD));
    }

    /** Keeps a note beside the generation; readers see the one before or this one. */
    public void writeRecord(byte[] record) throws IOException {
        fs.mkdirs(folder);
        LakeFiles.put(fs, new Path(folder, RECORD), record);
    }

    /**
     * Gives partitions the content that they have in this generation; those that have none are
     * removed. May be called again after it failed, and does nothing once it has succeeded,
     * whatever was published since.
     *
     * @throws IllegalStateException if another generation was not published to its end
     */
    public void publish(Collection<PartitionKey> partitions) throws IOException {
        GenerationPointer pointer = GenerationPointer.read(fs, lake);
        if (LakeFiles.read(fs, new Path(folder, PUBLISHED)).isPresent()) {
            finish(pointer);
            return;
        }
        if (!pointer.generation().equals(id)) {
            if (!pointer.moving().isEmpty()) {
                throw new IllegalStateException(
                        "The generation "
                                + pointer.generation()
                                + " was not published to its end in the lake "
                                + lake
                                + ". Finish that first.");
            }
            Map<String, Boolean> moving = new TreeMap<>();
            for (PartitionKey partition : partitions) {
                moving.put(partition.location(), staged(partition).isPresent());
            }
            pointer = new GenerationPointer(id, moving);
            pointer.write(fs, lake);
        }
        listener.reached(CommitStep.STAGED);
        if (onObjectStore) {
            copy(partitions, pointer);
        } else {
            for (PartitionKey partition : partitions) {
                if (pointer.names(partition)) {
                    move(partition, pointer.hasRows(partition));
                }
            }
        }
        listener.reached(CommitStep.DONE);
        // Nothing is staged any more, which must not be taken for partitions without rows.
        fs.mkdirs(folder);
        LakeFiles.put(fs, new Path(folder, PUBLISHED), new byte[0]);
        finish(pointer);
    }

    private void finish(GenerationPointer pointer) throws IOException {
        if (pointer.generation().equals(id) && !pointer.moving().isEmpty()) {
            new GenerationPointer(id, Map.of()).write(fs, lake);
        }
    }

    private Optional<Manifest> staged(PartitionKey partition) throws IOException {
        return Manifest.read(fs, Layout.partition(root(), partition));
    }

    private void move(PartitionKey partition, boolean hasRows) throws IOException {
        Path live = Layout.partition(lake, partition);
        Path old = Layout.partition(new Path(folder, "old"), partition);
        if (hasRows && staged(partition).isEmpty()) {
            // Moved by an attempt before this one.
            return;
        }
        if (fs.exists(live)) {
            LakeFiles.delete(fs, old);
            fs.mkdirs(old.getParent());
            LakeFiles.rename(fs, live, old);
        }
        listener.reached(CommitStep.OLD_MOVED);
        if (hasRows) {
            fs.mkdirs(live.getParent());
            LakeFiles.rename(fs, Layout.partition(root(), partition), live);
        }
        // A bounded run that died halfway must not bring back what has been replaced since.
        for (Path run : FolderSwap.runs(fs, lake)) {
            FolderSwap.forget(fs, FolderSwap.old(run, partition), CommitStep.Listener.NONE);
        }
        listener.reached(CommitStep.SWAPPED);
    }

    /** The files have names that never occurred before, so they can lie beside the old ones. */
    private void copy(Collection<PartitionKey> partitions, GenerationPointer pointer)
            throws IOException {
        Replacement replacement = new ManifestSwitch(lake, id, listener);
        List<PartitionKey> moving = new ArrayList<>();
        List<PendingFile> files = new ArrayList<>();
        for (PartitionKey partition : partitions) {
            if (!pointer.names(partition)) {
                continue;
            }
            moving.add(partition);
            Optional<Manifest> manifest = staged(partition);
            if (manifest.isEmpty()) {
                continue;
            }
            Path from = Layout.partition(root(), partition);
            Path to = replacement.target(partition);
            for (Manifest.DataFile file : manifest.get().files()) {
                copy(new Path(from, file.name()), new Path(to, file.name()));
                files.add(
                        new PendingFile(
                                partition, file.name(), file.rows(), file.bytes(), 0, new byte[0]));
            }
        }
        replacement.commit(moving, files);
    }

    private void copy(Path from, Path to) throws IOException {
        try (FSDataInputStream in = fs.open(from);
                FSDataOutputStream out = fs.create(to, FileSystem.WriteMode.OVERWRITE)) {
            in.transferTo(out);
        }
    }

    /**
     * Deletes the content of the generation, and what it replaced; its record stays, and that it
     * was published.
     *
     * @throws IllegalStateException if it is being published
     */
    public void clear() throws IOException {
        GenerationPointer pointer = GenerationPointer.read(fs, lake);
        if (pointer.generation().equals(id) && !pointer.moving().isEmpty()) {
            throw new IllegalStateException(
                    "The generation " + id + " is being published; finish that first.");
        }
        LakeFiles.delete(fs, root());
        LakeFiles.delete(fs, new Path(folder, "old"));
    }
}
