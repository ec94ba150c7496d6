package io.champion.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.champion.lake.LakeCommit.PendingFile;
import io.champion.model.Dataset;
import io.champion.model.PartitionKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.flink.core.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Generations of several partitions: readers beside a switch, crashes at every step of it. */
class LakeGenerationTest {
    private static final LocalDate DAY = LocalDate.of(2025, 6, 18);
    private static final Dataset BARS = Dataset.of("normalized.equity_ohlc");
    private static final PartitionKey FIRST = BARS.partitionOf(DAY);
    private static final PartitionKey SECOND = BARS.partitionOf(DAY.plusDays(1));
    private static final PartitionKey EMPTIED = BARS.partitionOf(DAY.plusDays(2));
    private static final PartitionKey ADDED = BARS.partitionOf(DAY.plusDays(3));
    private static final PartitionKey KEPT = BARS.partitionOf(DAY.plusDays(4));
    private static final List<PartitionKey> RANGE = List.of(FIRST, SECOND, EMPTIED, ADDED);

    /** Rows of the first two or three partitions: 30 before, 60 after. */
    private static final int OLD_ROWS = 10;

    private static final int NEW_ROWS = 20;

    @TempDir Path lake;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashAtAnyStepIsFinishedByTheNextAttempt(boolean onObjectStore) throws Exception {
        int crashes = 0;
        for (CommitStep step : CommitStep.values()) {
            for (int occurrence = 1; occurrence <= 2; occurrence++) {
                Path root = Files.createDirectory(lake.resolve(step + "-" + occurrence));
                prepare(root, "g1");
                int[] left = {occurrence};
                LakeGeneration dying =
                        new LakeGeneration(
                                path(root),
                                "g1",
                                onObjectStore,
                                reached -> {
                                    if (reached == step && --left[0] == 0) {
                                        throw new IOException("crash after " + reached);
                                    }
                                });
                boolean crashed = false;
                try {
                    dying.publish(RANGE);
                } catch (IOException e) {
                    assertThat(e).hasMessage("crash after " + step);
                    crashed = true;
                    // The pointer was written before: readers of the range see the new rows alone.
                    assertNew(root);
                    assertThatThrownBy(() -> open(root, "g1", onObjectStore).clear())
                            .hasMessageContaining("is being published");
                    assertThatThrownBy(() -> open(root, "g2", onObjectStore).publish(RANGE))
                            .hasMessageContaining("g1 was not published to its end");
                }
                for (int i = 0; i < 2; i++) {
                    open(root, "g1", onObjectStore).publish(RANGE);
                    assertNew(root);
                }
                open(root, "g1", onObjectStore).clear();
                assertNew(root);
                assertThat(listed(root, EMPTIED)).isEmpty();
                assertThat(listed(root, FIRST)).hasSize(1);
                assertThat(children(root.resolve(".generations"))).containsOnly("current", "g1");
                assertThat(children(root.resolve(".generations/g1"))).containsOnly("published");
                if (!crashed) {
                    break; // The step is not reached that often.
                }
                crashes++;
            }
        }
        assertThat(crashes).isEqualTo(onObjectStore ? 9 : 6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasPublishedStaysWhenItIsPublishedAgainAfterAnother(boolean onObjectStore)
            throws Exception {
        prepare(lake, "g1");
        open(lake, "g1", onObjectStore).publish(RANGE);
        open(lake, "g1", onObjectStore).clear();
        write(Path.of(open(lake, "g2", false).root().getPath()), KEPT, "g2", 200, NEW_ROWS);
        open(lake, "g2", onObjectStore).publish(List.of(KEPT));
        open(lake, "g1", onObjectStore).publish(RANGE);
        assertThat(content(lake)).isEqualTo("100..119 100..119 - 100..119 200..219");
        assertThat(new LakeReader(path(lake)).exists(EMPTIED)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readersOfTheRangeSeeAllOfItAsItWasOrAllAsItIs(boolean onObjectStore) throws Exception {
        prepare(lake, "g1");
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong looks = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Set<String>>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(
                        threads.submit(
                                () -> {
                                    Set<String> seen = new TreeSet<>();
                                    while (!done.get()) {
                                        seen.add(content(lake));
                                        looks.incrementAndGet();
                                    }
                                    return seen;
                                }));
            }
            for (int generation = 1; generation <= 4; generation++) {
                String id = "g" + generation;
                if (generation > 1) {
                    // Back and forth, so that there is much to be seen.
                    stage(lake, id, generation % 2 == 1);
                }
                open(lake, id, onObjectStore).publish(RANGE);
                long before = looks.get();
                // Each reader has looked at it, and some while it was published.
                while (looks.get() < before + 4 && readers.stream().noneMatch(Future::isDone)) {
                    Thread.onSpinWait();
                }
                open(lake, id, onObjectStore).clear();
            }
            done.set(true);
            for (Future<Set<String>> reader : readers) {
                assertThat(reader.get()).containsExactlyInAnyOrder(OLD, NEW);
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void nothingIsSeenOfOneThatIsNotPublished() throws Exception {
        prepare(lake, "g1");
        assertThat(content(lake)).isEqualTo(OLD);
        LakeGeneration generation = open(lake, "g1", false);
        assertThat(new LakeReader(generation.root()).rows(FIRST)).isEqualTo(NEW_ROWS);
        assertThat(generation.readRecord()).isEmpty();
        generation.writeRecord("one".getBytes(StandardCharsets.UTF_8));
        generation.writeRecord("two".getBytes(StandardCharsets.UTF_8));
        generation.clear();
        assertThat(content(lake)).isEqualTo(OLD);
        assertThat(generation.readRecord()).hasValue("two".getBytes(StandardCharsets.UTF_8));
        assertThat(LakeGeneration.ids(path(lake))).containsExactly("g1");
    }

    @Test
    void anInventoryShowsWhatReadersDoNotSee() throws Exception {
        LakeReader reader = new LakeReader(path(lake));
        assertThat(reader.inventory(FIRST)).isEqualTo(new LakeReader.Inventory("", List.of()));
        write(lake, FIRST, "before", 0, OLD_ROWS);
        LakeReader.Inventory complete = reader.inventory(FIRST);
        assertThat(complete.unread()).isEmpty();
        Path folder = lake.resolve(FIRST.location());
        Files.writeString(folder.resolve("part-7.parquet"), "finished");
        Files.writeString(folder.resolve(".part-8.parquet.inprogress.1"), "unfinished");
        LakeReader.Inventory open = reader.inventory(FIRST);
        assertThat(open.unread()).containsExactly(".part-8.parquet.inprogress.1", "part-7.parquet");
        assertThat(open.fingerprint()).isNotEqualTo(complete.fingerprint());
    }

    @Test
    void aSnapshotHasTheDaysOfARangeAndChangesItsVersionsWithThem() throws Exception {
        prepare(lake, "g1");
        LakeReader reader = new LakeReader(path(lake));
        LakeSnapshot before = reader.snapshot(BARS, DAY.plusDays(1), DAY.plusDays(4));
        assertThat(before.partitions())
                .extracting(LakeSnapshot.Partition::key)
                .containsExactly(SECOND, EMPTIED);
        assertThat(reader.snapshot(BARS, DAY.plusDays(1), DAY.plusDays(4))).isEqualTo(before);
        open(lake, "g1", false).publish(RANGE);
        LakeSnapshot after = reader.snapshot(BARS, DAY, DAY.plusDays(30));
        assertThat(after.partitions())
                .extracting(LakeSnapshot.Partition::key)
                .containsExactly(FIRST, SECOND, ADDED, KEPT);
        assertThat(after.partitions().get(1).version())
                .isNotEqualTo(before.partitions().get(0).version());
        assertThat(after.partitions().get(1).files().get(0).rows()).isEqualTo(NEW_ROWS);
        assertThatThrownBy(() -> before.partitions().get(0).files().get(0).open())
                .isInstanceOf(java.io.FileNotFoundException.class);
        assertThat(reader.snapshot(BARS, DAY.minusYears(1), DAY).partitions()).isEmpty();
    }

    private static final String OLD = "0..9 0..9 0..9 - 0..9";
    private static final String NEW = "100..119 100..119 - 100..119 0..9";

    /** All rows, read at once, by partition. */
    private static String content(Path lake) throws Exception {
        List<PartitionKey> all = List.of(FIRST, SECOND, EMPTIED, ADDED, KEPT);
        List<TreeSet<Integer>> found = new ArrayList<>();
        all.forEach(partition -> found.add(new TreeSet<>()));
        try (var rows = new LakeReader(path(lake)).read(all)) {
            while (rows.hasNext()) {
                SpecificRecordBase row = rows.next();
                String symbol = row.get("symbol").toString();
                found.get(all.indexOf(BARS.partitionOf(row)))
                        .add(Integer.parseInt(symbol.substring(3)));
            }
        }
        List<String> text = new ArrayList<>();
        found.forEach(rows -> text.add(rows.isEmpty() ? "-" : rows.first() + ".." + rows.last()));
        return String.join(" ", text);
    }

    private static void assertNew(Path root) throws Exception {
        assertThat(content(root)).isEqualTo(NEW);
        LakeReader reader = new LakeReader(path(root));
        assertThat(reader.exists(EMPTIED)).isFalse();
        assertThat(reader.rows(ADDED)).isEqualTo(NEW_ROWS);
        assertThat(reader.partitions(BARS)).containsExactly(FIRST, SECOND, ADDED, KEPT);
    }

    private static void prepare(Path root, String id) throws IOException {
        for (PartitionKey partition : List.of(FIRST, SECOND, EMPTIED, KEPT)) {
            write(root, partition, "before", 0, OLD_ROWS);
        }
        stage(root, id, true);
    }

    private static void stage(Path root, String id, boolean changed) throws IOException {
        Path staged = Path.of(open(root, id, false).root().getPath());
        for (PartitionKey partition :
                changed ? List.of(FIRST, SECOND, ADDED) : List.of(FIRST, SECOND, EMPTIED)) {
            write(staged, partition, id, changed ? 100 : 0, changed ? NEW_ROWS : OLD_ROWS);
        }
    }

    private static void write(Path root, PartitionKey partition, String run, int first, int rows)
            throws IOException {
        FolderSwap writer = new FolderSwap(path(root), run, CommitStep.Listener.NONE);
        org.apache.flink.core.fs.Path folder = writer.target(partition);
        String name = "part-" + run + ".parquet";
        FileSystem fs = folder.getFileSystem();
        try (var out =
                        fs.create(
                                new org.apache.flink.core.fs.Path(folder, name),
                                FileSystem.WriteMode.NO_OVERWRITE);
                PageMaker pages = new PageMaker(ParquetOptions.defaults())) {
            ContractFileWriter file =
                    ParquetFiles.writer(out, BARS.schema(), ParquetOptions.defaults(), pages);
            for (int i = 0; i < rows; i++) {
                file.write(Rows.bar(partition.date(), first + i));
            }
            file.close();
        }
        writer.commit(
                List.of(partition),
                List.of(new PendingFile(partition, name, rows, 0, 0, new byte[0])));
    }

    private static LakeGeneration open(Path root, String id, boolean onObjectStore)
            throws IOException {
        return new LakeGeneration(path(root), id, onObjectStore, CommitStep.Listener.NONE);
    }

    private static List<String> listed(Path root, PartitionKey partition) throws IOException {
        return children(root.resolve(partition.location())).stream()
                .filter(Layout::isData)
                .toList();
    }

    private static List<String> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static org.apache.flink.core.fs.Path path(Path path) {
        return new org.apache.flink.core.fs.Path(path.toUri());
    }
}
