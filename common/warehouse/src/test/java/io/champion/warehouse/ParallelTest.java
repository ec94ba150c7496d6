package io.champion.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ParallelTest {
    private final ExecutorService pool = Parallel.pool(2, "test");

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void doesAsMuchAtATimeAsThereAreThreadsAndKeepsTheOrder() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        Callable<Integer> meets =
                () -> {
                    both.countDown();
                    both.await();
                    return 1;
                };

        assertThat(Parallel.all(pool, List.of(meets, meets, () -> 2, () -> 3)))
                .containsExactly(1, 1, 2, 3);
    }

    @Test
    void afterAFailureNothingIsBegunAndItIsThrownWhenNothingRuns() {
        CountDownLatch runs = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger begun = new AtomicInteger();
        List<Callable<Integer>> work = new ArrayList<>();
        work.add(
                () -> {
                    runs.countDown();
                    failed.await();
                    // The other thread comes to this when it is through with all of the work.
                    pool.submit(() -> 0).get();
                    return ended.incrementAndGet();
                });
        work.add(
                () -> {
                    runs.await();
                    failed.countDown();
                    throw new IOException("the second one");
                });
        for (int i = 0; i < 10; i++) {
            work.add(begun::incrementAndGet);
        }

        assertThatThrownBy(() -> Parallel.all(pool, work))
                .isInstanceOf(IOException.class)
                .hasMessage("the second one");
        assertThat(ended).hasValue(1);
        assertThat(begun).hasValue(0);
    }

    /** A thread may take up one before it and find only then that another has failed. */
    @Test
    void theFailureIsThrownWhereverItStands() {
        LinkedBlockingDeque<Runnable> queue =
                new LinkedBlockingDeque<>() {
                    @Override
                    public boolean offer(Runnable task) {
                        return offerFirst(task);
                    }
                };
        ExecutorService lastFirst = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, queue);
        try {
            lastFirst.submit(
                    () -> {
                        while (queue.size() < 3) {
                            Thread.onSpinWait();
                        }
                    });
            List<Callable<Integer>> work =
                    List.of(
                            () -> 1,
                            () -> 2,
                            () -> {
                                throw new IOException("the last one");
                            });
            assertThatThrownBy(() -> Parallel.all(lastFirst, work))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the last one");
        } finally {
            lastFirst.shutdownNow();
        }
    }
}
