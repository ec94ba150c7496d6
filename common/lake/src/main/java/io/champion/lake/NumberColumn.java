package io.champion.lake;

import io.champion.model.ColumnBatch.Numbers;
import io.champion.model.ColumnBatch.Values;
import io.champion.model.ColumnType;
import io.champion.model.ColumnType.Kind;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.values.bloomfilter.BlockSplitBloomFilter;

/** Booleans, numbers, dates and times, each held as the 64 bits that stand for it. */
final class NumberColumn extends LeafColumn {
    private static final long MICROS_PER_SECOND = 1_000_000;

    /** Differences that save less than a quarter are not worth their decoding. */
    private static final double MOST_OF_PLAIN = 0.75;

    /** For so many pages numbers of which differences are no smaller are written as they are. */
    private static final int PLAIN_PAGES = 15;

    private final Kind kind;

    /** Bytes of a value in the file; 0 for the single bits of booleans. */
    private final int width;

    /** Pages to come that are not tried as differences, because one did not get smaller. */
    private int plainPages;

    private long[] values = new long[256];
    private int count;

    /** Whether all values of the open page are the first one, which alone is in the array. */
    private boolean constant;

    private final LongDictionary dictionary = new LongDictionary();

    NumberColumn(
            ColumnType type, String description, ColumnDescriptor descriptor, Context context) {
        super(type, description, descriptor, context, type.kind() != Kind.BOOLEAN);
        this.kind = type.kind();
        this.width =
                switch (descriptor.getPrimitiveType().getPrimitiveTypeName()) {
                    case BOOLEAN -> 0;
                    case INT32, FLOAT -> Integer.BYTES;
                    case INT64, DOUBLE -> Long.BYTES;
                    default -> throw new IllegalArgumentException(descriptor + " is no number.");
                };
    }

    @Override
    void append(Object value) {
        reserve(1);
        values[count++] =
                switch (kind) {
                    case DOUBLE -> Double.doubleToRawLongBits((Double) value);
                    case LONG, TIMESTAMP_NANOS -> (Long) value;
                    case INT -> (Integer) value;
                    case FLOAT -> Float.floatToRawIntBits((Float) value);
                    case BOOLEAN -> (Boolean) value ? 1 : 0;
                    case DATE -> Math.toIntExact(((LocalDate) value).toEpochDay());
                    case TIMESTAMP_MILLIS -> ((Instant) value).toEpochMilli();
                    case TIMESTAMP_MICROS -> micros((Instant) value);
                    default -> throw new IllegalStateException(kind + " is no number.");
                };
    }

    @Override
    void append(Values added, int from, int to) {
        reserve(to - from);
        System.arraycopy(((Numbers) added).values(), from, values, count, to - from);
        count += to - from;
    }

    @Override
    void appendPresent(Values added, byte[] nulls, int from, int to) {
        reserve(to - from);
        long[] numbers = ((Numbers) added).values();
        int at = count;
        // Without a branch: the next value takes the place of one that is not there.
        for (int i = from; i < to; i++) {
            values[at] = numbers[i];
            at += 1 - nulls[i];
        }
        count = at;
    }

    @Override
    void appendConstant(Values value, int times) {
        long number = ((Numbers) value).values()[0];
        if (count == 0 || constant && values[0] == number) {
            values[0] = number;
            constant = true;
        } else {
            reserve(times);
            Arrays.fill(values, count, count + times, number);
        }
        count += times;
    }

    /** Makes room for more values, which then all are in the array. */
    private void reserve(int more) {
        if (values.length - count < more) {
            values = Arrays.copyOf(values, Math.max(count + more, values.length * 2));
        }
        if (constant) {
            Arrays.fill(values, 1, count, values[0]);
            constant = false;
        }
    }

    /** How many values of the open page have to be looked at. */
    private int looks() {
        return constant ? 1 : count;
    }

    private static long micros(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), MICROS_PER_SECOND),
                instant.getNano() / 1000);
    }

    @Override
    int values() {
        return count;
    }

    @Override
    int pageBytes() {
        return width == 0 ? count / Byte.SIZE : count * width;
    }

    @Override
    Ints ids(Ints room) {
        if (constant) {
            room.add(dictionary.idOf(values[0]), count);
        } else {
            dictionary.idsOf(values, count, room.reserve(count));
            room.added(count);
        }
        return room;
    }

    @Override
    int dictionarySize() {
        return dictionary.size();
    }

    @Override
    int dictionaryBytes() {
        return dictionary.size() * width;
    }

    @Override
    void encodeDictionary(int size, PageBuffer into) {
        encode(dictionary.values(), size, into);
    }

    @Override
    Encoding encode(PageBuffer into) {
        if (mayBeDeltas()) {
            if (deltaBytes() < pageBytes() * MOST_OF_PLAIN) {
                context().maker().deltas().encode(values, count, into);
                return Encoding.DELTA_BINARY_PACKED;
            }
            plainPages = PLAIN_PAGES + 1;
        }
        plainPages = Math.max(0, plainPages - 1);
        return super.encode(into);
    }

    @Override
    long bytesWithoutDictionary() {
        return mayBeDeltas() ? Math.min(pageBytes(), deltaBytes()) : pageBytes();
    }

    /** Readers of 32 bits differ in how they take differences that overflow. */
    private boolean mayBeDeltas() {
        return width == Long.BYTES && kind != Kind.DOUBLE && count > 1 && plainPages == 0;
    }

    private long deltaBytes() {
        reserve(0);
        return context().maker().deltas().size(values, count);
    }

    @Override
    void encodePlain(PageBuffer into) {
        reserve(0);
        encode(values, count, into);
    }

    private void encode(long[] numbers, int size, PageBuffer into) {
        switch (width) {
            case 0 -> encodeBits(numbers, size, into);
            case Integer.BYTES -> encodeInts(numbers, size, into);
            default -> encodeLongs(numbers, size, into);
        }
    }

    private static void encodeBits(long[] numbers, int size, PageBuffer into) {
        for (int i = 0; i < size; i += Byte.SIZE) {
            int bits = 0;
            for (int k = Math.min(size - i, Byte.SIZE) - 1; k >= 0; k--) {
                bits = bits << 1 | (int) numbers[i + k];
            }
            into.putByte(bits);
        }
    }

    private static void encodeInts(long[] numbers, int size, PageBuffer into) {
        int at = into.reserve(Math.multiplyExact(size, Integer.BYTES));
        byte[] bytes = into.bytes();
        for (int i = 0; i < size; i++) {
            PageBuffer.INTS.set(bytes, at + i * Integer.BYTES, (int) numbers[i]);
        }
    }

    private static void encodeLongs(long[] numbers, int size, PageBuffer into) {
        int at = into.reserve(Math.multiplyExact(size, Long.BYTES));
        byte[] bytes = into.bytes();
        for (int i = 0; i < size; i++) {
            PageBuffer.LONGS.set(bytes, at + i * Long.BYTES, numbers[i]);
        }
    }

    @Override
    void summarize(Statistics<?> statistics) {
        int looks = looks();
        switch (kind) {
            case DOUBLE -> {
                // One NaN makes both extremes NaN, by which readers know that they say nothing.
                double min = Double.longBitsToDouble(values[0]);
                double max = min;
                for (int i = 1; i < looks; i++) {
                    double value = Double.longBitsToDouble(values[i]);
                    min = Math.min(min, value);
                    max = Math.max(max, value);
                }
                statistics.updateStats(min);
                statistics.updateStats(max);
            }
            case FLOAT -> {
                float min = Float.intBitsToFloat((int) values[0]);
                float max = min;
                for (int i = 1; i < looks; i++) {
                    float value = Float.intBitsToFloat((int) values[i]);
                    min = Math.min(min, value);
                    max = Math.max(max, value);
                }
                statistics.updateStats(min);
                statistics.updateStats(max);
            }
            default -> {
                long min = values[0];
                long max = min;
                for (int i = 1; i < looks; i++) {
                    min = Math.min(min, values[i]);
                    max = Math.max(max, values[i]);
                }
                add(min, statistics);
                add(max, statistics);
            }
        }
    }

    private void add(long value, Statistics<?> statistics) {
        switch (width) {
            case 0 -> statistics.updateStats(value != 0);
            case Integer.BYTES -> statistics.updateStats((int) value);
            default -> statistics.updateStats(value);
        }
    }

    @Override
    void hash(BlockSplitBloomFilter filter, long[] into, int from) {
        reserve(0);
        for (int i = 0; i < count; i++) {
            // A float or double is hashed as the bytes of its bits.
            into[from + i] =
                    width == Integer.BYTES ? filter.hash((int) values[i]) : filter.hash(values[i]);
        }
    }

    @Override
    void clearPage() {
        constant = false;
        count = 0;
    }

    @Override
    void clearDictionary() {
        dictionary.clear();
    }

    /** Numbers in the order of their first appearance; open addressing, half full at most. */
    private static final class LongDictionary {
        private long[] values = new long[64];
        private int[] slots = new int[128];
        private int size;

        int size() {
            return size;
        }

        long[] values() {
            return values;
        }

        /** Looks up some numbers, one or more. */
        void idsOf(long[] numbers, int count, int[] ids) {
            long last = numbers[0];
            int id = idOf(last);
            for (int i = 0; i < count; i++) {
                long number = numbers[i];
                if (number != last) {
                    id = idOf(number);
                    last = number;
                }
                ids[i] = id;
            }
        }

        int idOf(long value) {
            int mask = slots.length - 1;
            int slot = hash(value) & mask;
            while (slots[slot] != 0) {
                int id = slots[slot] - 1;
                if (values[id] == value) {
                    return id;
                }
                slot = (slot + 1) & mask;
            }
            if (size == values.length) {
                grow();
                return idOf(value);
            }
            values[size] = value;
            slots[slot] = ++size;
            return size - 1;
        }

        /** Forgets all numbers but keeps the memory for the next ones. */
        void clear() {
            Arrays.fill(slots, 0);
            size = 0;
        }

        private void grow() {
            values = Arrays.copyOf(values, size * 2);
            slots = new int[size * 4];
            int mask = slots.length - 1;
            for (int id = 0; id < size; id++) {
                int slot = hash(values[id]) & mask;
                while (slots[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = id + 1;
            }
        }

        private static int hash(long value) {
            // Prices differ in bits that lie far apart; a multiplication brings them together.
            long mixed = value * 0x9E3779B97F4A7C15L;
            return (int) (mixed >>> 32) ^ (int) (mixed >>> 48);
        }
    }
}
