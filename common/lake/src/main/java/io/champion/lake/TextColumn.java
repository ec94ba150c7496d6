package io.champion.lake;

import io.champion.model.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;
import org.apache.parquet.io.api.Binary;

/**
 * Texts. They are looked up in the dictionary, or encoded where there is none, some hundred at a
 * time: so a dictionary stays in the processor's cache meanwhile, and no text has to be kept until
 * its page is full.
 */
final class TextColumn extends LeafColumn {
    private final String[] pending = new String[512];
    private int pendingCount;

    private final TextDictionary dictionary = new TextDictionary();

    /** Whether the open page is held as ids of the dictionary. */
    private boolean byIds;

    private int[] ids = new int[256];
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

    private void drain() {
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
        if (ids.length - count < pendingCount) {
            ids = Arrays.copyOf(ids, Math.max(count + pendingCount, ids.length * 2));
        }
        String last = null;
        int id = 0;
        for (int i = 0; i < pendingCount; i++) {
            String text = pending[i];
            if (text != last) {
                id = dictionary.idOf(text);
                last = text;
            }
            ids[count++] = id;
        }
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
    int[] ids(int[] room) {
        return ids;
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
    void encodeDictionary(int size, PageBuffer into) {
        for (int id = 0; id < size; id++) {
            put(dictionary.utf8[id], into);
        }
    }

    private static void put(byte[] utf8, PageBuffer into) {
        into.putInt(utf8.length);
        into.put(utf8);
    }

    @Override
    void encodePlain(PageBuffer into) {
        if (byIds) {
            for (int i = 0; i < count; i++) {
                put(dictionary.utf8[ids[i]], into);
            }
        } else {
            plain.encode(into);
        }
    }

    @Override
    void summarize(Statistics<?> statistics) {
        if (!byIds) {
            plain.summarize(statistics);
            return;
        }
        boolean[] seen = new boolean[dictionary.size];
        byte[] min = dictionary.utf8[ids[0]];
        byte[] max = min;
        for (int i = 0; i < count; i++) {
            int id = ids[i];
            if (!seen[id]) {
                seen[id] = true;
                byte[] value = dictionary.utf8[id];
                min = Arrays.compareUnsigned(value, min) < 0 ? value : min;
                max = Arrays.compareUnsigned(value, max) > 0 ? value : max;
            }
        }
        statistics.updateStats(Binary.fromConstantByteArray(min));
        statistics.updateStats(Binary.fromConstantByteArray(max));
    }

    @Override
    void hash(BlockSplitBloomFilter filter, long[] into, int from) {
        if (!byIds) {
            plain.hash(filter, into, from);
            return;
        }
        for (int i = 0; i < count; i++) {
            into[from + i] = filter.hash(Binary.fromConstantByteArray(dictionary.utf8[ids[i]]));
        }
    }

    @Override
    void clearPage() {
        plain.clear();
        count = 0;
        bytes = 0;
        byIds = dictionaryOpen();
    }

    @Override
    void clearDictionary() {
        dictionary.clear();
        byIds = dictionaryOpen();
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

        /** Forgets all texts but keeps the memory for the next ones. */
        void clear() {
            Arrays.fill(texts, 0, size, null);
            Arrays.fill(utf8, 0, size, null);
            Arrays.fill(slots, 0);
            size = 0;
            bytes = 0;
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
