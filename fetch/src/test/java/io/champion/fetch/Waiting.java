package io.champion.fetch;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions. */
final class Waiting {
    private Waiting() {}

    static void until(Callable<Boolean> condition, Duration limit) throws Exception {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("The condition did not come true in " + limit + ".");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
