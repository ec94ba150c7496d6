package io.champion.local.faults;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions. */
public final class Until {
    /** How long conditions are waited for that say nothing else. */
    public static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

    /** Pauses are so many times as long as the answer took. */
    private static final int PAUSE_PER_ANSWER = 4;

    private Until() {}

    /**
     * Waits until a condition holds.
     *
     * @param what the condition, as a clause
     * @throws AssertionError if it does not hold for five minutes
     */
    public static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, PATIENCE, condition);
    }

    /**
     * Waits until a condition holds.
     *
     * @param what the condition, as a clause
     * @throws AssertionError if it does not hold within that time
     */
    public static void until(String what, Duration patience, Callable<Boolean> condition)
            throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        for (long asked = System.nanoTime(); !condition.call(); asked = System.nanoTime()) {
            long now = System.nanoTime();
            if (now > deadline) {
                throw new AssertionError("Not within " + patience.toSeconds() + " s: " + what);
            }
            // So that those who are waited for have the processors.
            LockSupport.parkNanos(Math.max(SHORTEST_PAUSE, PAUSE_PER_ANSWER * (now - asked)));
        }
    }
}
