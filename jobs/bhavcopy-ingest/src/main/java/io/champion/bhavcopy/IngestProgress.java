package io.champion.bhavcopy;

/**
 * How far a run is. Tasks report with their heartbeats ({@code heartbeat.interval}), so it lags.
 *
 * @param filesDone files read and accounted for
 * @param files files of the plan
 * @param rowsRead rows of the files done
 * @param publishing whether all files are done and the stores are taking over what was written
 */
public record IngestProgress(long filesDone, long files, long rowsRead, boolean publishing) {}
