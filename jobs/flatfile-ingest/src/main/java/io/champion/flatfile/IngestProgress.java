package io.champion.flatfile;

/**
 * How far a run is. Tasks report with their heartbeats ({@code heartbeat.interval}), so it lags.
 *
 * @param piecesDone files, or parts of large ones, that have been read
 * @param pieces of the run
 * @param rowsWritten rows handed to the sinks
 * @param publishing whether all have been read and the stores are taking over what was written
 */
public record IngestProgress(long piecesDone, long pieces, long rowsWritten, boolean publishing) {}
