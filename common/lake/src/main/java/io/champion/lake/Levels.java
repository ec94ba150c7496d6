package io.champion.lake;

/**
 * Repetition or definition levels of a page, as runs: a page without nulls is one run, and a row
 * costs no more than a look at the last level.
 */
final class Levels {
    private final int max;
    private final int width;
    private final Runs runs = new Runs();

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
        runs.add(level);
    }

    void add(int level, int times) {
        runs.add(level, times);
    }

    /** Writes the levels of a page, and begins the next one's. */
    void finishPage(PageBuffer page, RunLengthEncoder encoder) {
        if (max == 0) {
            return;
        }
        int start = page.reserve(Integer.BYTES);
        encoder.begin(page, width);
        encoder.addAll(runs);
        encoder.end();
        page.setInt(start, page.length() - start - Integer.BYTES);
        runs.clear();
    }
}
