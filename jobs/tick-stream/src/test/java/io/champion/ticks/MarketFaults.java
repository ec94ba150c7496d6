package io.champion.ticks;

import io.champion.local.EmbeddedKafka;
import io.champion.local.FaultProxy;
import io.champion.local.faults.FaultStage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A schedule of faults without an end: rounds in which each kind comes once, in a random order and
 * at random requests. A seed always gives the same schedule.
 */
final class MarketFaults {
    private static final int LATEST_REQUEST = 20;

    /** Something that goes wrong. */
    enum Kind {
        TASK_MANAGER_KILLED,
        JOB_MANAGER_KILLED,
        BROKER_KILLED,
        CLICKHOUSE_KILLED,
        RESPONSES_LOST,
        INSERTS_CUT_OFF,
        RESCALED_UP,
        RESCALED_DOWN
    }

    /**
     * What goes wrong next.
     *
     * @param request the request to ClickHouse at which it does
     * @param count how many requests it befalls, or which task manager
     */
    record Fault(Kind kind, int request, int count) {

        /** Lets it go wrong, and waits until it has; not for rescaling, which is the job's. */
        void befall(FaultStage stage, EmbeddedKafka kafka) throws Exception {
            switch (kind) {
                case TASK_MANAGER_KILLED -> stage.killTaskManager(count % 2, request);
                case JOB_MANAGER_KILLED -> stage.killJobManager(request);
                case BROKER_KILLED -> {
                    stage.atRequest(request, () -> kill(kafka));
                    kafka.restart();
                }
                case CLICKHOUSE_KILLED -> stage.killClickHouse(request, 2 + count);
                case RESPONSES_LOST -> stage.breakInserts(count, FaultProxy.Fault.dropResponse());
                case INSERTS_CUT_OFF -> stage.breakInserts(count, FaultProxy.Fault.resetMidway());
                case RESCALED_UP, RESCALED_DOWN ->
                        throw new IllegalArgumentException("The job is rescaled by who runs it.");
            }
        }

        private static void kill(EmbeddedKafka kafka) {
            try {
                kafka.kill();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return kind + " at request " + request + " (" + count + ")";
        }
    }

    private final Random random;
    private final List<Kind> round = new ArrayList<>();

    MarketFaults(long seed) {
        // Spread, because generators of neighbouring seeds begin alike.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
    }

    /** Whether each kind came as often as the others. */
    boolean isRoundOver() {
        return round.isEmpty();
    }

    Fault next() {
        if (round.isEmpty()) {
            round.addAll(List.of(Kind.values()));
            Collections.shuffle(round, random);
            // Up before down, as the job starts at the lower parallelism.
            int up = round.indexOf(Kind.RESCALED_UP);
            int down = round.indexOf(Kind.RESCALED_DOWN);
            if (up > down) {
                Collections.swap(round, up, down);
            }
        }
        return new Fault(
                round.remove(0), 1 + random.nextInt(LATEST_REQUEST), 1 + random.nextInt(3));
    }
}
