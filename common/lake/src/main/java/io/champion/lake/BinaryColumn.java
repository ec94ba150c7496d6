package io.champion.lake;

import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Kind;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.avro.generic.GenericFixed;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;

/** Bytes and decimals, which seldom repeat: they have no dictionary. */
final class BinaryColumn extends LeafColumn {
    private final ColumnType type;
    private final boolean fixed;
    private final BinaryPage page;

    BinaryColumn(
            ColumnType type, String description, ColumnDescriptor descriptor, Context context) {
        super(type, description, descriptor, context, false);
        this.type = type;
        this.fixed = type.size() > 0;
        this.page = new BinaryPage(type.size());
    }

    @Override
    void append(Object value) {
        page.add(bytes(value));
    }

    @Override
    void append(Values values, int from, int to) {
        throw new IllegalStateException("A batch has no column of this kind.");
    }

    @Override
    void appendPresent(Values values, byte[] nulls, int from, int to) {
        append(values, from, to);
    }

    @Override
    void appendConstant(Values value, int times) {
        append(value, 0, times);
    }

    private byte[] bytes(Object value) {
        if (value instanceof GenericFixed bytesOfFixed) {
            return bytesOfFixed.bytes();
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] copy = new byte[buffer.remaining()];
            buffer.duplicate().get(copy);
            return copy;
        }
        byte[] unscaled = ((BigDecimal) value).setScale(type.scale()).unscaledValue().toByteArray();
        if (!fixed || type.size() == unscaled.length) {
            return unscaled;
        }
        byte[] padded = new byte[type.size()];
        Arrays.fill(padded, (byte) (unscaled[0] >> 7));
        System.arraycopy(unscaled, 0, padded, padded.length - unscaled.length, unscaled.length);
        return padded;
    }

    @Override
    int values() {
        return page.count();
    }

    @Override
    int pageBytes() {
        return page.bytes();
    }

    @Override
    Ints ids(Ints room) {
        throw new IllegalStateException("There is no dictionary.");
    }

    @Override
    int dictionarySize() {
        return 0;
    }

    @Override
    int dictionaryBytes() {
        return 0;
    }

    @Override
    void encodeDictionary(int size, PageBuffer into) {
        throw new IllegalStateException("There is no dictionary.");
    }

    @Override
    void encodePlain(PageBuffer into) {
        page.encode(into);
    }

    @Override
    void summarize(Statistics<?> statistics) {
        if (type.kind() == Kind.DECIMAL) {
            // As numbers, not as bytes.
            page.summarizeAll(statistics);
        } else {
            page.summarize(statistics);
        }
    }

    @Override
    void hash(BlockSplitBloomFilter filter, long[] into, int from) {
        page.hash(filter, into, from);
    }

    @Override
    void clearPage() {
        page.clear();
    }

    @Override
    void clearDictionary() {}
}
