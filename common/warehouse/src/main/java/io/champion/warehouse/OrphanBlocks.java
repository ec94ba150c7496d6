package io.champion.warehouse;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the block files that writers left behind who died before a checkpoint knew of their
 * blocks. Failing to does no harm: the next sweep tries again.
 */
final class OrphanBlocks {
    private static final Logger LOG = LoggerFactory.getLogger(OrphanBlocks.class);

    /**
     * Younger files are kept whatever is known of them: a savepoint that was taken aside from the
     * history that went on may name them.
     */
    static final Duration KEPT = Duration.ofDays(7);

    private static final Pattern BLOCK = Pattern.compile("(\\d+)-\\d+-\\d+-[0-9a-f]+\\.block");

    /** Epochs of bounded runs end in a UUID. */
    private static final Pattern RUN =
            Pattern.compile(".+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private OrphanBlocks() {}

    /**
     * Sweeps the folder of a stream's epoch. Called when a checkpoint after the restored one is
     * complete: by then every committer has inserted the blocks of the restored checkpoint, and
     * deleted their files, before it could take part in a later one. So a block that was sealed
     * before the restored checkpoint and still has a file is named by no state that this history
     * can go on from.
     *
     * @param restored the checkpoint that the job was restored from
     */
    static void sweep(SinkSettings settings, long restored) {
        try {
            Path folder = epoch(settings);
            FileSystem fs = folder.getFileSystem();
            int swept = 0;
            for (FileStatus file : list(fs, folder)) {
                Matcher name = BLOCK.matcher(file.getPath().getName());
                if (name.matches() && Long.parseLong(name.group(1)) < restored && isOld(file)) {
                    fs.delete(file.getPath(), false);
                    swept++;
                }
            }
            if (swept > 0) {
                LOG.info("Deleted {} block files that no checkpoint knows of in {}", swept, folder);
            }
        } catch (IOException e) {
            LOG.warn("Cannot sweep the block files of sink '{}'", settings.uid(), e);
        }
    }

    /**
     * Deletes the folder of a bounded run that is done, and those of runs that died long ago: such
     * a run is never taken up again.
     */
    static void sweepRun(SinkSettings settings) {
        try {
            Path own = epoch(settings);
            FileSystem fs = own.getFileSystem();
            fs.delete(own, true);
            for (FileStatus run : list(fs, own.getParent())) {
                if (run.isDir() && RUN.matcher(run.getPath().getName()).matches() && isOld(run)) {
                    List<FileStatus> blocks = list(fs, run.getPath());
                    if (blocks.stream().allMatch(OrphanBlocks::isOld)) {
                        fs.delete(run.getPath(), true);
                        LOG.info("Deleted the blocks of a run that died: {}", run.getPath());
                    }
                }
            }
        } catch (IOException e) {
            LOG.warn("Cannot sweep the block files of sink '{}'", settings.uid(), e);
        }
    }

    private static Path epoch(SinkSettings settings) {
        return new Path(settings.blocks(), settings.uid() + "/" + settings.epoch());
    }

    private static boolean isOld(FileStatus file) {
        return file.getModificationTime() < System.currentTimeMillis() - KEPT.toMillis();
    }

    private static List<FileStatus> list(FileSystem fs, Path folder) throws IOException {
        FileStatus[] entries;
        try {
            entries = fs.listStatus(folder);
        } catch (FileNotFoundException e) {
            return List.of();
        }
        return entries == null ? List.of() : List.of(entries);
    }
}
