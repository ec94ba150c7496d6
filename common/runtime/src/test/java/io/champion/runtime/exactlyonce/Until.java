package io.champion.runtime.exactlyonce;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions. */
final class Until {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Until() {}

    /**
     * Waits until a condition holds.
     *
     * @param what the condition, as a clause
     * @throws AssertionError if it does not hold for a long time
     */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Not within " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
