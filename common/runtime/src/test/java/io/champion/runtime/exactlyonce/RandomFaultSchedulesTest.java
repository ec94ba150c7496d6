package io.champion.runtime.exactlyonce;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random faults of all kinds befall real processes, and every row is written once all the same.
 * {@value #SEEDS} names the seeds to play in place of the usual ones, with commas between them.
 */
class RandomFaultSchedulesTest extends OnStage {
    static final String SEEDS = "champion.proof.seeds";

    /** How long the soak lasts, in minutes. */
    private static final String MINUTES = "champion.proof.minutes";

    private static final int USUAL_SEEDS = 3;
    private static final int FAULTS = 2;
    private static final int FAULTS_OF_SOAK = 6;

    static LongStream seeds() {
        String named = System.getProperty(SEEDS, "");
        return named.isBlank()
                ? LongStream.rangeClosed(1, USUAL_SEEDS)
                : Arrays.stream(named.split(",")).mapToLong(seed -> Long.parseLong(seed.strip()));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void eachRowIsWrittenOnce(long seed) {
        FaultSchedule.of(seed, FAULTS).play(stage);
    }

    @Test
    @Tag("soak")
    void forHours() {
        long minutes = Long.getLong(MINUTES, 60);
        long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        Random random = new Random();
        while (System.nanoTime() < end) {
            long seed = random.nextLong(1, Long.MAX_VALUE);
            FaultSchedule schedule = FaultSchedule.of(seed, FAULTS_OF_SOAK);
            System.out.println("Seed " + seed + ": " + schedule);
            schedule.play(stage);
        }
    }
}
