package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replacing partitions: crashes at every step, readers beside it, leftovers after it. */
class ReplacementTest {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    private static final Dataset BARS = Dataset.of("normalized.equity_ohlc");
    private static final PartitionKey FULL = BARS.partitionOf(DAY);
    private static final PartitionKey OTHER = BARS.partitionOf(DAY.plusDays(1));
    private static final PartitionKey REMOVED = BARS.partitionOf(DAY.plusDays(2));
    private static final List<PartitionKey> ALL = List.of(FULL, OTHER, REMOVED);

    @TempDir Path lake;

    /** Both ways are tried on a local disk, which can do all that an object store can. */
    private enum Way {
        FOLDER_SWAP,
        MANIFEST_SWITCH;

        Replacement open(Path lake, String run, CommitStep.Listener listener) throws IOException {
            return this == FOLDER_SWAP
                    ? new FolderSwap(path(lake), run, listener)
                    : new ManifestSwitch(path(lake), run, listener);
        }
    }

    private static org.apache.flink.core.fs.Path path(Path path) {
        return new org.apache.flink.core.fs.Path(path.toUri());
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aCrashAtAnyStepLeavesEachPartitionWholeAndIsFinishedByTheNextAttempt(Way way)
            throws Exception {
        int crashes = 0;
        for (CommitStep step : CommitStep.values()) {
            for (int occurrence = 1; occurrence <= 3; occurrence++) {
                Path root = Files.createDirectory(lake.resolve(step + "-" + occurrence));
                replace(way, root, "before", 10, ALL, ALL, CommitStep.Listener.NONE);
                boolean crashed = crashesOnce(way, root, step, occurrence);
                assertNew(root);
                if (!crashed) {
                    break; // The step is not reached that often.
                }
                crashes++;
            }
        }
        assertThat(crashes).isEqualTo(way == Way.FOLDER_SWAP ? 13 : 8);
    }

    private static boolean crashesOnce(Way way, Path root, CommitStep step, int occurrence)
            throws Exception {
        int[] left = {occurrence};
        Replacement dying =
                way.open(
                        root,
                        "run",
                        reached -> {
                            if (reached == step && --left[0] == 0) {
                                throw new IOException("crash after " + reached);
                            }
                        });
        List<PendingFile> files = write(dying, root, 20, List.of(FULL, OTHER));
        boolean crashed = false;
        try {
            dying.commit(ALL, files);
        } catch (IOException e) {
            assertThat(e).hasMessage("crash after " + step);
            crashed = true;
            // Nobody has finished the commit yet: each partition is old or new, never between.
            for (PartitionKey partition : List.of(FULL, OTHER)) {
                assertThat(read(root, partition).size()).isIn(10, 20);
            }
            assertThat(read(root, REMOVED).size()).isIn(0, 10);
        }
        // As Flink does it: another committer, the same committable; and once more after success.
        for (int i = 0; i < 2; i++) {
            way.open(root, "run", CommitStep.Listener.NONE).commit(ALL, files);
        }
        return crashed;
    }

    private static void assertNew(Path root) throws Exception {
        for (PartitionKey partition : List.of(FULL, OTHER)) {
            assertThat(read(root, partition)).hasSize(20);
            assertThat(listed(root, partition)).hasSize(1);
        }
        assertThat(new LakeReader(path(root)).exists(REMOVED)).isFalse();
        assertThat(listed(root, REMOVED)).isEmpty();
        assertThat(children(root.resolve(".staging"))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aReaderNeverSeesHalfWhileAPartitionIsReplaced(Way way) throws Exception {
        List<PartitionKey> one = List.of(FULL);
        replace(way, lake, "run0", 5, one, one, CommitStep.Listener.NONE);
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Integer> manifestReader =
                    () -> {
                        int reads = 0;
                        while (!done.get()) {
                            assertThat(read(lake, FULL).size()).isIn(5, 6, 7);
                            reads++;
                        }
                        return reads;
                    };
            // Object stores promise listing readers nothing while the manifest is switched.
            Callable<Integer> listingReader =
                    () -> {
                        int reads = 0;
                        while (way == Way.FOLDER_SWAP && !done.get()) {
                            assertThat(listed(lake, FULL)).hasSizeLessThanOrEqualTo(1);
                            reads++;
                        }
                        return reads;
                    };
            Future<Integer> manifestReads = threads.submit(manifestReader);
            Future<Integer> listingReads = threads.submit(listingReader);
            for (int i = 1; i <= 20; i++) {
                replace(way, lake, "run" + i, 5 + i % 3, one, one, CommitStep.Listener.NONE);
            }
            done.set(true);
            assertThat(manifestReads.get()).isPositive();
            listingReads.get();
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void whatADeadRunLeftIsRemovedAndWhatItMovedAwayIsPutBack() throws Exception {
        replace(Way.FOLDER_SWAP, lake, "first", 10, ALL, ALL, CommitStep.Listener.NONE);
        Replacement dying =
                Way.FOLDER_SWAP.open(
                        lake,
                        "dead",
                        step -> {
                            if (step == CommitStep.OLD_MOVED) {
                                throw new IOException("killed");
                            }
                        });
        List<PendingFile> files = write(dying, lake, 20, ALL);
        assertThatThrownBy(() -> dying.commit(ALL, files)).hasMessage("killed");
        assertThat(Files.exists(lake.resolve(FULL.location()))).isFalse();
        assertThat(read(lake, FULL)).as("still readable where it was moved to").hasSize(10);

        // A run beside it leaves it alone while it may be alive, ...
        List<PartitionKey> other = List.of(OTHER);
        replace(Way.FOLDER_SWAP, lake, "second", 30, other, other, CommitStep.Listener.NONE);
        assertThat(children(lake.resolve(".staging"))).hasSize(1);
        // ... and cleans up when it must be dead.
        ageStagingAreas();
        replace(Way.FOLDER_SWAP, lake, "third", 40, other, other, CommitStep.Listener.NONE);
        assertThat(children(lake.resolve(".staging"))).isEmpty();
        assertThat(listed(lake, FULL)).hasSize(1);
        assertThat(read(lake, FULL)).hasSize(10);
        assertThat(read(lake, OTHER)).hasSize(40);
    }

    @Test
    void aRemovedPartitionStaysAwayWhenItsRunDiesWhileDeletingIt() throws Exception {
        replace(Way.FOLDER_SWAP, lake, "first", 10, ALL, ALL, CommitStep.Listener.NONE);
        Replacement dying =
                Way.FOLDER_SWAP.open(
                        lake,
                        "dead",
                        step -> {
                            if (step == CommitStep.MANIFEST_DELETED) {
                                throw new IOException("killed");
                            }
                        });
        List<PartitionKey> emptied = List.of(FULL);
        assertThatThrownBy(() -> dying.commit(emptied, List.of())).hasMessage("killed");
        assertThat(new LakeReader(path(lake)).exists(FULL)).isFalse();

        ageStagingAreas();
        List<PartitionKey> other = List.of(OTHER);
        replace(Way.FOLDER_SWAP, lake, "third", 40, other, other, CommitStep.Listener.NONE);
        assertThat(children(lake.resolve(".staging"))).isEmpty();
        assertThat(new LakeReader(path(lake)).exists(FULL)).isFalse();
    }

    @Test
    void filesOfWritersThatWereReplacedAreNotCommitted() throws Exception {
        Replacement swap = Way.FOLDER_SWAP.open(lake, "run", CommitStep.Listener.NONE);
        write(swap, lake, 5, List.of(FULL));
        swap.commit(List.of(FULL), write(swap, lake, 7, List.of(FULL)));
        assertThat(listed(lake, FULL)).hasSize(1);
        assertThat(read(lake, FULL)).hasSize(7);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void aLostFileIsSaid(Way way) throws Exception {
        Replacement replacement = way.open(lake, "run", CommitStep.Listener.NONE);
        List<PendingFile> files = write(replacement, lake, 5, List.of(FULL));
        LakeFiles.delete(path(lake).getFileSystem(), replacement.target(FULL));
        assertThatThrownBy(() -> replacement.commit(List.of(FULL), files))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("5 rows of " + FULL)
                .hasMessageContaining("run the job again");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "",
                "a/../b",
                "/etc",
                "a//b",
                ".staging",
                "date=2025/../../x",
                "a\\b",
                "date=20 25",
                "%2e%2e",
                "~"
            })
    void aFileNameNeverLeadsOutOfTheLake(String hostile) {
        org.apache.flink.core.fs.Path root = path(lake);
        assertThatThrownBy(() -> LakeSink.builder(root).uid(hostile))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LakeSink.builder(root).epoch(hostile))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aManifestNeverLeadsOutOfItsPartition() throws Exception {
        Path folder = Files.createDirectories(lake.resolve(FULL.location()));
        Files.writeString(
                folder.resolve("_SUCCESS"),
                "{\"version\": 1, \"commit\": \"x\","
                        + " \"files\": [{\"name\": \"../../../secret\", \"rows\": 1}]}");
        assertThatThrownBy(() -> read(lake, FULL)).hasMessageContaining("../../../secret");
    }

    /** Makes them look as if their runs were dead. */
    private void ageStagingAreas() throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        try (Stream<Path> all = Files.walk(lake.resolve(".staging"))) {
            for (Path path : all.toList()) {
                Files.setLastModifiedTime(path, old);
            }
        }
    }

    /** Writes {@code rows} rows to each partition and commits them. */
    private static void replace(
            Way way,
            Path lake,
            String run,
            int rows,
            List<PartitionKey> partitions,
            List<PartitionKey> withRows,
            CommitStep.Listener listener)
            throws Exception {
        Replacement replacement = way.open(lake, run, listener);
        replacement.commit(partitions, write(replacement, lake, rows, withRows));
    }

    private static List<PendingFile> write(
            Replacement replacement, Path lake, int rows, List<PartitionKey> partitions)
            throws Exception {
        try (LakeRowWriter writer =
                new LakeRowWriter(
                        new LakeWriter.Config(
                                new PartNames("test", "0"),
                                ParquetOptions.defaults(),
                                LakeSink.DEFAULT_TARGET_FILE_BYTES,
                                2,
                                Set.copyOf(partitions)),
                        path(lake),
                        replacement::target,
                        replacement.targetIsHidden(),
                        0,
                        UnregisteredMetricsGroup.createSinkWriterMetricGroup())) {
            for (PartitionKey partition : partitions) {
                for (int i = 0; i < rows; i++) {
                    writer.write(Rows.bar(partition.date(), i), null);
                }
            }
            writer.flush(true);
            return writer.prepareCommit().iterator().next().files();
        }
    }

    private static List<SpecificRecordBase> read(Path lake, PartitionKey partition)
            throws Exception {
        List<SpecificRecordBase> rows = new ArrayList<>();
        try (var all = new LakeReader(path(lake)).read(partition)) {
            all.forEachRemaining(rows::add);
        }
        return rows;
    }

    /** What a reader finds that just lists the partition's data files. */
    private static List<String> listed(Path lake, PartitionKey partition) throws IOException {
        return children(lake.resolve(partition.location())).stream()
                .filter(Layout::isData)
                .toList();
    }

    private static List<String> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.map(child -> child.getFileName().toString()).toList();
        } catch (java.nio.file.NoSuchFileException e) {
            return List.of();
        }
    }
}
