package io.champion.lake;

import java.util.Arrays;

/**
 * Repetition or definition levels of a page, as runs: a page without nulls is one run, and a row
 * costs no more than a look at the last level.
 */
final class Levels {
    private final int max;
    private final int width;
    private byte[] levels = new byte[4];
    private int[] lengths = new int[4];
    private int runs;
    private int last = -1;
    private int length;

    /**
     * @param max the highest level; 0 where there is nothing to write
     */
    Levels(int max) {
        this.max = max;
        this.width = Integer.SIZE - Integer.numberOfLeadingZeros(max);
    }

    void add(int level) {
        if (level != last) {
            finishRun();
            last = level;
        }
        length++;
    }

    private void finishRun() {
        if (length == 0) {
            return;
        }
        if (runs == levels.length) {
            levels = Arrays.copyOf(levels, runs * 2);
            lengths = Arrays.copyOf(lengths, runs * 2);
        }
        levels[runs] = (byte) last;
        lengths[runs++] = length;
        length = 0;
    }

    /** Writes the levels of a page, and begins the next one's. */
    void finishPage(PageBuffer page, RunLengthEncoder encoder) {
        if (max == 0) {
            return;
        }
        finishRun();
        int start = page.reserve(Integer.BYTES);
        encoder.begin(page, width);
        for (int i = 0; i < runs; i++) {
            encoder.add(levels[i], lengths[i]);
        }
        encoder.end();
        page.setInt(start, page.length() - start - Integer.BYTES);
        runs = 0;
        last = -1;
    }
}
