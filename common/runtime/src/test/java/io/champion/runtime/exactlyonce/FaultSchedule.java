package io.champion.runtime.exactlyonce;

/** Faults that befall one run. A seed always gives the same schedule. */
abstract class FaultSchedule {
    /** One in so many schedules is for a bounded run. */
    private static final int BOUNDED = 3;

    private final long seed;

    FaultSchedule(long seed) {
        this.seed = seed;
    }

    /**
     * The schedule of a seed.
     *
     * @param faults how many faults an unbounded run meets; a bounded one does not last for many
     */
    static FaultSchedule of(long seed, int faults) {
        return seed % BOUNDED == 0
                ? new ReplacingSchedule(seed)
                : new AppendingSchedule(seed, faults);
    }

    /**
     * Plays the schedule on a run of its own, and holds what it wrote against what it should have.
     *
     * @throws AssertionError if anything goes wrong otherwise than planned; it says how to play the
     *     schedule again
     */
    final void play(Stage stage) {
        try {
            befall(stage, stage.prepare("seed_" + Long.toUnsignedString(seed)));
        } catch (Exception | AssertionError e) {
            AssertionError failure =
                    new AssertionError(
                            "With the seed "
                                    + seed
                                    + ": "
                                    + e.getMessage()
                                    + "\nThe schedule: "
                                    + this
                                    + "\nTo play it again, run the test with -D"
                                    + RandomFaultSchedulesTest.SEEDS
                                    + "="
                                    + seed,
                            e);
            stage.processes().abandon(failure);
            throw failure;
        }
    }

    /** Lets everything happen, and asserts what a run should have made of it. */
    abstract void befall(Stage stage, Run run) throws Exception;
}
