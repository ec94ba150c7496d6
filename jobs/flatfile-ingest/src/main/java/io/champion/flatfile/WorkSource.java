package io.champion.flatfile;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.InstantiationUtil;

/**
 * Hands out the pieces of a run, the largest first, to whichever task is free: so tasks end at
 * about the same time, and one that is slow keeps no other from its work. What does them is chained
 * behind it, and gets them serialized: there are few.
 */
final class WorkSource implements Source<byte[], WorkSource.Split, Collection<WorkSource.Split>> {

    private static final long serialVersionUID = 1L;

    /** A piece, as Flink knows it. */
    record Split(Work work) implements SourceSplit, Serializable {
        @Override
        public String splitId() {
            return work.id();
        }
    }

    private final ArrayList<Work> pieces;

    WorkSource(Collection<? extends Work> pieces) {
        this.pieces = new ArrayList<>(pieces);
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.BOUNDED;
    }

    @Override
    public SplitEnumerator<Split, Collection<Split>> createEnumerator(
            SplitEnumeratorContext<Split> context) {
        return new Enumerator(context, pieces.stream().map(Split::new).toList());
    }

    @Override
    public SplitEnumerator<Split, Collection<Split>> restoreEnumerator(
            SplitEnumeratorContext<Split> context, Collection<Split> left) {
        return new Enumerator(context, left);
    }

    @Override
    public SourceReader<byte[], Split> createReader(SourceReaderContext context) {
        return new Reader(context);
    }

    @Override
    public SimpleVersionedSerializer<Split> getSplitSerializer() {
        return new JavaSerializer<>();
    }

    @Override
    public SimpleVersionedSerializer<Collection<Split>> getEnumeratorCheckpointSerializer() {
        return new JavaSerializer<>();
    }

    private static final class Enumerator implements SplitEnumerator<Split, Collection<Split>> {

        private static final Comparator<Split> LARGEST_FIRST =
                Comparator.comparing((Split split) -> split.work().weight())
                        .reversed()
                        .thenComparing(Split::splitId);

        private final SplitEnumeratorContext<Split> context;
        private final List<Split> left;

        Enumerator(SplitEnumeratorContext<Split> context, Collection<Split> splits) {
            this.context = context;
            this.left = new ArrayList<>(splits);
            this.left.sort(LARGEST_FIRST);
        }

        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, String host) {
            if (left.isEmpty()) {
                context.signalNoMoreSplits(subtask);
            } else {
                context.assignSplit(left.remove(0), subtask);
            }
        }

        @Override
        public void addSplitsBack(List<Split> splits, int subtask) {
            left.addAll(splits);
            left.sort(LARGEST_FIRST);
        }

        @Override
        public void addReader(int subtask) {}

        @Override
        public Collection<Split> snapshotState(long checkpoint) {
            return new ArrayList<>(left);
        }

        @Override
        public void close() {}
    }

    private static final class Reader implements SourceReader<byte[], Split> {

        private final SourceReaderContext context;
        private final Queue<Split> waiting = new ArrayDeque<>();
        private CompletableFuture<Void> available = new CompletableFuture<>();
        private boolean ended;

        Reader(SourceReaderContext context) {
            this.context = context;
        }

        @Override
        public void start() {
            context.sendSplitRequest();
        }

        @Override
        public InputStatus pollNext(ReaderOutput<byte[]> output) throws IOException {
            Split split = waiting.poll();
            if (split != null) {
                // Returns when the piece is done: only then is there time for the next one.
                output.collect(InstantiationUtil.serializeObject(split.work()));
                context.sendSplitRequest();
            }
            if (!waiting.isEmpty()) {
                return InputStatus.MORE_AVAILABLE;
            }
            if (ended) {
                return InputStatus.END_OF_INPUT;
            }
            if (available.isDone()) {
                available = new CompletableFuture<>();
            }
            return InputStatus.NOTHING_AVAILABLE;
        }

        @Override
        public List<Split> snapshotState(long checkpoint) {
            return List.copyOf(waiting);
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public void addSplits(List<Split> splits) {
            waiting.addAll(splits);
            available.complete(null);
        }

        @Override
        public void notifyNoMoreSplits() {
            ended = true;
            available.complete(null);
        }

        @Override
        public void close() {}
    }

    /** Splits live for one run only. */
    private static final class JavaSerializer<T> implements SimpleVersionedSerializer<T> {

        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(T value) throws IOException {
            return InstantiationUtil.serializeObject(value);
        }

        @Override
        public T deserialize(int version, byte[] bytes) throws IOException {
            try {
                return InstantiationUtil.deserializeObject(
                        bytes, WorkSource.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IOException("A class of a piece of work is missing.", e);
            }
        }
    }
}
