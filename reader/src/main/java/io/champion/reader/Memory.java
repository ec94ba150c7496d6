package io.champion.reader;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * What has been read lately, bounded in bytes. What is asked for by several threads at once is read
 * by one of them, and the others wait. Thread-safe.
 */
final class Memory {
    /** Of a key, a future and Caffeine's own entry, about. */
    private static final int ENTRY_BYTES = 400;

    private final AsyncCache<Object, Kept> cache;
    private final long limit;

    /** What can be kept. */
    interface Kept {
        /** What it takes in memory, about. */
        long bytes();
    }

    /** Reads what is not in memory. */
    interface Loader<V extends Kept> {
        V load() throws IOException;
    }

    Memory(long limit) {
        this.limit = limit;
        this.cache =
                Caffeine.newBuilder()
                        .maximumWeight(limit)
                        .weigher(
                                (Object key, Kept value) ->
                                        (int)
                                                Math.min(
                                                        Integer.MAX_VALUE,
                                                        ENTRY_BYTES + value.bytes()))
                        .recordStats()
                        // So that the bound holds when a read returns.
                        .executor(Runnable::run)
                        .buildAsync();
    }

    /** What is in memory under a key, or null. */
    Kept peek(Object key) {
        CompletableFuture<Kept> there = cache.getIfPresent(key);
        return there == null || !there.isDone() || there.isCompletedExceptionally()
                ? null
                : there.join();
    }

    /** What is in memory under a key, or else what is read now. */
    <V extends Kept> V get(Object key, Class<V> kind, Loader<V> loader) throws IOException {
        Claim claim = claim(key);
        if (claim.isMine()) {
            try {
                claim.give(loader.load());
            } finally {
                claim.giveUp();
            }
        }
        return kind.cast(claim.await());
    }

    /** Keeps something, unless it is there already. */
    void offer(Object key, Kept value) {
        Claim claim = claim(key);
        if (claim.isMine()) {
            claim.give(value);
        }
    }

    /** Asks for what is under a key: either it comes from somebody else, or the caller reads it. */
    Claim claim(Object key) {
        CompletableFuture<Kept> mine = new CompletableFuture<>();
        for (; ; ) {
            CompletableFuture<Kept> theirs = cache.asMap().putIfAbsent(key, mine);
            if (theirs == null) {
                return new Claim(mine, true);
            }
            if (!theirs.isCompletedExceptionally()) {
                return new Claim(theirs, false);
            }
            // Given up, and still there for the instant until the cache notices.
            cache.asMap().remove(key, theirs);
        }
    }

    /**
     * The right or the wait for what is under a key. To wait before one's own claims have been
     * given would be a deadlock.
     *
     * @param isMine whether the caller has to give it
     */
    record Claim(CompletableFuture<Kept> future, boolean isMine) {
        void give(Kept value) {
            future.complete(value);
        }

        /** Says that it cannot be had, unless it has been given. */
        void giveUp() {
            future.cancel(false);
        }

        Kept await() throws AbandonedException {
            try {
                return future.join();
            } catch (CancellationException e) {
                throw new AbandonedException(e);
            }
        }
    }

    /** Another reader that was waited for has failed; to be tried again. */
    static final class AbandonedException extends IOException {
        private static final long serialVersionUID = 1L;

        AbandonedException(CancellationException cause) {
            super("Whoever read the same data did not succeed.", cause);
        }
    }

    long bytes() {
        return cache.synchronous().policy().eviction().orElseThrow().weightedSize().orElse(0);
    }

    long limit() {
        return limit;
    }

    long evictions() {
        return cache.synchronous().stats().evictionCount();
    }

    /** Forgets everything. */
    void clear() {
        cache.synchronous().invalidateAll();
    }
}
