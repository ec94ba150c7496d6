package io.champion.ticks;

import java.util.Arrays;

/**
 * The messages of one instrument whose event times lie in one minute, in the order of their
 * arrival.
 *
 * <p>A trade is known by its time and key. Of its messages the one with the highest sequence number
 * holds; the others are superseded. Rows are only ever appended, so that what was written to state
 * once stays right.
 *
 * <p>A row is five longs that stand together, because a tick touches all of them: sequence number,
 * key of the trade, event time, price, and size with two flags. Two indexes by open addressing find
 * a message by its sequence number and a trade's message that holds. Their entries have row + 1 in
 * the bits that also number the slots, and the hash above: so hardly a row is looked at in vain.
 */
final class TradeLog {
    /** Version of the encoding of {@link #encode}; older ones stay readable. */
    private static final int FORMAT = 1;

    private static final int STRIDE = 5;
    private static final int SEQUENCE = 0;
    private static final int KEY = 1;
    private static final int TIME = 2;
    private static final int PRICE = 3;
    private static final int SIZE = 4;

    private static final int SUPERSEDED = 1;
    private static final int COUNTS = 2;
    private static final int FLAG_BITS = 2;

    private static final int FIRST_ROWS = 4;

    /** So few rows are searched one after the other. */
    private static final int UNINDEXED = 8;

    private static final long[] POWERS_OF_TEN = {
        1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
    };

    private long[] rows = new long[FIRST_ROWS * STRIDE];
    private int size;

    /** Of each sequence number the entry of its row. */
    private int[] bySequence;

    /** Of each trade the entry of the message that holds. */
    private int[] byTrade;

    private long minSequence = Long.MAX_VALUE;
    private long maxSequence = Long.MIN_VALUE;

    int size() {
        return size;
    }

    /** Bytes that the rows and their indexes take on the heap. */
    long heapBytes() {
        return rows.length * 8L + (bySequence == null ? 0 : 8L * bySequence.length);
    }

    long sequence(int row) {
        return rows[row * STRIDE + SEQUENCE];
    }

    long time(int row) {
        return rows[row * STRIDE + TIME];
    }

    long price(int row) {
        return rows[row * STRIDE + PRICE];
    }

    long size(int row) {
        return rows[row * STRIDE + SIZE] >> FLAG_BITS;
    }

    /** Whether the row is the message that holds of its trade and belongs into bars. */
    boolean holds(int row) {
        return (rows[row * STRIDE + SIZE] & (SUPERSEDED | COUNTS)) == COUNTS;
    }

    /** The message with this sequence number, or -1. */
    int rowOf(long sequence) {
        if (sequence < minSequence || sequence > maxSequence) {
            return -1;
        }
        if (bySequence == null) {
            for (int row = 0; row < size; row++) {
                if (sequence(row) == sequence) {
                    return row;
                }
            }
            return -1;
        }
        int mask = bySequence.length - 1;
        int hash = hash(sequence);
        for (int slot = hash & mask; ; slot = slot + 1 & mask) {
            int entry = bySequence[slot];
            if (entry == 0) {
                return -1;
            }
            int row = (entry & mask) - 1;
            if ((entry & ~mask) == (hash & ~mask) && sequence(row) == sequence) {
                return row;
            }
        }
    }

    /** The row that holds of a trade; -1 if none of its messages is here. */
    int find(long time, long key) {
        if (byTrade == null) {
            for (int row = 0; row < size; row++) {
                if (isTrade(row, time, key) && !superseded(row)) {
                    return row;
                }
            }
            return -1;
        }
        int mask = byTrade.length - 1;
        int hash = hash(time ^ key);
        for (int slot = hash & mask; ; slot = slot + 1 & mask) {
            int entry = byTrade[slot];
            if (entry == 0) {
                return -1;
            }
            int row = (entry & mask) - 1;
            if ((entry & ~mask) == (hash & ~mask) && isTrade(row, time, key)) {
                return row;
            }
        }
    }

    private boolean isTrade(int row, long time, long key) {
        int at = row * STRIDE;
        return rows[at + KEY] == key && rows[at + TIME] == time;
    }

    private boolean superseded(int row) {
        return (rows[row * STRIDE + SIZE] & SUPERSEDED) != 0;
    }

    /**
     * Appends a message that is not here yet.
     *
     * @param before the row that held of its trade so far, from {@link #find}; -1 for none
     * @param counts whether the message belongs into bars as long as it holds
     * @return whether it is the message that holds now
     */
    boolean append(
            long sequence,
            long key,
            long time,
            long price,
            long quantity,
            boolean counts,
            int before) {
        int at = size * STRIDE;
        if (at == rows.length) {
            rows = Arrays.copyOf(rows, (size + (size >> 1) + 2) * STRIDE);
        }
        boolean holds = before < 0 || sequence(before) < sequence;
        rows[at + SEQUENCE] = sequence;
        rows[at + KEY] = key;
        rows[at + TIME] = time;
        rows[at + PRICE] = price;
        rows[at + SIZE] = quantity << FLAG_BITS | (counts ? COUNTS : 0) | (holds ? 0 : SUPERSEDED);
        if (before >= 0 && holds) {
            rows[before * STRIDE + SIZE] |= SUPERSEDED;
        }
        size++;
        minSequence = Math.min(minSequence, sequence);
        maxSequence = Math.max(maxSequence, sequence);
        index(size - 1, before, holds);
        return holds;
    }

    private void index(int row, int before, boolean holds) {
        if (bySequence == null ? size > UNINDEXED : size * 4 > bySequence.length * 3) {
            int capacity = bySequence == null ? 4 * UNINDEXED : 2 * bySequence.length;
            bySequence = new int[capacity];
            byTrade = new int[capacity];
            for (int other = 0; other < size; other++) {
                insertSequence(other);
                if (!superseded(other)) {
                    insertTrade(other);
                }
            }
        } else if (bySequence != null) {
            insertSequence(row);
            if (before < 0) {
                insertTrade(row);
            } else if (holds) {
                replaceTrade(before, row);
            }
        }
    }

    private void insertSequence(int row) {
        insert(bySequence, hash(sequence(row)), row);
    }

    private void insertTrade(int row) {
        insert(byTrade, tradeHash(row), row);
    }

    private static void insert(int[] index, int hash, int row) {
        int mask = index.length - 1;
        int slot = hash & mask;
        while (index[slot] != 0) {
            slot = slot + 1 & mask;
        }
        index[slot] = hash & ~mask | row + 1;
    }

    private void replaceTrade(int before, int row) {
        int mask = byTrade.length - 1;
        int hash = tradeHash(row);
        int slot = hash & mask;
        while ((byTrade[slot] & mask) != before + 1) {
            slot = slot + 1 & mask;
        }
        byTrade[slot] = hash & ~mask | row + 1;
    }

    private int tradeHash(int row) {
        return hash(time(row) ^ rows[row * STRIDE + KEY]);
    }

    private static int hash(long value) {
        long mixed = value * 0x9E3779B97F4A7C15L;
        return (int) (mixed ^ mixed >>> 32);
    }

    /**
     * The rows from one on, as differences in as few bytes as they need. Which rows are superseded
     * is not written: it follows from the others.
     */
    byte[] encode(int from, Varints out) {
        int exponent = POWERS_OF_TEN.length - 1;
        for (int row = from; row < size && exponent > 0; row++) {
            while (price(row) % POWERS_OF_TEN[exponent] != 0) {
                exponent--;
            }
        }
        int sizeExponent = POWERS_OF_TEN.length - 1;
        for (int row = from; row < size && sizeExponent > 0; row++) {
            while (size(row) % POWERS_OF_TEN[sizeExponent] != 0) {
                sizeExponent--;
            }
        }
        long priceUnit = POWERS_OF_TEN[exponent];
        long sizeUnit = POWERS_OF_TEN[sizeExponent];
        out.clear();
        out.write(FORMAT);
        out.write(size - from);
        out.write(exponent);
        out.write(sizeExponent);
        long sequence = 0;
        long key = 0;
        long time = 0;
        long price = 0;
        for (int row = from; row < size; row++) {
            int at = row * STRIDE;
            out.writeSigned(rows[at + SEQUENCE] - sequence);
            out.writeSigned(rows[at + KEY] - key);
            out.writeSigned(rows[at + TIME] - time);
            out.writeSigned(rows[at + PRICE] / priceUnit - price);
            out.write(size(row) / sizeUnit << 1 | (rows[at + SIZE] & COUNTS) / COUNTS);
            sequence = rows[at + SEQUENCE];
            key = rows[at + KEY];
            time = rows[at + TIME];
            price = rows[at + PRICE] / priceUnit;
        }
        return out.toBytes();
    }

    /**
     * Appends the rows that {@link #encode} wrote.
     *
     * @return how many
     * @throws IllegalArgumentException if a later release wrote them
     */
    int decode(byte[] bytes) {
        Varints in = Varints.reader(bytes);
        long format = in.read();
        if (format != FORMAT) {
            throw new IllegalArgumentException(
                    "Remembered trades are in format "
                            + format
                            + ", and this release reads up to "
                            + FORMAT
                            + ". Restore with the release that wrote the state, or a later one.");
        }
        int count = (int) in.read();
        long priceUnit = POWERS_OF_TEN[(int) in.read()];
        long sizeUnit = POWERS_OF_TEN[(int) in.read()];
        long sequence = 0;
        long key = 0;
        long time = 0;
        long price = 0;
        for (int i = 0; i < count; i++) {
            sequence += in.readSigned();
            key += in.readSigned();
            time += in.readSigned();
            price += in.readSigned();
            long sizeAndFlag = in.read();
            append(
                    sequence,
                    key,
                    time,
                    price * priceUnit,
                    (sizeAndFlag >>> 1) * sizeUnit,
                    (sizeAndFlag & 1) != 0,
                    find(time, key));
        }
        return count;
    }
}
