/**
 * Data quality, shared by all jobs: {@link io.champion.quality.Rule rules} and their {@link
 * io.champion.quality.Violation violations}, {@link io.champion.quality.Rejects rejects} for the
 * quarantine, and the {@link io.champion.quality.Accounting accounting} that proves that a bounded
 * run lost and invented nothing.
 */
package io.champion.quality;
