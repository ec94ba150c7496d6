package io.champion.model;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Names one partition of a dataset: the unit that a bounded run replaces as a whole.
 *
 * @param dataset {@linkplain Dataset#id() id} of the dataset
 * @param folder folder of the dataset below the lake's root, for example {@code
 *     normalized/equity_ohlc}
 * @param path partition below that folder in Hive's spelling, for example {@code
 *     year=2025/month=06/day=18}; empty for a dataset without partitions
 */
public record PartitionKey(String dataset, String folder, String path)
        implements Serializable, Comparable<PartitionKey> {

    public PartitionKey {
        Objects.requireNonNull(dataset);
        Objects.requireNonNull(folder);
        Objects.requireNonNull(path);
    }

    /** The partition's columns and values in the order of the path; empty without partitions. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        if (!path.isEmpty()) {
            for (String level : path.split("/", -1)) {
                int equals = level.indexOf('=');
                values.put(level.substring(0, equals), level.substring(equals + 1));
            }
        }
        return values;
    }

    /** The day that the partition holds, or null where it is not partitioned by day. */
    public LocalDate date() {
        Map<String, String> values = values();
        if (values.containsKey("date")) {
            return LocalDate.parse(values.get("date"));
        }
        if (values.containsKey("day")) {
            return LocalDate.of(
                    Integer.parseInt(values.get("year")),
                    Integer.parseInt(values.get("month")),
                    Integer.parseInt(values.get("day")));
        }
        return null;
    }

    /** Folder and path joined: where the partition lies below the lake's root. */
    public String location() {
        return path.isEmpty() ? folder : folder + "/" + path;
    }

    @Override
    public int compareTo(PartitionKey other) {
        return location().compareTo(other.location());
    }

    @Override
    public String toString() {
        return location();
    }
}
