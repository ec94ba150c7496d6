package io.champion.reader;

/**
 * What a {@link MarketData} has done since it was opened. A day of a column is the unit that is
 * decoded, and kept in memory: all values that one column has for one symbol and day.
 *
 * @param reads calls that were answered
 * @param rows rows in the answers
 * @param fromMemory days of columns that were in memory
 * @param fromCache days of columns that were decoded from the cache tier
 * @param fromLake days of columns that were decoded from the lake
 * @param bytesRead bytes read from files, footers and indexes included
 * @param pagesDecoded Parquet pages decompressed
 * @param slowColumns column chunks that only parquet-java could decode, value by value: files that
 *     others wrote
 * @param memoryBytes what is in memory now, about
 * @param memoryLimit what may be there at most
 * @param evictions what was in memory and had to make room
 */
public record ReadStats(
        long reads,
        long rows,
        long fromMemory,
        long fromCache,
        long fromLake,
        long bytesRead,
        long pagesDecoded,
        long slowColumns,
        long memoryBytes,
        long memoryLimit,
        long evictions) {

    /** Share of the days of columns that were in memory; 0 where none was asked for. */
    public double hitRate() {
        long all = fromMemory + fromCache + fromLake;
        return all == 0 ? 0 : (double) fromMemory / all;
    }
}
