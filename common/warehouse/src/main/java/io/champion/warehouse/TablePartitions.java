package io.champion.warehouse;

import io.champion.model.Dataset;
import java.time.Instant;
import java.time.LocalDate;
import org.apache.avro.generic.IndexedRecord;

/** Knows which partition of a dataset's table a row goes to, by ClickHouse's own ids. */
final class TablePartitions {
    /** The only partition of a table that has no PARTITION BY. */
    static final String ALL = "all";

    private final Dataset dataset;
    private final int timePosition;

    private static final long NANOS_PER_DAY = 86_400_000_000_000L;
    private static final long SECONDS_PER_DAY = 86_400;

    private long lastEpochDay;
    private String lastPartition;

    /** Null before the first row. */
    private LocalDate lastDay;

    TablePartitions(Dataset dataset) {
        this.dataset = dataset;
        this.timePosition =
                partitioned(dataset)
                        ? dataset.schema().getField(dataset.partitionTime()).pos()
                        : -1;
    }

    private static boolean partitioned(Dataset dataset) {
        return !"none".equals(dataset.tablePartition());
    }

    /** The PARTITION BY expression that these ids follow from; empty for none. */
    static String expression(Dataset dataset) {
        return switch (dataset.tablePartition()) {
            case "month" -> "toYYYYMM(" + dataset.partitionTime() + ")";
            case "day" -> "toYYYYMMDD(" + dataset.partitionTime() + ")";
            default -> "";
        };
    }

    /** The partition of a day. */
    static String of(Dataset dataset, LocalDate day) {
        if (!partitioned(dataset)) {
            return ALL;
        }
        int month = day.getYear() * 100 + day.getMonthValue();
        return Integer.toString(
                "month".equals(dataset.tablePartition())
                        ? month
                        : month * 100 + day.getDayOfMonth());
    }

    /**
     * The partition of a row.
     *
     * @throws UnstorableException if the row has no time to go by
     */
    String of(IndexedRecord row) throws UnstorableException {
        if (timePosition < 0) {
            return ALL;
        }
        Object time = row.get(timePosition);
        if (time == null) {
            throw new UnstorableException(
                    dataset.partitionTime(), null, "but the table is partitioned by it.");
        }
        long epochDay = epochDay(time);
        if (epochDay != lastEpochDay || lastDay == null) {
            lastDay = LocalDate.ofEpochDay(epochDay);
            lastPartition = of(dataset, lastDay);
            lastEpochDay = epochDay;
        }
        return lastPartition;
    }

    /** The day of the row that was asked for last; null where the table has no partitions. */
    LocalDate lastDay() {
        return lastDay;
    }

    private static long epochDay(Object time) {
        if (time instanceof Long nanos) {
            return Math.floorDiv(nanos, NANOS_PER_DAY);
        }
        return time instanceof Instant instant
                ? Math.floorDiv(instant.getEpochSecond(), SECONDS_PER_DAY)
                : ((LocalDate) time).toEpochDay();
    }
}
