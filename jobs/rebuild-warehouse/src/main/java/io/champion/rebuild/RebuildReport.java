package io.champion.rebuild;

import io.champion.tracking.Lineage;
import io.champion.tracking.TrackedRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * What a run put into the warehouse.
 *
 * @param runId names the run
 * @param rows rows of each dataset, by its id
 * @param partitions partitions of the lake that were read
 * @param expired partitions that were left out, because their tables keep no rows as old
 * @param took from the start to the comparison's end
 */
public record RebuildReport(
        String runId, SortedMap<String, Long> rows, int partitions, int expired, Duration took) {

    /** Puts the figures on record, and what was made from what. */
    void describe(TrackedRun.Builder run) {
        double seconds = took.toMillis() / 1000.0;
        long all = rows.values().stream().mapToLong(Long::longValue).sum();
        run.metric("partitions", partitions)
                .metric("partitions_expired", expired)
                .metric("rows_read", all)
                .metric("seconds", seconds)
                .metric("rows_per_second", all / seconds)
                .metrics("written", rows);
        List<Lineage.Item> datasets = new ArrayList<>();
        rows.forEach((dataset, count) -> datasets.add(new Lineage.Item(dataset, null, count)));
        run.artifact(
                Lineage.FILE,
                new Lineage(RebuildWarehouseJob.NAME, runId, datasets, datasets).toJson());
    }

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
