package io.champion.lake;

import io.champion.model.ColumnBatch.Texts;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.TextDictionary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.io.api.Binary;

/**
 * Texts. Those of records are looked up in the dictionary, or encoded where there is none, some
 * hundred at a time: so a dictionary stays in the processor's cache meanwhile, and no text has to
 * be kept until its page is full.
 */
final class TextColumn extends LeafColumn {
    private final String[] pending = new String[512];
    private int pendingCount;

    private final TextDictionary dictionary = new TextDictionary(Integer.MAX_VALUE);

    /** Whether the open page is held as ids of the dictionary. */
    private boolean byIds;

    private final Ints ids = new Ints();
    private int count;

    private final BinaryPage plain = new BinaryPage(0);

    /** What the open page takes in plain encoding; more where texts are not in ASCII. */
    private int bytes;

    TextColumn(ColumnType type, String description, ColumnDescriptor descriptor, Context context) {
        super(type, description, descriptor, context, true);
        this.byIds = dictionaryOpen();
    }

    @Override
    void append(Object value) {
        String text = value instanceof String string ? string : value.toString();
        bytes += Integer.BYTES + text.length();
        pending[pendingCount++] = text;
        if (pendingCount == pending.length) {
            drain();
        }
    }

    @Override
    void append(Values added, int from, int to) {
        drain();
        Texts texts = (Texts) added;
        byte[] utf8 = texts.bytes();
        int[] starts = texts.starts();
        int[] ends = texts.ends();
        if (!byIds) {
            for (int i = from; i < to; i++) {
                plain.add(utf8, starts[i], ends[i] - starts[i]);
                bytes += Integer.BYTES + ends[i] - starts[i];
            }
            return;
        }
        int row = from;
        while (row < to) {
            int start = starts[row];
            int end = ends[row];
            int first = row;
            do {
                row++;
            } while (row < to && starts[row] == start && ends[row] == end);
            addIds(utf8, start, end, row - first);
        }
    }

    @Override
    void appendPresent(Values added, byte[] nulls, int from, int to) {
        int start = from;
        while (start < to) {
            int end = start + 1;
            while (end < to && nulls[end] == nulls[start]) {
                end++;
            }
            if (nulls[start] == 0) {
                append(added, start, end);
            }
            start = end;
        }
    }

    @Override
    void appendConstant(Values value, int times) {
        drain();
        Texts texts = (Texts) value;
        int start = texts.starts()[0];
        int end = texts.ends()[0];
        if (byIds) {
            addIds(texts.bytes(), start, end, times);
            return;
        }
        for (int i = 0; i < times; i++) {
            plain.add(texts.bytes(), start, end - start);
        }
        bytes += (Integer.BYTES + end - start) * times;
    }

    private void addIds(byte[] utf8, int start, int end, int times) {
        ids.add(dictionary.idOf(utf8, start, end), times);
        count += times;
        bytes += (Integer.BYTES + end - start) * times;
    }

    private void drain() {
        if (pendingCount == 0) {
            return;
        }
        if (byIds) {
            lookUp();
        } else {
            for (int i = 0; i < pendingCount; i++) {
                plain.add(pending[i].getBytes(StandardCharsets.UTF_8));
            }
        }
        Arrays.fill(pending, 0, pendingCount, null);
        pendingCount = 0;
    }

    @SuppressWarnings("ReferenceEquality") // A shortcut: an equal text is looked up instead.
    private void lookUp() {
        String last = null;
        int id = 0;
        for (int i = 0; i < pendingCount; i++) {
            String text = pending[i];
            if (text != last) {
                id = dictionary.idOf(text);
                last = text;
            }
            ids.add(id);
        }
        count += pendingCount;
    }

    @Override
    int values() {
        drain();
        return byIds ? count : plain.count();
    }

    @Override
    int pageBytes() {
        return bytes;
    }

    @Override
    Ints ids(Ints room) {
        return ids;
    }

    @Override
    int dictionarySize() {
        return dictionary.size();
    }

    @Override
    int dictionaryBytes() {
        return dictionary.bytes() + Integer.BYTES * dictionary.size();
    }

    @Override
    void encodeDictionary(int size, PageBuffer into) {
        for (int id = 0; id < size; id++) {
            put(id, into);
        }
    }

    private void put(int id, PageBuffer into) {
        int length = dictionary.end(id) - dictionary.start(id);
        into.putInt(length);
        into.put(dictionary.utf8(), dictionary.start(id), length);
    }

    @Override
    void encodePlain(PageBuffer into) {
        if (!byIds) {
            plain.encode(into);
            return;
        }
        for (int i = 0; i < count; i++) {
            put(ids.get(i), into);
        }
    }

    @Override
    void summarize(Statistics<?> statistics) {
        if (!byIds) {
            plain.summarize(statistics);
            return;
        }
        boolean[] seen = new boolean[dictionary.size()];
        int min = ids.get(0);
        int max = min;
        int looks = ids.allSame() ? 1 : count;
        for (int i = 0; i < looks; i++) {
            int id = ids.get(i);
            if (!seen[id]) {
                seen[id] = true;
                min = compare(id, min) < 0 ? id : min;
                max = compare(id, max) > 0 ? id : max;
            }
        }
        statistics.updateStats(binary(min));
        statistics.updateStats(binary(max));
    }

    private int compare(int id, int other) {
        byte[] utf8 = dictionary.utf8();
        return Arrays.compareUnsigned(
                utf8,
                dictionary.start(id),
                dictionary.end(id),
                utf8,
                dictionary.start(other),
                dictionary.end(other));
    }

    private Binary binary(int id) {
        return Binary.fromConstantByteArray(
                Arrays.copyOfRange(dictionary.utf8(), dictionary.start(id), dictionary.end(id)));
    }

    @Override
    void hash(BlockSplitBloomFilter filter, long[] into, int from) {
        if (!byIds) {
            plain.hash(filter, into, from);
            return;
        }
        int last = -1;
        long hash = 0;
        for (int i = 0; i < count; i++) {
            int id = ids.get(i);
            if (id != last) {
                hash = filter.hash(binary(id));
                last = id;
            }
            into[from + i] = hash;
        }
    }

    @Override
    void clearPage() {
        plain.clear();
        ids.clear();
        count = 0;
        bytes = 0;
        byIds = dictionaryOpen();
    }

    @Override
    void clearDictionary() {
        dictionary.clear();
        byIds = dictionaryOpen();
    }
}
