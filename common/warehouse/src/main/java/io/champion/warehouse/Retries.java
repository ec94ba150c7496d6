package io.champion.warehouse;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import dev.failsafe.function.CheckedSupplier;
import io.champion.warehouse.WarehouseException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries statements again for as long as they fail for transient reasons. There is no last attempt:
 * an outage may take any time, the caller waits for its end, and the waiting is what keeps more
 * rows from coming. Only an interrupt ends it.
 */
final class Retries {
    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    private static final Duration FIRST_DELAY = Duration.ofMillis(100);

    /** Long enough to leave a struggling server alone, short enough to notice its recovery. */
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(20);

    private static final double JITTER = 0.25;

    private final Consumer<WarehouseException> onRetry;

    /**
     * @param onRetry told of every failure that leads to another attempt
     */
    Retries(Consumer<WarehouseException> onRetry) {
        this.onRetry = onRetry;
    }

    /**
     * Calls until it succeeds.
     *
     * @param what what is tried, for the log, as in "inserting block x"
     * @throws WarehouseException poison or fatal, as thrown by the call
     * @throws InterruptedException if the thread was interrupted while it waited
     */
    <T> T call(String what, CheckedSupplier<T> call) throws IOException, InterruptedException {
        RetryPolicy<T> policy =
                RetryPolicy.<T>builder()
                        .handleIf(
                                failure ->
                                        failure instanceof WarehouseException w
                                                && w.kind() == Kind.TRANSIENT)
                        .withBackoff(FIRST_DELAY, LONGEST_DELAY)
                        .withJitter(JITTER)
                        .withMaxAttempts(-1)
                        .onRetryScheduled(
                                event -> {
                                    WarehouseException failure =
                                            (WarehouseException) event.getLastException();
                                    onRetry.accept(failure);
                                    int attempt = event.getAttemptCount();
                                    // At attempts 1, 2, 4, 8 and so on: a long outage fills no log.
                                    if (Integer.bitCount(attempt) == 1) {
                                        LOG.warn(
                                                "Still {} after {} attempts in {}: {}",
                                                what,
                                                attempt,
                                                event.getElapsedTime(),
                                                failure.getMessage());
                                    }
                                })
                        .build();
        try {
            return Failsafe.with(policy).get(call);
        } catch (FailsafeException e) {
            if (e.getCause() instanceof InterruptedException) {
                InterruptedException interrupted = new InterruptedException("While " + what + ".");
                interrupted.initCause(e);
                throw interrupted;
            }
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        }
    }
}
