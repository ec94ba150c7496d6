package io.champion.lake;

import io.champion.model.ColumnBatch.Constant;
import io.champion.model.ColumnBatch.NumberLists;
import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.hadoop.ParquetFileWriter;

/**
 * One column of a row group: the values of its open page, and its finished pages, encoded and
 * compressed.
 *
 * <p>A chunk begins with a dictionary. The first page decides whether that makes it smaller; a page
 * that would make the dictionary too large, and all after it, are written plain. A column that a
 * whole page of values showed not to gain is not tried for some chunks to come.
 */
abstract class LeafColumn implements ContractColumns.ValueWriter {
    /** As in parquet-java: beyond it, ids are hardly smaller than what they stand for. */
    private static final int MAX_DICTIONARY_BYTES = 1 << 20;

    private static final double BLOOM_FALSE_POSITIVES = 0.01;
    private static final int MAX_BLOOM_BYTES = 1 << 20;
    private static final int INITIAL_VALUES = 256;

    /** Fewer values, of one chunk or of several, tell little about the next chunks. */
    private static final int TELLING_VALUES = 8_192;

    /** For so many chunks a column that gained nothing from a dictionary is written plain. */
    private static final int PLAIN_CHUNKS = 15;

    private final String description;
    private final ColumnDescriptor descriptor;
    private final boolean nullable;
    private final Context context;
    private final boolean repeated;
    private final boolean optional;
    private final Levels repetitions;
    private final Levels definitions;
    private final boolean dictionaries;

    /** Values of the open page, those that are not there included. */
    private int entries;

    /** Rows of the open page, where that is not the same. */
    private int rows;

    /** Values of the dictionary that pages use. */
    private int dictionarySize;

    private boolean dictionaryOpen;

    /** Chunks to come that have no dictionary, because their values hardly repeat. */
    private int plainChunks;

    /** Values since the last chunk that gained from a dictionary. */
    private int gainless;

    /** Whether the open chunk has any value. */
    private boolean hadValues;

    private final List<Page> pages = new ArrayList<>();
    private long chunkEntries;
    private long chunkBytes;

    /** Hashes of all values, where there is a bloom filter. */
    private long[] hashes;

    private int hashCount;

    /**
     * What the columns of a file share.
     *
     * @param maker makes their pages
     * @param finished keeps them until the row group is written
     */
    record Context(ParquetOptions options, PageMaker maker, PageMaker.Finished finished) {}

    private record Page(
            int entries,
            int rows,
            int plainBytes,
            BytesInput compressed,
            Statistics<?> statistics,
            Encoding encoding) {}

    /**
     * @param dictionaries whether values of this kind can have a dictionary
     */
    LeafColumn(
            ColumnType type,
            String description,
            ColumnDescriptor descriptor,
            Context context,
            boolean dictionaries) {
        ParquetOptions options = context.options();
        this.description = description;
        this.descriptor = descriptor;
        this.nullable = type.nullable();
        this.context = context;
        this.repeated = descriptor.getMaxRepetitionLevel() > 0;
        this.optional = descriptor.getMaxDefinitionLevel() > 0;
        this.repetitions = new Levels(descriptor.getMaxRepetitionLevel());
        this.definitions = new Levels(descriptor.getMaxDefinitionLevel());
        this.dictionaries = dictionaries && options.dictionaries();
        this.dictionaryOpen = this.dictionaries;
        if (descriptor.getPath().length == 1
                && options.bloomFilterColumns().contains(descriptor.getPath()[0])) {
            this.hashes = new long[INITIAL_VALUES];
        }
    }

    static LeafColumn of(
            ColumnType type, String description, ColumnDescriptor descriptor, Context context) {
        return switch (type.kind()) {
            case STRING, ENUM -> new TextColumn(type, description, descriptor, context);
            case BYTES, FIXED, DECIMAL -> new BinaryColumn(type, description, descriptor, context);
            default -> new NumberColumn(type, description, descriptor, context);
        };
    }

    static IllegalArgumentException missing(String description) {
        return new IllegalArgumentException(
                description
                        + " is null, but its contract requires a value. Reject the row instead.");
    }

    /** Adds a value that is not null. */
    abstract void append(Object value);

    /**
     * Adds the values of rows, all of which are there.
     *
     * @param values of the form that this kind of column has, and no constant
     */
    abstract void append(Values values, int from, int to);

    /**
     * Adds those values of rows that are there.
     *
     * @param nulls 1 for each row without a value, else 0
     */
    abstract void appendPresent(Values values, byte[] nulls, int from, int to);

    /**
     * Adds a value that is the same for some rows.
     *
     * @param value the first row of it
     */
    abstract void appendConstant(Values value, int times);

    /** Values of the open page that are there. */
    abstract int values();

    /** Bytes of the open page without a dictionary, about. */
    abstract int pageBytes();

    /**
     * The ids of the open page's values in the dictionary, after adding what is new there.
     *
     * @param room where they may be collected
     */
    abstract Ints ids(Ints room);

    /** How many values the dictionary has, and how many bytes they take. */
    abstract int dictionarySize();

    abstract int dictionaryBytes();

    /** Encodes the first values of the dictionary. */
    abstract void encodeDictionary(int size, PageBuffer into);

    /** Encodes the open page without a dictionary, and tells how. */
    Encoding encode(PageBuffer into) {
        encodePlain(into);
        return Encoding.PLAIN;
    }

    abstract void encodePlain(PageBuffer into);

    /** Bytes of the open page without a dictionary, before a dictionary is begun. */
    long bytesWithoutDictionary() {
        return pageBytes();
    }

    /** Adds the open page's extremes to the statistics. */
    abstract void summarize(Statistics<?> statistics);

    /** Hashes the values of the open page. */
    abstract void hash(BlockSplitBloomFilter filter, long[] into, int from);

    abstract void clearPage();

    abstract void clearDictionary();

    final Context context() {
        return context;
    }

    /** Whether the open page still may use the dictionary. */
    final boolean dictionaryOpen() {
        return dictionaryOpen;
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
        entries++;
        if (optional) {
            definitions.add(definition);
        }
        if (repeated) {
            repetitions.add(repetition);
            if (repetition == 0) {
                rows++;
            }
        }
    }

    @Override
    public final void write(Values values, int from, int to) {
        int added = to - from;
        entries += added;
        if (values instanceof Constant constant) {
            byte[] nulls = nulls(constant.value());
            boolean there = nulls == null || nulls[0] == 0;
            if (optional) {
                definitions.add(there ? definitions.max() : 0, added);
            }
            if (there) {
                appendConstant(constant.value(), added);
            }
            return;
        }
        byte[] nulls = nulls(values);
        if (nulls == null) {
            if (optional) {
                definitions.add(definitions.max(), added);
            }
            append(values, from, to);
            return;
        }
        definitions.addPresence(nulls, from, to);
        appendPresent(values, nulls, from, to);
    }

    private static byte[] nulls(Values values) {
        return values instanceof Numbers numbers ? numbers.nulls() : ((Texts) values).nulls();
    }

    /** Adds rows of lists, which are elements of this column; none of those is null. */
    final void writeLists(Values values, int from, int to) {
        boolean constant = values instanceof Constant;
        NumberLists lists = (NumberLists) (values instanceof Constant same ? same.value() : values);
        int there = definitions.max();
        int empty = there - (nullable ? 2 : 1);
        for (int row = from; row < to; row++) {
            int i = constant ? 0 : row;
            int start = i == 0 ? 0 : lists.ends()[i - 1];
            int length = lists.ends()[i] - start;
            repetitions.add(0);
            if (length == 0) {
                definitions.add(empty);
                entries++;
            } else {
                definitions.add(there, length);
                if (length > 1) {
                    repetitions.add(1, length - 1);
                }
                entries += length;
            }
            if (constant) {
                append(elements(lists), start, start + length);
            }
        }
        rows += to - from;
        if (!constant) {
            append(elements(lists), from == 0 ? 0 : lists.ends()[from - 1], lists.ends()[to - 1]);
        }
    }

    private static Numbers elements(NumberLists lists) {
        return new Numbers(lists.elements(), null);
    }

    final int pageRows() {
        return repeated ? rows : entries;
    }

    /** Bytes in memory, about: finished pages as they will be in the file. */
    final long bytes() {
        return chunkBytes + pageBytes();
    }

    /** Encodes and compresses the open page. */
    final void finishPage() throws IOException {
        int values = values();
        hadValues |= values > 0;
        boolean summarized = context.options().statistics();
        Statistics<?> statistics =
                summarized
                        ? Statistics.createStats(descriptor.getPrimitiveType())
                        : Statistics.noopStats(descriptor.getPrimitiveType());
        statistics.incrementNumNulls(entries - values);
        if (summarized && values > 0) {
            summarize(statistics);
        }
        if (hashes != null) {
            addHashes(values);
        }
        PageMaker maker = context.maker();
        PageBuffer page = maker.page();
        page.clear();
        repetitions.finishPage(page);
        definitions.finishPage(page);
        Encoding encoding =
                dictionaryOpen && encodeIds(values, page) ? Encoding.RLE_DICTIONARY : encode(page);
        BytesInput compressed = maker.compress(context.finished());
        pages.add(new Page(entries, pageRows(), page.length(), compressed, statistics, encoding));
        chunkEntries += entries;
        chunkBytes += compressed.size();
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

    /** Encodes the page as ids of the dictionary; answers false where that does not pay. */
    private boolean encodeIds(int values, PageBuffer page) {
        if (values == 0) {
            return false;
        }
        Ints ids = ids(context.maker().ids());
        int size = dictionarySize();
        int width = Integer.SIZE - Integer.numberOfLeadingZeros(size - 1);
        boolean pays =
                dictionarySize > 0
                        || dictionaryBytes() + (long) values * width / Byte.SIZE
                                < bytesWithoutDictionary();
        if (!pays || dictionaryBytes() > MAX_DICTIONARY_BYTES) {
            dictionaryOpen = false;
            if (dictionarySize == 0) {
                gainless = Math.min(gainless + values, TELLING_VALUES);
                plainChunks = gainless == TELLING_VALUES ? PLAIN_CHUNKS + 1 : 0;
            }
            return false;
        }
        gainless = 0;
        dictionarySize = size;
        page.putByte(width);
        RunLengthEncoder.encode(ids, width, page);
        return true;
    }

    /** Writes the chunk, and begins the next row group's. */
    final void finishChunk(ParquetFileWriter file) throws IOException {
        if (entries > 0) {
            finishPage();
        }
        file.startColumn(descriptor, chunkEntries, context.options().codec().parquet());
        if (dictionarySize > 0) {
            PageBuffer plain = context.maker().page();
            plain.clear();
            encodeDictionary(dictionarySize, plain);
            file.writeDictionaryPage(
                    new DictionaryPage(
                            context.maker().compress(context.finished()),
                            plain.length(),
                            dictionarySize,
                            Encoding.PLAIN));
        }
        for (Page page : pages) {
            file.writeDataPage(
                    page.entries,
                    page.plainBytes,
                    page.compressed,
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
        if (hadValues) {
            plainChunks = Math.max(0, plainChunks - 1);
        }
        hadValues = false;
        dictionaryOpen = dictionaries && plainChunks == 0;
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
