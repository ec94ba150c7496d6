package io.champion.cli.replay;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Sorts ticks by event time and sequence number; equal ones stay in the order in which they came.
 * What does not fit into memory waits in sorted files, which are merged.
 */
final class TickSorter implements Closeable {

    private static final Comparator<Tick> BY_TIME =
            Comparator.comparingLong(Tick::eventTime).thenComparingLong(Tick::sequence);

    private final Path directory;
    private final int inMemory;
    private final List<Path> runs = new ArrayList<>();
    private List<Tick> ticks = new ArrayList<>();
    private PriorityQueue<Run> merge;

    /** A sorted part, and its next tick. */
    private static final class Run implements Closeable {
        private final int number;
        private final DataInputStream in;
        private final List<Tick> ticks;
        private int position;
        private Tick head;

        Run(int number, DataInputStream in, List<Tick> ticks) throws IOException {
            this.number = number;
            this.in = in;
            this.ticks = ticks;
            advance();
        }

        void advance() throws IOException {
            if (in == null) {
                head = position < ticks.size() ? ticks.get(position++) : null;
                return;
            }
            long time;
            try {
                time = in.readLong();
            } catch (EOFException e) {
                head = null;
                return;
            }
            head = new Tick(time, in.readLong(), readBytes(), readBytes());
        }

        private byte[] readBytes() throws IOException {
            byte[] bytes = new byte[in.readInt()];
            in.readFully(bytes);
            return bytes;
        }

        @Override
        public void close() throws IOException {
            if (in != null) {
                in.close();
            }
        }
    }

    /**
     * @param directory for files; made when it is needed
     * @param inMemory ticks to hold in memory at most
     */
    TickSorter(Path directory, int inMemory) {
        this.directory = directory;
        this.inMemory = inMemory;
    }

    void add(Tick tick) throws IOException {
        if (ticks.size() == inMemory) {
            spill();
        }
        ticks.add(tick);
    }

    private void spill() throws IOException {
        ticks.sort(BY_TIME);
        Files.createDirectories(directory);
        Path run = Files.createTempFile(directory, "ticks-", ".run");
        runs.add(run);
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(run), 1 << 16))) {
            for (Tick tick : ticks) {
                out.writeLong(tick.eventTime());
                out.writeLong(tick.sequence());
                out.writeInt(tick.key().length);
                out.write(tick.key());
                out.writeInt(tick.value().length);
                out.write(tick.value());
            }
        }
        ticks = new ArrayList<>();
    }

    /** The next tick in order, or null after the last; none can be added any more. */
    Tick next() throws IOException {
        if (merge == null) {
            merge = open();
        }
        Run least = merge.poll();
        if (least == null) {
            return null;
        }
        Tick tick = least.head;
        least.advance();
        if (least.head == null) {
            least.close();
        } else {
            merge.add(least);
        }
        return tick;
    }

    private PriorityQueue<Run> open() throws IOException {
        PriorityQueue<Run> open =
                new PriorityQueue<>(
                        Comparator.<Run, Tick>comparing(run -> run.head, BY_TIME)
                                .thenComparingInt(run -> run.number));
        ticks.sort(BY_TIME);
        for (Path file : runs) {
            DataInputStream in =
                    new DataInputStream(
                            new BufferedInputStream(Files.newInputStream(file), 1 << 16));
            open.add(new Run(open.size(), in, null));
        }
        Run last = new Run(open.size(), null, ticks);
        if (last.head != null) {
            open.add(last);
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        if (merge != null) {
            for (Run run : merge) {
                run.close();
            }
        }
        for (Path run : runs) {
            Files.deleteIfExists(run);
        }
    }
}
