package io.champion.fetch;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import dev.failsafe.function.CheckedSupplier;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often a request is tried, and how long is waited in between: twice as long each time, with
 * jitter, or as long as the server asks for.
 *
 * @param attempts at least 1
 * @param first wait after the first attempt
 * @param longest wait between two attempts; a server that asks for more is not waited for
 */
public record Retries(int attempts, Duration first, Duration longest) {

    /** A minute in all, before a server is given up. */
    public static final Retries DEFAULT =
            new Retries(7, Duration.ofSeconds(1), Duration.ofSeconds(60));

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
    private static final double JITTER = 0.25;

    /** For the first request, whose failure hardly ever is for a moment only: three attempts. */
    Retries few() {
        return new Retries(Math.min(3, attempts), first, longest);
    }

    /**
     * Runs something until it succeeds, fails for good, or has been tried often enough.
     *
     * @param what names it in the log
     */
    <T> T run(String what, CheckedSupplier<T> action) throws IOException {
        RetryPolicy<T> policy =
                RetryPolicy.<T>builder()
                        .handleIf(this::isWorthwhile)
                        .withMaxAttempts(attempts)
                        .withBackoff(first, longest)
                        .withJitter(JITTER)
                        .withDelayFnOn(
                                context -> asked((FileFailure) context.getLastException()),
                                FileFailure.class)
                        .onRetry(
                                event ->
                                        LOG.warn(
                                                "{}: attempt {} failed: {}",
                                                what,
                                                event.getAttemptCount(),
                                                event.getLastException().getMessage()))
                        .build();
        try {
            return Failsafe.with(policy).get(action);
        } catch (FailsafeException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("The fetch was interrupted.");
            }
            throw e;
        }
    }

    /**
     * What the server asks for, and so much more that it is waited for with any jitter; less than
     * nothing where it does not ask, which stands for the usual.
     */
    private static Duration asked(FileFailure failure) {
        return failure.waiting() == null
                ? Duration.ofNanos(-1)
                : Duration.ofMillis((long) Math.ceil(failure.waiting().toMillis() / (1 - JITTER)));
    }

    private boolean isWorthwhile(Throwable failure) {
        return failure instanceof FileFailure file
                && file.isTransient()
                && (file.waiting() == null || file.waiting().compareTo(longest) <= 0);
    }
}
