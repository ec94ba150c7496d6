package io.champion.lake;

import io.champion.model.ColumnType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ParquetFileWriter;

/**
 * One column of a row group: the values of its open page as they came, and its finished pages,
 * encoded and compressed.
 *
 * <p>A chunk begins with a dictionary. The first page decides whether that makes it smaller; a page
 * that would make the dictionary too large, and all after it, are written plain.
 */
abstract class LeafColumn implements ContractFileWriter.ValueWriter {
    /** As in parquet-java: beyond it, ids are hardly smaller than what they stand for. */
    private static final int MAX_DICTIONARY_BYTES = 1 << 20;

    private static final double BLOOM_FALSE_POSITIVES = 0.01;
    private static final int MAX_BLOOM_BYTES = 1 << 20;
    private static final int INITIAL_VALUES = 256;

    private final String description;
    private final ColumnDescriptor descriptor;
    private final boolean nullable;
    private final ParquetOptions options;
    private final int maxRepetition;
    private final int maxDefinition;
    private final boolean dictionaries;

    private byte[] repetitions = new byte[INITIAL_VALUES];
    private byte[] definitions = new byte[INITIAL_VALUES];

    /** Values of the open page, those that are not there included. */
    private int entries;

    private int rows;

    /** Ids of the values of the page that is being finished. */
    private int[] ids = new int[0];

    /** Values of the dictionary that pages use. */
    private int dictionarySize;

    private boolean dictionaryOpen;
    private final List<Page> pages = new ArrayList<>();
    private long chunkEntries;
    private long chunkBytes;

    /** Hashes of all values, where there is a bloom filter. */
    private long[] hashes;

    private int hashCount;

    private record Page(
            int entries,
            int rows,
            int plainBytes,
            byte[] compressed,
            Statistics<?> statistics,
            Encoding encoding) {}

    /**
     * @param dictionaries whether values of this kind can have a dictionary
     */
    LeafColumn(
            ColumnType type,
            String description,
            ColumnDescriptor descriptor,
            ParquetOptions options,
            boolean dictionaries) {
        this.description = description;
        this.descriptor = descriptor;
        this.nullable = type.nullable();
        this.options = options;
        this.maxRepetition = descriptor.getMaxRepetitionLevel();
        this.maxDefinition = descriptor.getMaxDefinitionLevel();
        this.dictionaries = dictionaries && options.dictionaries();
        this.dictionaryOpen = this.dictionaries;
        if (descriptor.getPath().length == 1
                && options.bloomFilterColumns().contains(descriptor.getPath()[0])) {
            this.hashes = new long[INITIAL_VALUES];
        }
    }

    static LeafColumn of(
            ColumnType type,
            String description,
            ColumnDescriptor descriptor,
            ParquetOptions options) {
        return switch (type.kind()) {
            case STRING, ENUM, BYTES, FIXED, DECIMAL ->
                    new BinaryColumn(type, description, descriptor, options);
            default -> new NumberColumn(type, description, descriptor, options);
        };
    }

    static IllegalArgumentException missing(String description) {
        return new IllegalArgumentException(
                description
                        + " is null, but its contract requires a value. Reject the row instead.");
    }

    /** Adds a value that is not null. */
    abstract void append(Object value);

    /** Values of the open page that are there. */
    abstract int values();

    /** Bytes of the open page, about. */
    abstract int pageBytes();

    /** Looks up the values of the open page in the dictionary, adding what is new. */
    abstract void lookUp(int[] into);

    /** How many values the dictionary has, and how many bytes the first ones take. */
    abstract int dictionarySize();

    abstract int dictionaryBytes();

    abstract BytesInput encodeDictionary(int size);

    /** Encodes the open page; adds its extremes to the statistics where they are wanted. */
    abstract BytesInput encodePlain(Statistics<?> statistics);

    /** Adds the open page's extremes to the statistics. */
    abstract void summarize(int[] pageIds, Statistics<?> statistics);

    /** Hashes the values of the open page. */
    abstract void hash(BlockSplitBloomFilter filter, long[] into, int from);

    abstract void clearPage();

    abstract void clearDictionary();

    final boolean statistics() {
        return options.statistics();
    }

    @Override
    public final void write(Object value, int repetition, int definition) {
        if (value == null) {
            if (!nullable) {
                throw missing(description);
            }
            writeNothing(repetition, definition);
        } else {
            addLevels(repetition, nullable ? definition + 1 : definition);
            append(value);
        }
    }

    final void writeNothing(int repetition, int definition) {
        addLevels(repetition, definition);
    }

    private void addLevels(int repetition, int definition) {
        if (maxDefinition > 0) {
            if (entries == definitions.length) {
                definitions = Arrays.copyOf(definitions, entries * 2);
                repetitions = Arrays.copyOf(repetitions, entries * 2);
            }
            definitions[entries] = (byte) definition;
            repetitions[entries] = (byte) repetition;
        }
        entries++;
        if (repetition == 0) {
            rows++;
        }
    }

    final int pageRows() {
        return rows;
    }

    /** Bytes in memory, about: finished pages as they will be in the file. */
    final long bytes() {
        return chunkBytes + pageBytes();
    }

    /** Encodes and compresses the open page. */
    final void finishPage(BytesInputCompressor compressor) throws IOException {
        int values = values();
        Statistics<?> statistics =
                options.statistics()
                        ? Statistics.createStats(descriptor.getPrimitiveType())
                        : Statistics.noopStats(descriptor.getPrimitiveType());
        statistics.incrementNumNulls(entries - values);
        if (hashes != null) {
            addHashes(values);
        }
        BytesInput encoded = dictionaryOpen ? encodeIds(values, statistics) : null;
        Encoding encoding = encoded == null ? Encoding.PLAIN : Encoding.RLE_DICTIONARY;
        if (encoded == null) {
            encoded = encodePlain(statistics);
        }
        BytesInput page =
                BytesInput.concat(
                        levels(repetitions, maxRepetition),
                        levels(definitions, maxDefinition),
                        encoded);
        int plainBytes = Math.toIntExact(page.size());
        byte[] compressed = compressor.compress(page).toByteArray();
        pages.add(new Page(entries, rows, plainBytes, compressed, statistics, encoding));
        chunkEntries += entries;
        chunkBytes += compressed.length;
        entries = 0;
        rows = 0;
        clearPage();
    }

    private void addHashes(int values) {
        if (hashes.length - hashCount < values) {
            hashes = Arrays.copyOf(hashes, Math.max(hashes.length * 2, hashCount + values));
        }
        // Any filter hashes alike; the right size of this chunk's is known at its end only.
        hash(new BlockSplitBloomFilter(BlockSplitBloomFilter.LOWER_BOUND_BYTES), hashes, hashCount);
        hashCount += values;
    }

    /** The page as ids of the dictionary, or null where that does not pay. */
    private BytesInput encodeIds(int values, Statistics<?> statistics) throws IOException {
        if (values == 0) {
            return null;
        }
        if (ids.length < values) {
            ids = new int[values];
        }
        lookUp(ids);
        int size = dictionarySize();
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(size - 1);
        boolean pays =
                dictionarySize > 0
                        || dictionaryBytes() + (long) values * width / Byte.SIZE < pageBytes();
        if (!pays || dictionaryBytes() > MAX_DICTIONARY_BYTES) {
            dictionaryOpen = false;
            return null;
        }
        dictionarySize = size;
        if (options.statistics()) {
            summarize(ids, statistics);
        }
        return BytesInput.concat(
                BytesInput.from(new byte[] {(byte) width}), runLengths(ids, values, width));
    }

    private BytesInput levels(byte[] levels, int max) throws IOException {
        if (max == 0) {
            return BytesInput.empty();
        }
        if (ids.length < entries) {
            ids = new int[entries];
        }
        for (int i = 0; i < entries; i++) {
            ids[i] = levels[i];
        }
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(max);
        BytesInput runs = runLengths(ids, entries, width);
        return BytesInput.concat(BytesInput.fromInt((int) runs.size()), runs);
    }

    private BytesInput runLengths(int[] numbers, int count, int width) throws IOException {
        try (RunLengthBitPackingHybridEncoder encoder =
                new RunLengthBitPackingHybridEncoder(
                        width, 64, Math.max(options.pageBytes(), 64), ALLOCATOR)) {
            for (int i = 0; i < count; i++) {
                encoder.writeInt(numbers[i]);
            }
            return BytesInput.from(encoder.toBytes().toByteArray());
        }
    }

    private static final HeapByteBufferAllocator ALLOCATOR = HeapByteBufferAllocator.getInstance();

    /** Writes the chunk, and begins the next row group's. */
    final void finishChunk(ParquetFileWriter file, BytesInputCompressor compressor)
            throws IOException {
        if (entries > 0) {
            finishPage(compressor);
        }
        file.startColumn(descriptor, chunkEntries, options.codec().parquet());
        if (dictionarySize > 0) {
            BytesInput plain = encodeDictionary(dictionarySize);
            file.writeDictionaryPage(
                    new DictionaryPage(
                            BytesInput.from(compressor.compress(plain).toByteArray()),
                            Math.toIntExact(plain.size()),
                            dictionarySize,
                            Encoding.PLAIN));
        }
        for (Page page : pages) {
            file.writeDataPage(
                    page.entries,
                    page.plainBytes,
                    BytesInput.from(page.compressed),
                    page.statistics,
                    page.rows,
                    Encoding.RLE,
                    Encoding.RLE,
                    page.encoding);
        }
        if (hashes != null) {
            file.addBloomFilter(descriptor.getPath()[0], bloomFilter());
            hashCount = 0;
        }
        file.endColumn();
        pages.clear();
        chunkEntries = 0;
        chunkBytes = 0;
        dictionarySize = 0;
        dictionaryOpen = dictionaries;
        clearDictionary();
    }

    private BlockSplitBloomFilter bloomFilter() {
        int bits =
                BlockSplitBloomFilter.optimalNumOfBits(
                        Math.max(1, hashCount), BLOOM_FALSE_POSITIVES);
        BlockSplitBloomFilter filter =
                new BlockSplitBloomFilter(
                        Math.min(bits / Byte.SIZE, MAX_BLOOM_BYTES), MAX_BLOOM_BYTES);
        for (int i = 0; i < hashCount; i++) {
            filter.insertHash(hashes[i]);
        }
        return filter;
    }
}
