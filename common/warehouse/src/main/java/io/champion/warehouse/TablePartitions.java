package io.champion.warehouse;

import io.champion.model.Dataset;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.avro.generic.IndexedRecord;

/** Knows which partition of a dataset's table a row goes to, by ClickHouse's own ids. */
final class TablePartitions {
    /** The only partition of a table that has no PARTITION BY. */
    static final String ALL = "all";

    private final Dataset dataset;
    private final int timePosition;

    private Object lastTime;
    private String lastPartition;
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
        if (!time.equals(lastTime)) {
            lastDay = day(time);
            lastPartition = of(dataset, lastDay);
            lastTime = time;
        }
        return lastPartition;
    }

    /** The day of the row that was asked for last; null where the table has no partitions. */
    LocalDate lastDay() {
        return lastDay;
    }

    private static LocalDate day(Object time) {
        if (time instanceof LocalDate date) {
            return date;
        }
        if (time instanceof Instant instant) {
            return instant.atZone(ZoneOffset.UTC).toLocalDate();
        }
        return LocalDate.ofEpochDay(Math.floorDiv((Long) time, 86_400_000_000_000L));
    }
}
