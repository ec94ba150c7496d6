package io.champion.warehouse.migration;

import java.util.List;

/**
 * How a database stands to the migrations of this release.
 *
 * @param migrations every migration, by number; also those that only the database knows
 * @param retentionChanges tables that keep rows for another time than is wanted now; {@link
 *     Migrations#apply} changes them
 * @param problems what keeps them from being applied, each a sentence that says what to do; empty
 *     if nothing does
 */
public record MigrationStatus(
        List<MigrationState> migrations, List<String> retentionChanges, List<String> problems) {

    /** Whether everything was applied and fits. */
    public boolean isUpToDate() {
        return problems.isEmpty()
                && retentionChanges.isEmpty()
                && migrations.stream()
                        .allMatch(
                                migration ->
                                        migration.progress() == MigrationState.Progress.APPLIED);
    }
}
