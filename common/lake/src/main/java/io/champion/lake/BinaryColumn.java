package io.champion.lake;

import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Kind;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.generic.GenericFixed;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.io.api.Binary;

/** Texts, which have dictionaries, and bytes and decimals, which have none. */
final class BinaryColumn extends LeafColumn {
    private final ColumnType type;
    private final boolean text;
    private final boolean fixed;

    /** Strings, which cannot change, and byte arrays of our own. */
    private Object[] values = new Object[256];

    private int count;
    private int bytes;

    private TextDictionary dictionary = new TextDictionary();

    private byte[] page = new byte[1024];
    private int pageLength;

    BinaryColumn(
            ColumnType type,
            String description,
            ColumnDescriptor descriptor,
            ParquetOptions options) {
        super(type, description, descriptor, options, isText(type));
        this.type = type;
        this.text = isText(type);
        this.fixed = type.size() > 0;
    }

    private static boolean isText(ColumnType type) {
        return type.kind() == Kind.STRING || type.kind() == Kind.ENUM;
    }

    @Override
    void append(Object value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, count * 2);
        }
        if (text) {
            String string = value.toString();
            values[count++] = string;
            bytes += Integer.BYTES + string.length();
        } else {
            byte[] copy = copy(value);
            values[count++] = copy;
            bytes += fixed ? copy.length : Integer.BYTES + copy.length;
        }
    }

    /** The row may be changed before the page is finished. */
    private byte[] copy(Object value) {
        if (value instanceof GenericFixed bytesOfFixed) {
            return bytesOfFixed.bytes().clone();
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

    private byte[] encoded(Object value) {
        return text ? ((String) value).getBytes(StandardCharsets.UTF_8) : (byte[]) value;
    }

    @Override
    int values() {
        return count;
    }

    @Override
    int pageBytes() {
        return bytes;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // A shortcut: an equal text is looked up instead.
    void lookUp(int[] into) {
        Object last = null;
        int id = -1;
        for (int i = 0; i < count; i++) {
            Object value = values[i];
            if (value != last) {
                id = dictionary.idOf((String) value);
                last = value;
            }
            into[i] = id;
        }
    }

    @Override
    int dictionarySize() {
        return dictionary.size;
    }

    @Override
    int dictionaryBytes() {
        return dictionary.bytes;
    }

    @Override
    BytesInput encodeDictionary(int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(dictionary.bytes);
        byte[] length = new byte[Integer.BYTES];
        for (int id = 0; id < size; id++) {
            byte[] utf8 = dictionary.utf8[id];
            putInt(length, 0, utf8.length);
            out.writeBytes(length);
            out.writeBytes(utf8);
        }
        return BytesInput.from(out.toByteArray());
    }

    @Override
    BytesInput encodePlain(Statistics<?> statistics) {
        pageLength = 0;
        int min = -1;
        int minEnd = 0;
        int max = -1;
        int maxEnd = 0;
        boolean extremes = statistics() && type.kind() != Kind.DECIMAL;
        for (int i = 0; i < count; i++) {
            byte[] value = encoded(values[i]);
            int start = put(value);
            int end = pageLength;
            if (extremes) {
                if (max < 0 || compare(start, end, max, maxEnd) > 0) {
                    max = start;
                    maxEnd = end;
                }
                if (min < 0 || compare(start, end, min, minEnd) < 0) {
                    min = start;
                    minEnd = end;
                }
            } else if (statistics()) {
                // Decimals are ordered as numbers.
                statistics.updateStats(Binary.fromConstantByteArray(value));
            }
        }
        if (max >= 0) {
            statistics.updateStats(Binary.fromConstantByteArray(slice(min, minEnd)));
            statistics.updateStats(Binary.fromConstantByteArray(slice(max, maxEnd)));
        }
        return BytesInput.from(page, 0, pageLength);
    }

    /** Appends a value to the page and tells where it begins. */
    private int put(byte[] value) {
        int needed = pageLength + Integer.BYTES + value.length;
        if (needed > page.length) {
            page = Arrays.copyOf(page, Math.max(needed, page.length * 2));
        }
        if (!fixed) {
            putInt(page, pageLength, value.length);
            pageLength += Integer.BYTES;
        }
        System.arraycopy(value, 0, page, pageLength, value.length);
        int start = pageLength;
        pageLength += value.length;
        return start;
    }

    private static void putInt(byte[] into, int at, int value) {
        into[at] = (byte) value;
        into[at + 1] = (byte) (value >>> 8);
        into[at + 2] = (byte) (value >>> 16);
        into[at + 3] = (byte) (value >>> 24);
    }

    private int compare(int start, int end, int otherStart, int otherEnd) {
        return Arrays.compareUnsigned(page, start, end, page, otherStart, otherEnd);
    }

    private byte[] slice(int start, int end) {
        return Arrays.copyOfRange(page, start, end);
    }

    @Override
    void summarize(int[] pageIds, Statistics<?> statistics) {
        boolean[] seen = new boolean[dictionary.size];
        byte[] min = null;
        byte[] max = null;
        for (int i = 0; i < count; i++) {
            int id = pageIds[i];
            if (!seen[id]) {
                seen[id] = true;
                byte[] value = dictionary.utf8[id];
                min = min == null || Arrays.compareUnsigned(value, min) < 0 ? value : min;
                max = max == null || Arrays.compareUnsigned(value, max) > 0 ? value : max;
            }
        }
        if (min != null) {
            statistics.updateStats(Binary.fromConstantByteArray(min));
            statistics.updateStats(Binary.fromConstantByteArray(max));
        }
    }

    @Override
    void hash(BlockSplitBloomFilter filter, long[] into, int from) {
        for (int i = 0; i < count; i++) {
            into[from + i] = filter.hash(Binary.fromConstantByteArray(encoded(values[i])));
        }
    }

    @Override
    void clearPage() {
        Arrays.fill(values, 0, count, null);
        count = 0;
        bytes = 0;
    }

    @Override
    void clearDictionary() {
        dictionary = new TextDictionary();
    }

    /** Texts in the order of their first appearance; open addressing, half full at most. */
    private static final class TextDictionary {
        private String[] texts = new String[64];
        private byte[][] utf8 = new byte[64][];
        private int[] slots = new int[128];
        private int size;

        /** Of all texts as a dictionary page holds them. */
        private int bytes;

        int idOf(String text) {
            int mask = slots.length - 1;
            int slot = hash(text) & mask;
            while (slots[slot] != 0) {
                int id = slots[slot] - 1;
                if (texts[id].equals(text)) {
                    return id;
                }
                slot = (slot + 1) & mask;
            }
            if (size == texts.length) {
                grow();
                return idOf(text);
            }
            texts[size] = text;
            utf8[size] = text.getBytes(StandardCharsets.UTF_8);
            bytes += Integer.BYTES + utf8[size].length;
            slots[slot] = ++size;
            return size - 1;
        }

        private void grow() {
            texts = Arrays.copyOf(texts, size * 2);
            utf8 = Arrays.copyOf(utf8, size * 2);
            slots = new int[size * 4];
            int mask = slots.length - 1;
            for (int id = 0; id < size; id++) {
                int slot = hash(texts[id]) & mask;
                while (slots[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = id + 1;
            }
        }

        private static int hash(String text) {
            int hash = text.hashCode();
            return hash ^ (hash >>> 16);
        }
    }
}
