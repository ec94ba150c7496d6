package io.champion.reader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Work on all processors. */
final class Parallel {
    private Parallel() {}

    /** Work on one item. */
    interface Task<T> {
        void run(T item) throws IOException;
    }

    /** Does the same with all items, several at a time, and throws the first failure. */
    static <T> void each(List<T> items, Task<T> task) throws IOException {
        if (items.size() == 1) {
            task.run(items.get(0));
            return;
        }
        try {
            items.parallelStream()
                    .forEach(
                            item -> {
                                try {
                                    task.run(item);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
