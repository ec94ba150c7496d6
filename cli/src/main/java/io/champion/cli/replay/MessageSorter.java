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
 * Sorts messages by event time and sequence; equal ones stay in the order in which they came. What
 * does not fit into memory waits in sorted files, which are merged.
 */
final class MessageSorter implements Closeable {

    private static final Comparator<ReplayedMessage> BY_TIME =
            Comparator.comparingLong(ReplayedMessage::eventTime)
                    .thenComparingLong(ReplayedMessage::sequence);

    private final Path directory;
    private final int inMemory;
    private final List<Path> runs = new ArrayList<>();
    private List<ReplayedMessage> messages = new ArrayList<>();
    private PriorityQueue<Run> merge;

    /** A sorted part, and its next message. */
    private static final class Run implements Closeable {
        private final int number;
        private final DataInputStream in;
        private final List<ReplayedMessage> messages;
        private int position;
        private ReplayedMessage head;

        Run(int number, DataInputStream in, List<ReplayedMessage> messages) throws IOException {
            this.number = number;
            this.in = in;
            this.messages = messages;
            advance();
        }

        void advance() throws IOException {
            if (in == null) {
                head = position < messages.size() ? messages.get(position++) : null;
                return;
            }
            long time;
            try {
                time = in.readLong();
            } catch (EOFException e) {
                head = null;
                return;
            }
            head = new ReplayedMessage(time, in.readLong(), readBytes(), readBytes());
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
     * @param inMemory messages to hold in memory at most
     */
    MessageSorter(Path directory, int inMemory) {
        this.directory = directory;
        this.inMemory = inMemory;
    }

    void add(ReplayedMessage message) throws IOException {
        if (messages.size() == inMemory) {
            spill();
        }
        messages.add(message);
    }

    private void spill() throws IOException {
        messages.sort(BY_TIME);
        Files.createDirectories(directory);
        Path run = Files.createTempFile(directory, "messages-", ".run");
        runs.add(run);
        try (DataOutputStream out =
                new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(run), 1 << 16))) {
            for (ReplayedMessage message : messages) {
                out.writeLong(message.eventTime());
                out.writeLong(message.sequence());
                out.writeInt(message.key().length);
                out.write(message.key());
                out.writeInt(message.value().length);
                out.write(message.value());
            }
        }
        messages = new ArrayList<>();
    }

    /** The next message in order, or null after the last; none can be added any more. */
    ReplayedMessage next() throws IOException {
        if (merge == null) {
            merge = open();
        }
        Run least = merge.poll();
        if (least == null) {
            return null;
        }
        ReplayedMessage message = least.head;
        least.advance();
        if (least.head == null) {
            least.close();
        } else {
            merge.add(least);
        }
        return message;
    }

    private PriorityQueue<Run> open() throws IOException {
        PriorityQueue<Run> open =
                new PriorityQueue<>(
                        Comparator.<Run, ReplayedMessage>comparing(run -> run.head, BY_TIME)
                                .thenComparingInt(run -> run.number));
        messages.sort(BY_TIME);
        for (Path file : runs) {
            DataInputStream in =
                    new DataInputStream(
                            new BufferedInputStream(Files.newInputStream(file), 1 << 16));
            open.add(new Run(open.size(), in, null));
        }
        Run last = new Run(open.size(), null, messages);
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
