package io.champion.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageSorterTest {

    @TempDir private Path directory;

    @Test
    void whatDoesNotFitIntoMemoryIsSortedInFiles() throws IOException {
        Random random = new Random(1);
        List<ReplayedMessage> ticks = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            byte[] value = new byte[random.nextInt(300)];
            random.nextBytes(value);
            ticks.add(
                    new ReplayedMessage(
                            random.nextInt(100), random.nextInt(3), new byte[] {(byte) i}, value));
        }
        List<ReplayedMessage> sorted = new ArrayList<>();
        try (MessageSorter sorter = new MessageSorter(directory.resolve("runs"), 64)) {
            for (ReplayedMessage tick : ticks) {
                sorter.add(tick);
            }
            assertThat(files()).hasSize(15);
            ReplayedMessage next;
            while ((next = sorter.next()) != null) {
                sorted.add(next);
            }
        }
        ticks.sort(
                Comparator.comparingLong(ReplayedMessage::eventTime)
                        .thenComparingLong(ReplayedMessage::sequence));
        assertThat(sorted).usingRecursiveComparison().isEqualTo(ticks);
        assertThat(files()).isEmpty();
    }

    @Test
    void whatIsLeftOffIsCleanedUp() throws IOException {
        try (MessageSorter sorter = new MessageSorter(directory.resolve("runs"), 2)) {
            for (int i = 0; i < 9; i++) {
                sorter.add(new ReplayedMessage(i, i, new byte[0], new byte[0]));
            }
            assertThat(sorter.next().eventTime()).isZero();
        }
        assertThat(files()).isEmpty();
    }

    @Test
    void nothingIsMadeForNothing() throws IOException {
        try (MessageSorter sorter = new MessageSorter(directory.resolve("runs"), 2)) {
            assertThat(sorter.next()).isNull();
        }
        assertThat(directory.resolve("runs")).doesNotExist();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("runs"))) {
            return files.toList();
        }
    }
}
