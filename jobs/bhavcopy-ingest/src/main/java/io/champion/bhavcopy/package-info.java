/**
 * The job that ingests the exchanges' daily files: equities, derivatives, indices and the list of
 * securities of NSE and BSE, in all formats since 1994.
 *
 * <p>{@link io.champion.bhavcopy.IngestPlan} finds and recognizes the files and groups them into
 * {@linkplain io.champion.bhavcopy.Session sessions}. A session is decoded, checked, merged and
 * accounted for as a whole, in memory, and its partitions are replaced as a whole: running the same
 * files again, or in other groups or another order, ends in the same rows.
 */
package io.champion.bhavcopy;
