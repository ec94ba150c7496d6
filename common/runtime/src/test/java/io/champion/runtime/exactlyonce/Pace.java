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
 * Keeps a source of known length from ending before the test has done with it what it wanted: until
 * a file exists, the rate falls with what is left, so that rows always come and never all have.
 *
 * @param release path of the file
 */
record Pace(String release) implements RateLimiterStrategy<NumberSequenceSplit> {
    private static final long serialVersionUID = 1L;

    /** At each rate, all that is left would come in this time. */
    private static final double SECONDS_LEFT = 20;

    private static final double SLICES_PER_SECOND = 50;
    private static final double LONGEST_PAUSE_SECONDS = 0.5;

    @Override
    public RateLimiter<NumberSequenceSplit> createRateLimiter(int parallelism) {
        return new Slices(Path.of(release));
    }

    /** Lets a slice of rows through, then waits. */
    private static final class Slices implements RateLimiter<NumberSequenceSplit> {
        private final Path release;
        private long left;
        private int slice;
        private boolean released;

        Slices(Path release) {
            this.release = release;
        }

        @Override
        public void notifyAddingSplit(NumberSequenceSplit split) {
            left += split.to() - split.from() + 1;
        }

        @Override
        public CompletionStage<Void> acquire(int rows) {
            left -= rows;
            slice -= rows;
            if (slice > 0 || released) {
                return CompletableFuture.completedFuture(null);
            }
            released = Files.exists(release);
            double perSecond = Math.max(1, left / SECONDS_LEFT);
            slice = (int) Math.ceil(perSecond / SLICES_PER_SECOND);
            double pause = Math.min(slice / perSecond, LONGEST_PAUSE_SECONDS);
            return CompletableFuture.runAsync(
                    () -> {},
                    CompletableFuture.delayedExecutor(
                            (long) (pause * 1_000_000), TimeUnit.MICROSECONDS));
        }
    }
}
