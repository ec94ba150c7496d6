package io.champion.runtime.exactlyonce;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;

/**
 * Holds the source back until the test has done with it what it wanted: each subtask's rows come at
 * a steady rate at first, and as fast as they can from when a file exists.
 *
 * @param rowsPerSecond rate of a subtask, before
 * @param release path of the file
 */
record Pace(int rowsPerSecond, String release) implements RateLimiterStrategy<NumberSequenceSplit> {
    private static final long serialVersionUID = 1L;

    private static final int SLICES_PER_SECOND = 50;

    @Override
    public RateLimiter<NumberSequenceSplit> createRateLimiter(int parallelism) {
        return new Slices(rowsPerSecond / SLICES_PER_SECOND, Path.of(release));
    }

    /** Lets a slice of rows through, then waits. */
    private static final class Slices implements RateLimiter<NumberSequenceSplit> {
        private final int slice;
        private final Path release;
        private int left;
        private boolean released;

        Slices(int slice, Path release) {
            this.slice = slice;
            this.release = release;
        }

        @Override
        public CompletionStage<Void> acquire(int rows) {
            left -= rows;
            if (left > 0 || released) {
                return CompletableFuture.completedFuture(null);
            }
            left = slice;
            released = Files.exists(release);
            return CompletableFuture.runAsync(
                    () -> {},
                    CompletableFuture.delayedExecutor(
                            1_000 / SLICES_PER_SECOND, TimeUnit.MILLISECONDS));
        }
    }
}
