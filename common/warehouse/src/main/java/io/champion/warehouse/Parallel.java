package io.champion.warehouse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

/** Work that a committer does on several threads, and waits for on its own. */
final class Parallel {
    private Parallel() {}

    static ExecutorService pool(int threads, String name) {
        return Executors.newFixedThreadPool(
                threads,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * Does all of it, in this order as threads become free. After a failure nothing more is begun,
     * and it is thrown when nothing runs any more.
     */
    static <T> List<T> all(ExecutorService pool, List<Callable<T>> work)
            throws IOException, InterruptedException {
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<Callable<T>> guarded = new ArrayList<>(work.size());
        for (Callable<T> one : work) {
            guarded.add(
                    () -> {
                        Exception earlier = failure.get();
                        if (earlier != null) {
                            // Whichever of them is looked at first, it is the failure that counts.
                            throw earlier;
                        }
                        try {
                            return one.call();
                        } catch (Exception e) {
                            failure.compareAndSet(null, e);
                            throw e;
                        }
                    });
        }
        return await(pool.invokeAll(guarded));
    }

    /** Waits for all results; at the first failure the others are cancelled. */
    static <T> List<T> await(List<Future<T>> running) throws IOException, InterruptedException {
        List<T> results = new ArrayList<>(running.size());
        try {
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        } catch (ExecutionException e) {
            Throwable failure = e.getCause();
            if (failure instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (failure instanceof Error error) {
                throw error;
            }
            throw failure instanceof IOException io ? io : new IOException(failure);
        } finally {
            running.forEach(one -> one.cancel(true));
        }
    }
}
