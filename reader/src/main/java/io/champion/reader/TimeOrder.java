package io.champion.reader;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Rows and their times. */
final class TimeOrder {
    private TimeOrder() {}

    /** The order of rows by time, equal times as they were; null where they are in that order. */
    static int[] of(long[] times) {
        boolean ordered = true;
        for (int row = 1; row < times.length; row++) {
            ordered &= times[row - 1] <= times[row];
        }
        return ordered
                ? null
                : IntStream.range(0, times.length)
                        .boxed()
                        .sorted(Comparator.comparingLong(row -> times[row]))
                        .mapToInt(Integer::intValue)
                        .toArray();
    }

    /** The first row whose time is a given one or later. */
    static int firstFrom(long[] times, long time) {
        int found = Arrays.binarySearch(times, time);
        if (found < 0) {
            return -found - 1;
        }
        while (found > 0 && times[found - 1] == time) {
            found--;
        }
        return found;
    }
}
