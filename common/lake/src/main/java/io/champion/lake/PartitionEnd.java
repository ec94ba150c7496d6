package io.champion.lake;

import io.champion.model.PartitionKey;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** When a partition gets no more rows in time. */
final class PartitionEnd {
    private PartitionEnd() {}

    /**
     * The first millisecond since the epoch, UTC, that is after the partition; the end of time for
     * one that is not partitioned by day.
     */
    static long of(PartitionKey partition) {
        LocalDate date = partition.date();
        if (date == null) {
            return Long.MAX_VALUE;
        }
        String hour = partition.values().get("hour");
        return hour == null
                ? date.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli()
                : date.atStartOfDay()
                        .plusHours(Integer.parseInt(hour) + 1L)
                        .toInstant(ZoneOffset.UTC)
                        .toEpochMilli();
    }
}
