package io.champion.reader;

import com.github.luben.zstd.Zstd;
import io.champion.lake.ParquetCodecs;
import io.champion.model.ColumnType;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.LongStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.internal.column.columnindex.ColumnIndex;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.internal.hadoop.metadata.IndexReference;
import org.apache.parquet.io.SeekableInputStream;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.xerial.snappy.Snappy;

/**
 * An open Parquet file of a contract, of which pages are read as they are needed.
 *
 * <p>Pages of the form that the lake is written in (version 1, plain or with a dictionary, Snappy,
 * Zstandard or none, an offset index) are decoded here, a page at a time in plain loops; whatever
 * else a file holds is decoded by parquet-java, value by value and chunk by chunk. Thread-safe.
 */
final class ParquetFile implements Closeable {
    /** Consecutive pages are read together up to so many bytes. */
    private static final int MAX_READ_BYTES = 4 << 20;

    /** About, with its statistics and the objects around them. */
    private static final long CHUNK_METADATA_BYTES = 700;

    private static final Set<Encoding> ENCODINGS =
            Set.of(
                    Encoding.PLAIN,
                    Encoding.RLE,
                    Encoding.PLAIN_DICTIONARY,
                    Encoding.RLE_DICTIONARY,
                    Encoding.DELTA_BINARY_PACKED);
    private static final Set<CompressionCodecName> CODECS =
            Set.of(
                    CompressionCodecName.UNCOMPRESSED,
                    CompressionCodecName.SNAPPY,
                    CompressionCodecName.ZSTD);

    private final Source source;
    private final Footer footer;
    private final Counters counters;

    private ParquetFile(Source source, Footer footer, Counters counters) {
        this.source = source;
        this.footer = footer;
        this.counters = counters;
    }

    /** What a file says of itself. Immutable. */
    static final class Footer implements Memory.Kept {
        private final ParquetMetadata metadata;
        private final List<Map<String, ColumnChunkMetaData>> chunks = new ArrayList<>();

        private Footer(ParquetMetadata metadata) {
            this.metadata = metadata;
            for (BlockMetaData block : metadata.getBlocks()) {
                Map<String, ColumnChunkMetaData> byName = new java.util.HashMap<>();
                for (ColumnChunkMetaData chunk : block.getColumns()) {
                    byName.put(chunk.getPath().toArray()[0], chunk);
                }
                chunks.add(byName);
            }
        }

        @Override
        public long bytes() {
            return chunks.stream().mapToLong(Map::size).sum() * CHUNK_METADATA_BYTES;
        }

        int groups() {
            return chunks.size();
        }

        int rows(int group) {
            return Math.toIntExact(metadata.getBlocks().get(group).getRowCount());
        }

        /** Rows of all row groups. */
        long rows() {
            return metadata.getBlocks().stream().mapToLong(BlockMetaData::getRowCount).sum();
        }

        boolean has(String column) {
            return metadata.getFileMetaData().getSchema().containsField(column);
        }

        /** What its writer noted under a key, or null. */
        String note(String key) {
            return metadata.getFileMetaData().getKeyValueMetaData().get(key);
        }

        /**
         * Whether a text lies between the least and the greatest of a row group, as far as known.
         */
        boolean mayHave(int group, String column, byte[] text) {
            ColumnChunkMetaData chunk = chunks.get(group).get(column);
            Statistics<?> statistics = chunk == null ? null : chunk.getStatistics();
            return statistics == null
                    || !statistics.hasNonNullValue()
                    || (Arrays.compareUnsigned(statistics.getMinBytes(), text) <= 0
                            && Arrays.compareUnsigned(text, statistics.getMaxBytes()) <= 0);
        }

        /** Whether a row group can have a time from the first up to but not the second. */
        boolean mayHave(int group, String column, long from, long to) {
            ColumnChunkMetaData chunk = chunks.get(group).get(column);
            return chunk == null
                    || !(chunk.getStatistics() instanceof LongStatistics statistics)
                    || !statistics.hasNonNullValue()
                    || (statistics.getMin() < to && statistics.getMax() >= from);
        }
    }

    /**
     * Opens a file.
     *
     * @param in is closed with the file, or if this fails
     * @param known its footer, or null where it is not known yet
     */
    static ParquetFile open(
            String path, FSDataInputStream in, long length, Footer known, Counters counters)
            throws IOException {
        Source source = new Source(path, in, length, counters);
        boolean opened = false;
        try {
            Footer footer = known;
            if (footer == null) {
                try (SeekableInputStream stream = source.asInputFile().newStream()) {
                    footer =
                            new Footer(
                                    ParquetFileReader.readFooter(
                                            source.asInputFile(),
                                            ParquetCodecs.readOptions(),
                                            stream));
                } catch (RuntimeException e) {
                    throw new IOException(path + " is no Parquet file: " + e.getMessage(), e);
                }
            }
            opened = true;
            return new ParquetFile(source, footer, counters);
        } finally {
            if (!opened) {
                source.close();
            }
        }
    }

    Footer footer() {
        return footer;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /**
     * Adds rows of a row group to columns.
     *
     * @param type of the column in the contract
     * @param into the column that takes each range; may be the same one for all
     */
    void read(
            int group, String column, ColumnType type, Ranges rows, IntFunction<VectorBuilder> into)
            throws IOException {
        if (rows.isEmpty()) {
            return;
        }
        try {
            checkUnit(column, type);
            Chunk chunk = chunk(group, column);
            if (chunk != null && into.apply(0).takes(chunk.physical())) {
                chunk.read(rows, into);
            } else {
                counters.slowColumns.increment();
                Vector all = SlowColumn.read(source, footer.metadata, group, column, type);
                for (int i = 0; i < rows.count(); i++) {
                    into.apply(i).add(all, rows.start(i), rows.end(i));
                }
            }
        } catch (IOException | RuntimeException e) {
            throw damaged(group, column, e);
        }
    }

    /** A time in another unit would be read as a wrong time. */
    private void checkUnit(String column, ColumnType type) {
        Type file = footer.metadata.getFileMetaData().getSchema().getType(column);
        TimeUnit expected =
                switch (type.kind()) {
                    case TIMESTAMP_MILLIS -> TimeUnit.MILLIS;
                    case TIMESTAMP_MICROS -> TimeUnit.MICROS;
                    case TIMESTAMP_NANOS -> TimeUnit.NANOS;
                    default -> null;
                };
        if (expected != null
                && file.getLogicalTypeAnnotation()
                        instanceof LogicalTypeAnnotation.TimestampLogicalTypeAnnotation time
                && time.getUnit() != expected) {
            throw new IllegalArgumentException(
                    "it holds times in " + time.getUnit() + ", the contract in " + expected + ".");
        }
    }

    private IOException damaged(int group, String column, Exception e) {
        return new IOException(
                "Column '"
                        + column
                        + "' in row group "
                        + group
                        + " of "
                        + source.path()
                        + " cannot be decoded: "
                        + e.getMessage(),
                e);
    }

    /** The rows of a row group that have a text in a column. */
    Ranges rowsWith(int group, String column, byte[] text) throws IOException {
        if (!footer.mayHave(group, column, text)) {
            return Ranges.NONE;
        }
        try {
            Chunk chunk = chunk(group, column);
            if (chunk != null && chunk.physical() == PrimitiveTypeName.BINARY) {
                return chunk.rowsWith(text);
            }
            counters.slowColumns.increment();
            Vector.Texts all =
                    (Vector.Texts)
                            SlowColumn.read(
                                    source, footer.metadata, group, column, ParquetFile.TEXT);
            Ranges.Builder ranges = new Ranges.Builder();
            for (int row = 0; row < all.rows(); row++) {
                if (all.equals(row, text)) {
                    ranges.add(row, row + 1);
                }
            }
            return ranges.build();
        } catch (IOException | RuntimeException e) {
            throw damaged(group, column, e);
        }
    }

    private static final ColumnType TEXT =
            new ColumnType(ColumnType.Kind.STRING, false, 0, 0, 0, List.of());

    /** The chunk of a column, or null where only parquet-java can decode it. */
    private Chunk chunk(int group, String column) throws IOException {
        ColumnChunkMetaData metadata = footer.chunks.get(group).get(column);
        if (metadata.isEncrypted()
                || metadata.getOffsetIndexReference() == null
                || !CODECS.contains(metadata.getCodec())
                || !ENCODINGS.containsAll(metadata.getEncodings())
                || metadata.getEncodings().contains(Encoding.DELTA_BINARY_PACKED)
                        && metadata.getType() != PrimitiveTypeName.INT64
                || metadata.getEncodingStats() == null
                || metadata.getEncodingStats().usesV2Pages()) {
            return null;
        }
        ColumnDescriptor descriptor =
                footer.metadata
                        .getFileMetaData()
                        .getSchema()
                        .getColumnDescription(metadata.getPath().toArray());
        if (!DataPage.canDecode(descriptor)) {
            return null;
        }
        IndexReference reference = metadata.getOffsetIndexReference();
        OffsetIndex pages =
                ParquetMetadataConverter.fromParquetOffsetIndex(
                        Util.readOffsetIndex(bytes(reference)));
        return new Chunk(metadata, descriptor, pages, footer.rows(group));
    }

    private ByteArrayInputStream bytes(IndexReference reference) throws IOException {
        byte[] bytes = new byte[reference.getLength()];
        source.read(reference.getOffset(), bytes, 0, bytes.length);
        return new ByteArrayInputStream(bytes);
    }

    /** A stream that tells where it is. */
    private static final class Bytes extends ByteArrayInputStream {
        Bytes(byte[] bytes, int from, int to) {
            super(bytes, from, to - from);
        }

        int position() {
            return pos;
        }
    }

    /** A column of a row group. Not thread-safe. */
    private final class Chunk {
        private final ColumnChunkMetaData metadata;
        private final OffsetIndex pages;
        private final int rows;
        private final DataPage page;
        private Dictionary dictionary;
        private byte[] compressed = new byte[0];
        private long compressedFrom;
        private long compressedTo;
        private byte[] plain = new byte[0];

        Chunk(
                ColumnChunkMetaData metadata,
                ColumnDescriptor descriptor,
                OffsetIndex pages,
                int rows) {
            this.metadata = metadata;
            this.pages = pages;
            this.rows = rows;
            this.page = new DataPage(descriptor);
        }

        PrimitiveTypeName physical() {
            return page.physical();
        }

        private int first(int index) {
            return Math.toIntExact(pages.getFirstRowIndex(index));
        }

        private int end(int index) {
            return index + 1 == pages.getPageCount() ? rows : first(index + 1);
        }

        private int size(int index) {
            return pages.getCompressedPageSize(index);
        }

        void read(Ranges wanted, IntFunction<VectorBuilder> into) throws IOException {
            int range = 0;
            int count = pages.getPageCount();
            for (int index = 0; index < count && range < wanted.count(); index++) {
                if (end(index) <= wanted.start(range)) {
                    continue;
                }
                if (pages.getOffset(index) + size(index) > compressedTo
                        || pages.getOffset(index) < compressedFrom) {
                    fetch(index, lastTogether(index, wanted, range));
                }
                load(index);
                while (range < wanted.count() && wanted.start(range) < end(index)) {
                    page.emit(
                            Math.max(wanted.start(range), first(index)) - first(index),
                            Math.min(wanted.end(range), end(index)) - first(index),
                            into.apply(range));
                    if (wanted.end(range) > end(index)) {
                        break;
                    }
                    range++;
                }
            }
        }

        /** The page before which to stop reading: the first not needed, or too far away. */
        private int lastTogether(int index, Ranges wanted, int range) {
            int last = index + 1;
            int at = range;
            long from = pages.getOffset(index);
            while (last < pages.getPageCount()
                    && pages.getOffset(last) + size(last) - from <= MAX_READ_BYTES) {
                while (at < wanted.count() && wanted.end(at) <= first(last)) {
                    at++;
                }
                if (at == wanted.count() || wanted.start(at) >= end(last)) {
                    break;
                }
                last++;
            }
            return last;
        }

        private void fetch(int index, int end) throws IOException {
            long from = pages.getOffset(index);
            int length = Math.toIntExact(pages.getOffset(end - 1) + size(end - 1) - from);
            if (compressed.length < length) {
                compressed = new byte[length];
            }
            source.read(from, compressed, 0, length);
            compressedFrom = from;
            compressedTo = from + length;
        }

        private void load(int index) throws IOException {
            int at = Math.toIntExact(pages.getOffset(index) - compressedFrom);
            Bytes in = new Bytes(compressed, at, at + size(index));
            PageHeader header = Util.readPageHeader(in);
            if (header.getType() != PageType.DATA_PAGE) {
                throw new IllegalArgumentException(
                        "A page of type " + header.getType() + " among pages of version 1.");
            }
            int length = header.getUncompressed_page_size();
            checkLength(compressed, in.position(), header.getCompressed_page_size(), length);
            if (plain.length < length + DataPage.PADDING) {
                plain = new byte[length + length / 4 + DataPage.PADDING];
            }
            decompress(compressed, in.position(), header.getCompressed_page_size(), plain, length);
            boolean byIds =
                    switch (header.getData_page_header().getEncoding()) {
                        case PLAIN_DICTIONARY, RLE_DICTIONARY -> true;
                        case PLAIN, DELTA_BINARY_PACKED -> false;
                        default ->
                                throw new IllegalArgumentException(
                                        "Values in encoding "
                                                + header.getData_page_header().getEncoding()
                                                + ".");
                    };
            counters.pagesDecoded.increment();
            int entries = header.getData_page_header().getNum_values();
            if (entries > metadata.getValueCount()) {
                throw new IllegalArgumentException("A page has more values than all pages.");
            }
            page.load(
                    plain,
                    length,
                    end(index) - first(index),
                    entries,
                    byIds ? dictionary() : null,
                    header.getData_page_header().getEncoding()
                            == org.apache.parquet.format.Encoding.DELTA_BINARY_PACKED);
        }

        private Dictionary dictionary() throws IOException {
            if (dictionary == null) {
                long from = metadata.getStartingPos();
                int total = Math.toIntExact(pages.getOffset(0) - from);
                byte[] bytes = new byte[total];
                source.read(from, bytes, 0, total);
                Bytes in = new Bytes(bytes, 0, total);
                PageHeader header = Util.readPageHeader(in);
                if (header.getType() != PageType.DICTIONARY_PAGE) {
                    throw new IllegalArgumentException("There is no dictionary.");
                }
                int length = header.getUncompressed_page_size();
                checkLength(bytes, in.position(), header.getCompressed_page_size(), length);
                byte[] values = new byte[length];
                decompress(bytes, in.position(), header.getCompressed_page_size(), values, length);
                dictionary =
                        new Dictionary(
                                values,
                                header.getDictionary_page_header().getNum_values(),
                                physical());
            }
            return dictionary;
        }

        /**
         * What a damaged page says of its length must not be believed: memory would be reserved, or
         * overwritten.
         */
        private void checkLength(byte[] from, int at, int count, int length) throws IOException {
            boolean right = count >= 0 && length >= 0 && at + (long) count <= from.length;
            if (right) {
                right =
                        switch (metadata.getCodec()) {
                            case UNCOMPRESSED -> count == length;
                            case SNAPPY -> Snappy.uncompressedLength(from, at, count) == length;
                            case ZSTD -> {
                                long stated = Zstd.decompressedSize(from, at, count);
                                yield stated == length
                                        || stated == 0
                                                && length <= metadata.getTotalUncompressedSize();
                            }
                            default -> false;
                        };
            }
            if (!right) {
                throw new IllegalArgumentException("A page does not have the length it states.");
            }
        }

        private void decompress(byte[] from, int at, int count, byte[] into, int length)
                throws IOException {
            switch (metadata.getCodec()) {
                case UNCOMPRESSED -> System.arraycopy(from, at, into, 0, length);
                case SNAPPY -> Snappy.rawUncompress(from, at, count, into, 0);
                case ZSTD -> {
                    long done = Zstd.decompressByteArray(into, 0, length, from, at, count);
                    if (done != length) {
                        throw new IllegalArgumentException("A page cannot be decompressed.");
                    }
                }
                default -> throw new IllegalStateException(metadata.getCodec() + " came here.");
            }
        }

        Ranges rowsWith(byte[] text) throws IOException {
            Optional<ColumnIndex> index = columnIndex();
            Ranges.Builder sure = new Ranges.Builder();
            for (int at = 0; at < pages.getPageCount(); at++) {
                if (index.isPresent()) {
                    byte[] min = array(index.get(), at, false);
                    byte[] max = array(index.get(), at, true);
                    if (index.get().getNullPages().get(at)
                            || Arrays.compareUnsigned(min, text) > 0
                            || Arrays.compareUnsigned(text, max) > 0) {
                        continue;
                    }
                    // Shorter ones are not cut off, so that they are values of the page.
                    if (Arrays.equals(min, text)
                            && Arrays.equals(max, text)
                            && text.length < CUT_OFF_BYTES
                            && !hasNulls(index.get(), at)) {
                        sure.add(first(at), end(at));
                        continue;
                    }
                }
                if (pages.getOffset(at) + size(at) > compressedTo
                        || pages.getOffset(at) < compressedFrom) {
                    fetch(at, at + 1);
                }
                load(at);
                page.find(text, first(at), end(at) - first(at), sure);
            }
            return sure.build();
        }

        private static boolean hasNulls(ColumnIndex index, int page) {
            return index.getNullCounts() == null || index.getNullCounts().get(page) > 0;
        }

        private static byte[] array(ColumnIndex index, int page, boolean max) {
            java.nio.ByteBuffer buffer =
                    (max ? index.getMaxValues() : index.getMinValues()).get(page).duplicate();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }

        private Optional<ColumnIndex> columnIndex() throws IOException {
            IndexReference reference = metadata.getColumnIndexReference();
            return reference == null
                    ? Optional.empty()
                    : Optional.ofNullable(
                            ParquetMetadataConverter.fromParquetColumnIndex(
                                    metadata.getPrimitiveType(),
                                    Util.readColumnIndex(bytes(reference))));
        }
    }

    /** Where writers cut off the least and greatest text of a page. */
    private static final int CUT_OFF_BYTES = 64;
}
