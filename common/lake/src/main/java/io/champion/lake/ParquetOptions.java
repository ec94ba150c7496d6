package io.champion.lake;

import io.champion.model.ColumnType;
import io.champion.model.Dataset;
import io.champion.model.TypeMapping;
import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * How Parquet files are written. Immutable; each {@code with} method answers a changed copy.
 *
 * @param codec compression of pages
 * @param rowGroupBytes encoded bytes that an open file collects in memory before a row group is
 *     written
 * @param pageBytes encoded bytes of a page, the unit that readers decompress
 * @param dictionaries whether columns of few distinct values are dictionary-encoded
 * @param statistics whether minimum, maximum and null count are written per page and row group
 * @param bloomFilterColumns names of the columns that get a bloom filter, in every dataset that has
 *     them
 */
public record ParquetOptions(
        Codec codec,
        long rowGroupBytes,
        int pageBytes,
        boolean dictionaries,
        boolean statistics,
        Set<String> bloomFilterColumns)
        implements Serializable {

    /** Snappy decodes fastest, and the lake is read far more often than it is written. */
    public static final Codec DEFAULT_CODEC = Codec.SNAPPY;

    /**
     * Half of parquet-java's default: each open file holds up to one row group in memory, and a
     * writer may have several files open.
     */
    public static final long DEFAULT_ROW_GROUP_BYTES = 64L << 20;

    /** What readers are tuned for: small enough to skip by page index, large enough to compress. */
    public static final int DEFAULT_PAGE_BYTES = 1 << 20;

    private static final long MIN_ROW_GROUP_BYTES = 64L << 10;
    private static final int MIN_PAGE_BYTES = 1 << 10;

    /** Compression of a file's pages. */
    public enum Codec {
        /** No compression. */
        NONE(CompressionCodecName.UNCOMPRESSED),
        /** Fast, files two to three times smaller. */
        SNAPPY(CompressionCodecName.SNAPPY),
        /** Smaller files than Snappy's for more CPU time; for cold data. */
        ZSTD(CompressionCodecName.ZSTD);

        private final CompressionCodecName parquet;

        Codec(CompressionCodecName parquet) {
            this.parquet = parquet;
        }

        CompressionCodecName parquet() {
            return parquet;
        }
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a size is too small to work, or a bloom filter's column
     *     is in no contract
     */
    public ParquetOptions {
        if (rowGroupBytes < MIN_ROW_GROUP_BYTES) {
            throw new IllegalArgumentException(
                    "A row group of "
                            + rowGroupBytes
                            + " bytes is too small; give at least "
                            + MIN_ROW_GROUP_BYTES
                            + ".");
        }
        if (pageBytes < MIN_PAGE_BYTES || pageBytes > rowGroupBytes) {
            throw new IllegalArgumentException(
                    "A page of "
                            + pageBytes
                            + " bytes does not fit; give between "
                            + MIN_PAGE_BYTES
                            + " and the row group's "
                            + rowGroupBytes
                            + ".");
        }
        bloomFilterColumns = Set.copyOf(bloomFilterColumns);
        Set<String> unknown = new TreeSet<>(bloomFilterColumns);
        for (Dataset dataset : Dataset.all()) {
            TypeMapping.columns(dataset.schema()).stream()
                    .filter(column -> column.type().kind() != ColumnType.Kind.BOOLEAN)
                    .forEach(column -> unknown.remove(column.name()));
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "No contract has a column "
                            + unknown
                            + " that can have a bloom filter; check the spelling.");
        }
    }

    /** What suits most datasets. */
    public static ParquetOptions defaults() {
        return new ParquetOptions(
                DEFAULT_CODEC, DEFAULT_ROW_GROUP_BYTES, DEFAULT_PAGE_BYTES, true, true, Set.of());
    }

    public ParquetOptions withCodec(Codec codec) {
        return new ParquetOptions(
                codec, rowGroupBytes, pageBytes, dictionaries, statistics, bloomFilterColumns);
    }

    public ParquetOptions withRowGroupBytes(long rowGroupBytes) {
        return new ParquetOptions(
                codec, rowGroupBytes, pageBytes, dictionaries, statistics, bloomFilterColumns);
    }

    public ParquetOptions withPageBytes(int pageBytes) {
        return new ParquetOptions(
                codec, rowGroupBytes, pageBytes, dictionaries, statistics, bloomFilterColumns);
    }

    public ParquetOptions withDictionaries(boolean dictionaries) {
        return new ParquetOptions(
                codec, rowGroupBytes, pageBytes, dictionaries, statistics, bloomFilterColumns);
    }

    public ParquetOptions withStatistics(boolean statistics) {
        return new ParquetOptions(
                codec, rowGroupBytes, pageBytes, dictionaries, statistics, bloomFilterColumns);
    }

    public ParquetOptions withBloomFilterColumns(Set<String> columns) {
        return new ParquetOptions(
                codec, rowGroupBytes, pageBytes, dictionaries, statistics, columns);
    }
}
