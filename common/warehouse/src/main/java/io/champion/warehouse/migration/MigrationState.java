package io.champion.warehouse.migration;

import java.time.Instant;

/**
 * How far a migration is.
 *
 * @param version its number
 * @param name the table or view it makes
 * @param progress whether it was applied
 * @param done how many of its statements were run
 * @param statements how many it has
 * @param at when it came to that, or null if it was never started
 */
public record MigrationState(
        int version, String name, Progress progress, int done, int statements, Instant at) {

    /** Whether a migration was applied. */
    public enum Progress {
        PENDING,
        /** Some of its statements were run; {@link Migrations#apply} goes on with the others. */
        STARTED,
        APPLIED
    }
}
