package io.champion.flatfile;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads text in chunks of whole lines. A thread of its own reads, and inflates what is compressed,
 * ahead of whoever takes the chunks; it never has more than {@value #AHEAD} of them.
 */
final class LineChunks implements AutoCloseable {

    /** Fits into the second cache of a core beside the columns that are made of it. */
    private static final int SIZE = 1 << 18;

    private static final int AHEAD = 4;

    /**
     * Lines. Their bytes are used again once the next chunk was asked for.
     *
     * @param from where the first line begins
     * @param text ends with a line break at {@code to - 1}, and {@link FastLines#SLACK} more bytes
     * @param offset of {@code text[0]} in the uncompressed file
     * @param cut whether this is the beginning of a single line that is longer than a chunk; the
     *     rest of it is left out
     */
    record Chunk(byte[] text, int from, int to, long offset, boolean cut) {}

    private record Result(Chunk chunk, Throwable failure) {}

    /** Opens what is read; called in the reading thread. */
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Opener opener;
    private final long start;
    private final BlockingQueue<Result> full = new ArrayBlockingQueue<>(AHEAD);
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(AHEAD + 2);
    private final Thread thread;
    private Chunk current;
    private boolean ended;

    /**
     * Begins to read.
     *
     * @param name of the file, for the thread's name
     * @param start offset of the first byte in the uncompressed file
     */
    LineChunks(String name, long start, Opener opener) {
        this.opener = opener;
        this.start = start;
        for (int i = 0; i < AHEAD; i++) {
            free.add(new byte[SIZE + FastLines.SLACK + 1]);
        }
        thread = new Thread(this::read, "read " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The next lines, or null after the last.
     *
     * @throws IOException if the file cannot be read on
     */
    Chunk next() throws IOException, InterruptedException {
        if (ended) {
            return null;
        }
        if (current != null) {
            free.put(current.text());
            current = null;
        }
        Result result = full.take();
        if (result.failure() != null) {
            ended = true;
            throw result.failure() instanceof IOException e
                    ? e
                    : new IOException(result.failure().toString(), result.failure());
        }
        current = result.chunk();
        ended = current == null;
        return current;
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        // The thread may wait for room.
        full.clear();
        thread.join();
    }

    private void read() {
        try {
            try (InputStream in = opener.open()) {
                read(in);
            }
            full.put(new Result(null, null));
        } catch (InterruptedException e) {
            // Closed: nobody wants the rest.
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            try {
                full.put(new Result(null, e));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void read(InputStream in) throws IOException, InterruptedException {
        byte[] rest = new byte[SIZE];
        int length = 0;
        long offset = start;
        boolean skipping = false;
        boolean last = false;
        while (!last) {
            byte[] text = free.take();
            System.arraycopy(rest, 0, text, 0, length);
            int end = length;
            while (end < SIZE && !last) {
                int count = in.read(text, end, SIZE - end);
                last = count < 0;
                end += Math.max(0, count);
            }
            int from = 0;
            if (skipping) {
                from = lineEnd(text, end);
                skipping = from == 0;
                from = skipping ? end : from;
            }
            int to = end;
            if (last && end > from && text[end - 1] != '\n') {
                text[end] = '\n';
                to = end + 1;
            } else if (!last && !skipping) {
                to = Math.max(from, lastLineEnd(text, end));
                if (to == 0 && end == SIZE) {
                    full.put(new Result(new Chunk(text, 0, end, offset, true), null));
                    offset += end;
                    length = 0;
                    skipping = true;
                    continue;
                }
            }
            length = Math.max(0, end - to);
            System.arraycopy(text, to, rest, 0, length);
            if (to > from) {
                full.put(new Result(new Chunk(text, from, to, offset, false), null));
            } else {
                free.put(text);
            }
            offset += to;
        }
    }

    /** Behind the first line break, or 0. */
    private static int lineEnd(byte[] text, int end) {
        for (int i = 0; i < end; i++) {
            if (text[i] == '\n') {
                return i + 1;
            }
        }
        return 0;
    }

    /** Behind the last line break, or 0. */
    private static int lastLineEnd(byte[] text, int end) {
        for (int i = end; i > 0; i--) {
            if (text[i - 1] == '\n') {
                return i;
            }
        }
        return 0;
    }
}
