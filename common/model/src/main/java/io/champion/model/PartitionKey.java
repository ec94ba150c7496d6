package io.champion.model;

import java.io.Serializable;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names one partition of a dataset: the unit that a bounded run replaces as a whole.
 *
 * <p>Folder and path are plain names between slashes; whatever a record or an argument says, they
 * never lead out of the lake.
 *
 * @param dataset {@linkplain Dataset#id() id} of the dataset
 * @param folder folder of the dataset below the lake's root, for example {@code
 *     normalized/equity_ohlc}
 * @param path partition below that folder in Hive's spelling, for example {@code
 *     year=2025/month=06/day=18}; empty for a dataset without partitions
 * @throws IllegalArgumentException if folder or path are not of that form
 */
public record PartitionKey(String dataset, String folder, String path)
        implements Serializable, Comparable<PartitionKey> {

    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.@-]*";
    private static final Pattern PLAIN_NAME = Pattern.compile(NAME);
    private static final Pattern FOLDER = Pattern.compile(NAME + "(/" + NAME + ")*");
    private static final String LEVEL = "[A-Za-z_][A-Za-z0-9_]*=" + NAME;
    private static final Pattern PATH = Pattern.compile("(" + LEVEL + "(/" + LEVEL + ")*)?");

    private static final Comparator<PartitionKey> BY_PLACE =
            Comparator.comparing(PartitionKey::location).thenComparing(PartitionKey::dataset);

    public PartitionKey {
        if (dataset.isEmpty()) {
            throw new IllegalArgumentException("A partition belongs to a dataset.");
        }
        if (!FOLDER.matcher(folder).matches()) {
            throw new IllegalArgumentException(
                    "'" + folder + "' is no folder of a dataset: plain names between slashes are.");
        }
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "'" + path + "' is no partition: name=value between slashes is.");
        }
    }

    /** Whether a text can name a folder or the value of a partition's level. */
    static boolean isPlainName(String text) {
        return PLAIN_NAME.matcher(text).matches();
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

    /** The day that the partition holds or is part of, or null where it is not placed by day. */
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
        return BY_PLACE.compare(this, other);
    }

    @Override
    public String toString() {
        return location();
    }
}
