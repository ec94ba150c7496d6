package io.champion.ticks;

import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Lengths of the bars that are made. Windows begin at multiples of their length since the epoch,
 * UTC.
 */
final class BarIntervals implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long[] UNIT_MILLIS = {86_400_000, 3_600_000, 60_000, 1_000, 1};
    private static final String[] UNIT_NAMES = {"d", "h", "m", "s", "ms"};

    /** Below it, a minute of an instrument would have thousands of windows. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    private static final Duration LONGEST = Duration.ofDays(31);

    private final long[] millis;
    private final String[] names;

    /** Of each interval the first millisecond whose window is made. */
    private final long[] since;

    private BarIntervals(long[] millis, long[] since) {
        this.millis = millis;
        this.since = since;
        this.names = LongStream.of(millis).mapToObj(BarIntervals::name).toArray(String[]::new);
    }

    /**
     * @param lengths whole milliseconds, each once
     * @throws IllegalArgumentException if one cannot be the length of a bar
     */
    static BarIntervals of(List<Duration> lengths) {
        for (Duration length : lengths) {
            if (length.compareTo(SHORTEST) < 0
                    || length.compareTo(LONGEST) > 0
                    || !Duration.ofMillis(length.toMillis()).equals(length)) {
                throw new IllegalArgumentException(
                        "A bar cannot be "
                                + length
                                + " long; give whole milliseconds, from 100 ms to 31 days.");
            }
        }
        long[] millis = lengths.stream().mapToLong(Duration::toMillis).sorted().toArray();
        if (LongStream.of(millis).distinct().count() < millis.length) {
            throw new IllegalArgumentException("A bar interval is named twice.");
        }
        long[] since = new long[millis.length];
        Arrays.fill(since, Long.MIN_VALUE);
        return new BarIntervals(millis, since);
    }

    int count() {
        return millis.length;
    }

    long millis(int interval) {
        return millis[interval];
    }

    /**
     * The first millisecond of which windows of the interval may begin; nothing is made of earlier
     * ones, because not all of their trades are known.
     */
    long since(int interval) {
        return since[interval];
    }

    /**
     * The same intervals with other {@link #since}.
     *
     * @param since one for each interval
     */
    BarIntervals since(long[] since) {
        return new BarIntervals(millis, since.clone());
    }

    /** As in the contract: {@code 1s}, {@code 5m}. */
    String name(int interval) {
        return names[interval];
    }

    /** The interval of a length; -1 if there is none. */
    int ofMillis(long length) {
        for (int interval = 0; interval < millis.length; interval++) {
            if (millis[interval] == length) {
                return interval;
            }
        }
        return -1;
    }

    private static String name(long length) {
        int unit = 0;
        while (length % UNIT_MILLIS[unit] != 0) {
            unit++;
        }
        return length / UNIT_MILLIS[unit] + UNIT_NAMES[unit];
    }
}
