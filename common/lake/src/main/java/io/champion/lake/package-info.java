/**
 * Datasets on disk: Flink type information of contract records, the Parquet format, the
 * exactly-once lake sink, and reading partitions back.
 */
package io.champion.lake;
