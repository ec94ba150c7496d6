package io.champion.flatfile;

import java.util.Arrays;

/**
 * What was read of one ticker, as far as it takes to know a row again. A row is known by its order
 * among the ticker's rows (sequence number, or start of a bar) and by the rest of its identity.
 *
 * <p>Rows come in order, and where they do, nothing is searched: a row whose order is beyond all
 * before it is new. Rows out of order are looked up. The memory is bounded: of more than {@link
 * #MAX_IN_ORDER} rows in order, or {@link #MAX_OUT_OF_ORDER} out of it, all are forgotten, and a
 * row that could repeat one of them counts as {@link #unchecked}.
 */
final class History {

    /** 64 MB. */
    static final int MAX_IN_ORDER = 1 << 22;

    /** 32 MB. */
    static final int MAX_OUT_OF_ORDER = 1 << 20;

    private long[] orders;
    private long[] identities;
    private int count;

    /** Order and identity, open addressing; null before the first row out of order. */
    private long[] stragglers;

    private byte[] occupied;
    private int stragglerCount;

    /** Rows up to this order may have been forgotten. */
    private long forgottenUpTo = -1;

    private long unchecked;

    History(int expected) {
        orders = new long[expected];
        identities = new long[expected];
    }

    /** Begins again, with another ticker. */
    void clear() {
        count = 0;
        stragglers = null;
        occupied = null;
        stragglerCount = 0;
        forgottenUpTo = -1;
        unchecked = 0;
    }

    /**
     * Remembers a row.
     *
     * @param order not negative
     * @return whether it was there before
     */
    boolean repeats(long order, long identity) {
        int last = count - 1;
        if (order > (last < 0 ? forgottenUpTo : orders[last])) {
            if (count == orders.length) {
                grow(order);
            }
            orders[count] = order;
            identities[count++] = identity;
            return false;
        }
        return repeatsOutOfOrder(order, identity);
    }

    private void grow(long order) {
        if (count == MAX_IN_ORDER) {
            forget();
            return;
        }
        int larger = Math.min(MAX_IN_ORDER, count * 2);
        orders = Arrays.copyOf(orders, larger);
        identities = Arrays.copyOf(identities, larger);
    }

    private void forget() {
        forgottenUpTo = Math.max(forgottenUpTo, count == 0 ? -1 : orders[count - 1]);
        count = 0;
        stragglers = null;
        occupied = null;
        stragglerCount = 0;
    }

    private boolean repeatsOutOfOrder(long order, long identity) {
        int found = Arrays.binarySearch(orders, 0, count, order);
        if (found >= 0 && identities[found] == identity) {
            return true;
        }
        if (stragglers == null) {
            stragglers = new long[32];
            occupied = new byte[16];
        }
        int slot = slot(order, identity);
        if (occupied[slot] != 0) {
            return true;
        }
        if (order <= forgottenUpTo) {
            unchecked++;
        }
        if (stragglerCount == MAX_OUT_OF_ORDER) {
            forget();
            return repeatsOutOfOrder(order, identity);
        }
        if (stragglerCount * 2 >= occupied.length) {
            rehash();
            slot = slot(order, identity);
        }
        occupied[slot] = 1;
        stragglers[2 * slot] = order;
        stragglers[2 * slot + 1] = identity;
        stragglerCount++;
        return false;
    }

    private int slot(long order, long identity) {
        int mask = occupied.length - 1;
        int slot = (int) (Hash.mix(order * 31 + identity) & mask);
        while (occupied[slot] != 0
                && (stragglers[2 * slot] != order || stragglers[2 * slot + 1] != identity)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void rehash() {
        long[] all = stragglers;
        byte[] used = occupied;
        stragglers = new long[all.length * 2];
        occupied = new byte[used.length * 2];
        for (int i = 0; i < used.length; i++) {
            if (used[i] != 0) {
                int slot = slot(all[2 * i], all[2 * i + 1]);
                occupied[slot] = 1;
                stragglers[2 * slot] = all[2 * i];
                stragglers[2 * slot + 1] = all[2 * i + 1];
            }
        }
    }

    /** Rows that it remembers. */
    int size() {
        return count + stragglerCount;
    }

    /** Rows that may repeat one that was forgotten. */
    long unchecked() {
        return unchecked;
    }
}
