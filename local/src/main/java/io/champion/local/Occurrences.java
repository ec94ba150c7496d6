package io.champion.local;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How often each element occurs. Tests compare many elements in any order by it: assertions on
 * collections compare each with each, which takes minutes for some ten thousand of them.
 */
public final class Occurrences {
    private Occurrences() {}

    /** Counts equal elements. */
    public static <T> Map<T, Long> of(Collection<? extends T> elements) {
        Map<T, Long> counts = new HashMap<>();
        elements.forEach(element -> counts.merge(element, 1L, Long::sum));
        return counts;
    }
}
