package io.champion.lake;

/** Repetition or definition levels of a page. */
final class Levels {
    private final int max;
    private final int width;
    private final Ints levels = new Ints();

    /**
     * @param max the highest level; 0 where there is nothing to write
     */
    Levels(int max) {
        this.max = max;
        this.width = Integer.SIZE - Integer.numberOfLeadingZeros(max);
    }

    int max() {
        return max;
    }

    void add(int level) {
        levels.add(level);
    }

    void add(int level, int times) {
        levels.add(level, times);
    }

    /**
     * Adds the highest level for each value that is there, and 0 for the others.
     *
     * @param nulls 1 for each value that is not there, else 0
     */
    void addPresence(byte[] nulls, int from, int to) {
        int[] into = levels.reserve(to - from);
        int shift = levels.count() - from;
        for (int i = from; i < to; i++) {
            into[i + shift] = max * (1 - nulls[i]);
        }
        levels.added(to - from);
    }

    /** Writes the levels of a page, and begins the next one's. */
    void finishPage(PageBuffer page) {
        if (max == 0) {
            return;
        }
        int start = page.reserve(Integer.BYTES);
        RunLengthEncoder.encode(levels, width, page);
        page.setInt(start, page.length() - start - Integer.BYTES);
        levels.clear();
    }
}
