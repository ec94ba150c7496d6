package io.champion.rebuild;

import java.time.Duration;
import java.util.SortedMap;

/**
 * What a run put into the warehouse.
 *
 * @param rows rows of each dataset, by its id
 * @param partitions partitions of the lake that were read
 * @param expired partitions that were left out, because their tables keep no rows as old
 * @param took from the start to the comparison's end
 */
public record RebuildReport(
        SortedMap<String, Long> rows, int partitions, int expired, Duration took) {

    /** For a person, a line each. */
    public String summary() {
        StringBuilder text = new StringBuilder();
        rows.forEach((dataset, count) -> text.append("%,14d  %s%n".formatted(count, dataset)));
        text.append(
                "%,d rows of %,d partitions in %.1f s, as many as the lake has.%n"
                        .formatted(
                                rows.values().stream().mapToLong(Long::longValue).sum(),
                                partitions,
                                took.toMillis() / 1000.0));
        if (expired > 0) {
            text.append(
                    "%,d partitions are older than their tables keep, and were left out.%n"
                            .formatted(expired));
        }
        return text.toString();
    }
}
